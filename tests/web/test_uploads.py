"""Uploads from outside: who may send, how much, under which names; and what the wizard takes from a browser."""

from __future__ import annotations

import io
import os
import time
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pytest

from fulfillment_bi.errors import WarehouseError
from fulfillment_bi.ingest.report import Counts, FileReport, LoadReport
from fulfillment_bi.settings import Settings
from fulfillment_bi.web.app import create_app
from fulfillment_bi.web.jobs import Jobs, file_name
from fulfillment_bi.web.uploads import shown_size
from fulfillment_bi.web.wizard import decided, decisions_of
from tests.web.fake_workspace import FakeWorkspace

KNOWN = b"channel,order_no,created_at\njd,1,2026-05-01\n"


class Bench:
    """An application over a fake workspace whose loads are only written down."""

    def __init__(self, home: Path, limit: int = 1000) -> None:
        self.loaded: list[tuple[str, bytes]] = []
        self.error: Exception | None = None
        self.workspace = FakeWorkspace()
        self.workspace.settings = replace(Settings(home=home), max_upload_bytes=limit)
        self.client = create_app(self.workspace, self.load).server.test_client()
        self.jobs = Jobs(self.workspace, self.load)

    def load(self, _workspace, paths, *, progress, wait_seconds):
        (path,) = paths
        self.loaded.append((path.name, path.read_bytes()))
        if self.error:
            raise self.error
        progress(5, 10, path.name)
        counts = {"orders": Counts(read=2, new=1, quarantined=1)}
        return LoadReport("v00000001", (FileReport(str(path), "loaded", "orders", counts),), published=True)

    def send(self, body: bytes, name: str = "a.csv", **headers: str):
        given = {"X-File-Name": quote(name), "Content-Type": "application/octet-stream", **headers}
        return self.client.post("/uploads?lang=en", data=body, headers=given)

    def ended(self, identity: str):
        deadline = time.monotonic() + 30
        while (job := self.jobs.get(identity)) is None or job.running:
            assert time.monotonic() < deadline
            time.sleep(0.02)
        return job


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path / "home")


def files(bench: Bench) -> list[Path]:
    return list(bench.jobs.folder.rglob("file/*"))


def test_a_file_is_taken_in_loaded_and_forgotten(bench):
    answer = bench.send(KNOWN, "导出[1].csv")
    assert answer.status_code == 201
    job = bench.ended(answer.json["id"])
    assert (job.state, job.name, job.refused) == ("done", "导出[1].csv", 1)
    assert bench.loaded == [("导出[1].csv", KNOWN)]
    assert files(bench) == []


def test_an_unknown_file_is_kept_until_it_is_thrown_away(bench):
    job = bench.ended(bench.send(b"alpha,beta\n1,2\n").json["id"])
    assert job.state == "unknown"
    assert "No adapter recognises the header" in job.message
    assert str(bench.jobs.folder) not in job.message
    assert len(files(bench)) == 1
    bench.jobs.drop(job.id)
    assert bench.jobs.list() == []
    assert files(bench) == []


@pytest.mark.parametrize(
    ("error", "said"),
    [(WarehouseError("The disk is full.", where="x"), "x: The disk is full."), (ValueError("secret"), "server log")],
)
def test_a_load_that_fails_says_so(bench, error, said, caplog):
    bench.error = error
    job = bench.ended(bench.send(KNOWN).json["id"])
    assert job.state == "failed"
    assert said in job.message
    assert "secret" not in job.message
    assert files(bench) == []


def test_what_is_too_large_is_refused_and_leaves_nothing(bench):
    for body in (b"x" * 1001, io.BytesIO(b"x" * 5000)):
        answer = bench.send(body)
        assert answer.status_code == 413
        assert answer.json["error"].startswith("The file is larger than the limit of 1000 B.")
    assert bench.send(b"x" * 1000).status_code == 201
    assert len(list(bench.jobs.folder.iterdir())) == 1


def test_nothing_and_no_name_are_refused(bench):
    assert bench.send(b"").json["error"] == "The file is empty."
    assert bench.send(KNOWN, " ").status_code == 403
    assert bench.client.post("/uploads", data=KNOWN).status_code == 403
    assert not bench.jobs.folder.exists() or list(bench.jobs.folder.iterdir()) == []


