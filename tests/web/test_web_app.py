"""The application from outside: headers, health, version, files, and two applications that do not meet."""

from __future__ import annotations

import csv
import io
import json

import openpyxl
import pytest

from fulfillment_bi.metrics.dimensions import BUCKETS
from fulfillment_bi.web.app import Application, create_app
from tests.web.fake_workspace import FakeWorkspace


@pytest.fixture(scope="module")
def client():
    return create_app(FakeWorkspace(sample=True)).server.test_client()


def test_content_policy_and_headers_are_on_every_answer(client):
    for path in ("/", "/healthz", "/api/version", "/files/overview-trend.csv", "/nothing/here"):
        headers = client.get(path).headers
        policy = headers["Content-Security-Policy"]
        assert "'unsafe-eval'" not in policy
        assert "script-src 'self' 'sha256-" in policy
        assert "'unsafe-inline'" not in policy.split("style-src")[0]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"


def test_no_inline_script_but_the_renderers(client):
    page = client.get("/overview").get_data(as_text=True)
    page = page.replace(page[page.index("<!--[if IE]") : page.index("<![endif]-->")], "")
    inline = [part for part in page.split("<script")[1:] if " src=" not in part.split(">")[0]]
    assert len(inline) == 2  # the configuration (data, not code) and the renderer's start
    assert 'type="application/json"' in inline[0].split(">")[0]
    assert "http://" not in page
    assert "https://" not in page


def test_the_table_library_is_not_in_the_first_page(client):
    page = client.get("/").get_data(as_text=True)
    assert '<meta name="fbi-grid"' in page
    assert "<script src=" in page
    assert not any("dash_ag_grid" in part.split(">")[0] for part in page.split("<script ")[1:])
    address = page.split('name="fbi-grid" content="')[1].split('"')[0]
    assert client.get(address).status_code == 200


def test_health_and_version(client):
    assert client.get("/healthz").json == {"status": "ok"}
    answer = client.get("/api/version")
    assert answer.json["id"] == "v00000001"
    again = client.get("/api/version", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304
    assert again.data == b""


def test_a_chart_file_is_the_result_with_its_stamp(client):
    text = client.get("/files/overview-trend.csv?channel=jd&lang=en").data
    assert text.startswith(b"\xef\xbb\xbf")
    lines = text.decode("utf-8-sig").splitlines()
    assert lines[0].startswith("Day,")
    assert "Asia/Shanghai" in lines[1]
    assert "jd" in lines[1]
    assert len(lines) == 31


def test_every_row_behind_a_number_is_in_its_file(client):
    answer = client.get("/files/rows.xlsx?metric=otif&part=denominator&lang=en")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.data)).worksheets[0]
    assert sheet.max_row == 251
    assert sheet.cell(2, 2).value == "100000000000000000"


DATA_FILES = {
    "data-sources": (2, ["oms orders · OMS", "2026-11-22 17:00:00", "60 min behind", "22", "2", "2026-11-22 17:00:00"]),
    "data-loads": (
        140,
        [
            "orders_cn.csv",
            "oms orders · OMS",
            "2026-11-22 17:00:00",
            "Orders",
            *map(str, (10, 8, 0, 0, 0, 2)),
            "Loaded",
        ],
    ),
    "data-quarantine": (
        250,
        [
            "orders_cn.csv",
            "7",
            "Orders",
            "Missing: Order no.; In the future: Paid",
            '{"order_no": "<script>alert(1)</script>", "paid_at": "=1+1"}',
        ],
    ),
}


@pytest.mark.parametrize("name", DATA_FILES)
def test_the_tables_of_the_data_page_are_files_with_all_their_rows(client, name):
    count, first = DATA_FILES[name]
    text = client.get(f"/files/{name}.csv?lang=en").data.decode("utf-8-sig")
    head, *rows = csv.reader(io.StringIO(text))
    assert len(rows) == count
    assert rows[0][: len(first)] == first
    assert rows[0][len(first) :] == ["2026-11-22T10:00:00Z", "Asia/Shanghai", "all", "v00000001", str(count)]
    book = openpyxl.load_workbook(io.BytesIO(client.get(f"/files/{name}.xlsx?lang=en").data))
    sheet = book.worksheets[0]
    assert [cell.value for cell in sheet[1]] == head[: len(first)]
    assert sheet.max_row == count + 1
    assert [str(cell.value) for cell in sheet[2]] == first


def test_the_file_of_open_orders_holds_their_count_and_their_value(client):
    head, *rows = csv.reader(io.StringIO(client.get("/files/orders-waiting.csv?lang=en").data.decode("utf-8-sig")))
    assert {"Backlog", "Backlog value"} <= set(head)
    assert [row[0] for row in rows] == list(BUCKETS)