OWN = [{}, {"Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "none"}, {"Origin": "http://localhost"}]
FOREIGN = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Origin": "http://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://localhost.evil.example"},
    {"Origin": "http://localhost", "Sec-Fetch-Site": "cross-site"},
]


@pytest.mark.parametrize("headers", OWN)
def test_our_own_pages_may_send(bench, headers):
    assert bench.send(KNOWN, **headers).status_code == 201


@pytest.mark.parametrize("headers", FOREIGN)
@pytest.mark.parametrize("path", ["/uploads", "/_dash-update-component", "/nowhere"])
def test_other_sites_pages_may_not(bench, headers, path):
    answer = bench.client.post(path, data=KNOWN, headers={"X-File-Name": "a.csv", **headers})
    assert answer.status_code == 403
    assert bench.loaded == []
    assert bench.client.get("/healthz", headers=headers).status_code == 200


def test_without_a_loader_nothing_is_taken_in():
    client = create_app(FakeWorkspace()).server.test_client()
    assert client.post("/uploads", data=KNOWN, headers={"X-File-Name": "a"}).status_code == 503


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\exports\\a.csv", "a.csv"),
        (".hidden.csv", "hidden.csv"),
        ("a\nb\x00.csv", "ab.csv"),
        ("..", "upload"),
        ("x" * 400 + ".csv", "x" * 180 + ".csv"),
        ("订单.csv", "订单.csv"),
    ],
)
def test_names_of_uploads_are_names_only(given, name):
    assert file_name(given) == name


def test_ids_are_ids_only(bench):
    for wrong in ("../x", "", "G" * 32, "a" * 31, "a" * 33):
        assert bench.jobs.path(wrong) is None
        assert bench.jobs.get(wrong) is None
        bench.jobs.drop(wrong)


def test_what_a_crash_left_is_cleared_away(bench):
    old = bench.jobs.folder / ("0" * 32)
    (old / "file").mkdir(parents=True)
    os.utime(old, (1, 1))
    bench.send(KNOWN)
    assert not old.exists()


def test_decisions_follow_one_another():
    store = {"job": "x", "decisions": {}, "added": [], "problem": "old"}
    store = decided(store, "name", "file", "ERP 1")
    store = decided(store, "column", "orders.order_no", "单号")
    store = decided(store, "value", "orders.order_no", "always")
    store = decided(store, "word", "orders.status:好", "paid")
    store = decided(store, "word", "orders.status:无", "-")
    store = decided(store, "word", "orders.status:怪", "?")
    store = decided(store, "order", "file", "day_first")
    store = decided(store, "add", "orders", "orders.paid_at")
    assert "problem" not in store
    assert store["added"] == ["orders.paid_at"]
    found = decisions_of(store)
    assert found.name == "erp"
    assert found.columns == {}
    assert found.values == {"orders.order_no": "always"}
    assert found.words == {"orders.status": {"好": "paid", "无": ""}}
    assert found.order == "day_first"
    other = decided(decided(store, "contents", "file", ["orders"]), "header", "file", "3")
    assert decisions_of(other).entities == ("orders",)
    assert decisions_of(other).header_line == 3
    assert decisions_of(other).columns == {}
    assert decisions_of(other).name == "erp"


@pytest.mark.parametrize(
    "said",
    [
        {"name": 3},
        {"columns": {"a": ["b"]}},
        {"columns": {"a": "x" * 500}},
        {"header_line": "x"},
        {"words": {"a": {"b": {}}}},
        {"columns": {str(number): "x" for number in range(600)}},
        {"entities": [1]},
        {"columns": "x"},
    ],
)
def test_nonsense_from_a_browser_is_an_error_we_expect(said):
    with pytest.raises((ValueError, TypeError)):
        decisions_of({"job": "x", "decisions": said})


@pytest.mark.parametrize(("count", "shown"), [(5, "5 B"), (2048, "2 KB"), (1536 << 10, "1.5 MB"), (1 << 30, "1 GB")])
def test_sizes_as_people_write_them(count, shown):
    assert shown_size(count) == shown