def test_the_file_of_the_heat_map_holds_what_it_shows(client):
    head, *rows = csv.reader(io.StringIO(client.get("/files/wall-crossing.csv?lang=en").data.decode("utf-8-sig")))
    assert head[:2] == ["Channel", "Warehouse"]
    assert {row[1] for row in rows} == {"several", "杭州仓", "广州仓"}


@pytest.mark.parametrize(
    "path",
    [
        "/files/rows.csv?metric=nope&part=numerator",
        "/files/rows.csv?metric=otif",
        "/files/secret.csv",
        "/files/wall-otif.exe",
    ],
)
def test_files_that_do_not_exist(client, path):
    assert client.get(path).status_code == 404


def call(client, output: str, inputs: list, state: list = ()):  # a callback as the browser calls it
    body = {
        "output": output,
        "outputs": [],
        "inputs": inputs,
        "state": list(state),
        "changedPropIds": [f"{inputs[0]['id']}.{inputs[0]['property']}"],
    }
    names = output.strip(".").split("...")
    body["outputs"] = [{"id": name.rsplit(".", 1)[0], "property": name.rsplit(".", 1)[1]} for name in names]
    return client.post("/_dash-update-component", json=body)


def output_of(app: Application, first: str) -> str:
    return next(name for name in app.callback_map if name.strip(".").startswith(first))


def mount(app: Application, path: str, lang: str = "en", accept: str = ""):
    output = output_of(app, "content.children")
    request = [{"id": "mount", "property": "data", "value": {"path": path, "lang": lang}}]
    return call(app.server.test_client(), output, request)


def test_nothing_loaded_says_what_to_run():
    app = create_app(FakeWorkspace(loaded=False))
    assert b"fbi load PATH" in mount(app, "/overview").data
    assert app.server.test_client().get("/api/version").json["id"] == ""
    assert app.server.test_client().get("/files/overview-trend.csv").status_code == 400


def test_an_address_that_is_no_page():
    assert "There is no such page" in mount(create_app(FakeWorkspace()), "/x<script>").get_data(as_text=True)


def test_two_applications_do_not_meet():
    small, large = FakeWorkspace(due=100), FakeWorkspace(due=9000)
    apps = [create_app(small), create_app(large)]
    bodies = []
    for app in apps:
        output = output_of(app, "overview-otif-body.children")
        asked = [{"id": "request", "property": "data", "value": {"path": "/overview", "search": "", "lang": "en"}}]
        bodies.append(call(app.server.test_client(), output, asked).get_data(as_text=True))
    assert "9,000" in bodies[1]
    assert "9,000" not in bodies[0]
    assert json.loads(bodies[0])["response"]["overview-trend-figure"]["figure"]["data"]


def test_a_page_ignores_what_another_page_is_asked():
    app = create_app(FakeWorkspace())
    output = output_of(app, "overview-otif-body.children")
    asked = [{"id": "request", "property": "data", "value": {"path": "/orders", "search": ""}}]
    assert call(app.server.test_client(), output, asked).json["response"] == {}


def test_the_drawer_prints_numerator_and_denominator():
    app = create_app(FakeWorkspace())
    output = output_of(app, "explain.opened")
    asked = {
        "path": "/overview",
        "search": "",
        "lang": "en",
        "explain": "otif",
        "at": "channel=jd",
        "part": "numerator",
    }
    answer = call(app.server.test_client(), output, [{"id": "drawer", "property": "data", "value": asked}])
    text = answer.get_data(as_text=True)
    assert "1,000" in text
    assert "count(due_sign_original and otif_sign_original)" in text
    assert "rows-grid" in text
    assert "按时并且足量" in text


@pytest.mark.parametrize(
    "asked", [None, {}, {"explain": "nope"}, {"explain": "otif", "at": "x=1&&&", "part": "both", "lang": "xx"}]
)
def test_the_drawer_takes_any_address(asked):
    app = create_app(FakeWorkspace())
    answer = call(
        app.server.test_client(),
        output_of(app, "explain.opened"),
        [{"id": "drawer", "property": "data", "value": asked}],
    )
    assert answer.status_code == 200


def test_compression_is_offered_and_taken(client):
    plain = client.get("/files/overview-trend.csv")
    assert "Content-Encoding" not in plain.headers
    page = client.get("/", headers={"Accept-Encoding": "gzip"})
    assert page.headers["Content-Encoding"] == "gzip"
    assert len(page.data) < len(client.get("/").data)
