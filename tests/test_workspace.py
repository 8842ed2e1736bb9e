"""The workspace: what it delegates, what it caches, and that a pinned one never changes its version."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pyarrow as pa
import pytest

from fulfillment_bi.errors import NoVersionError
from fulfillment_bi.metrics import run as metrics_run
from fulfillment_bi.metrics.query import Query, Result
from fulfillment_bi.settings import Settings
from fulfillment_bi.warehouse.engine import DamagedError, Session
from fulfillment_bi.warehouse.pointer import VersionInfo
from fulfillment_bi.workspace import Workspace, open_workspace
from tests.warehouse.stores import new_store, publish

ORDERS = Query(("orders",))


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Metric queries answered with the sum of the table; the list grows by a version id with each computed one."""
    computed: list[str] = []

    def run_query(session: Session, info: VersionInfo, query: Query) -> Result:
        computed.append(info.id)
        time.sleep(0.05)
        total = session.rows("SELECT sum(value) FROM numbers")[0][0]
        return Result(query, ("orders",), ((int(total),),), as_of="", timezone="UTC", version=info.id)

    def run_queries(session: Session, info: VersionInfo, queries: Sequence[Query]) -> list[Result]:
        return [run_query(session, info, query) for query in queries]

    monkeypatch.setattr(metrics_run, "run_query", run_query)
    monkeypatch.setattr(metrics_run, "run_queries", run_queries)
    return computed


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    publish(new_store(tmp_path), 1)
    return Workspace(Settings(home=tmp_path), new_store(tmp_path))


def test_an_empty_home(tmp_path: Path) -> None:
    workspace = open_workspace(tmp_path / "none", Settings())
    assert workspace.settings.home == tmp_path / "none"
    assert workspace.info is None
    assert not workspace.is_sample
    assert not workspace.refresh()
    for ask in (
        lambda: workspace.run(ORDERS),
        lambda: workspace.run_all([ORDERS, ORDERS]),
        lambda: workspace.pinned().run(ORDERS),
        lambda: workspace.timeline("tmall", "1"),
    ):
        with pytest.raises(NoVersionError, match="fbi load"):
            ask()
    assert list(tmp_path.iterdir()) == []


def test_settings_come_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FBI_HOME", str(tmp_path))
    assert open_workspace().store.home == tmp_path


def test_one_version_and_query_is_computed_once(workspace: Workspace, counted: list[str]) -> None:
    assert workspace.run(ORDERS) is workspace.run(Query(("orders",)))
    workspace.run(replace(ORDERS, limit=1))
    publish(new_store(workspace.store.home), 2)
    assert workspace.run(ORDERS).value("orders") == 3
    assert counted == ["v00000001", "v00000001", "v00000002"]


def test_threads_asking_the_same_compute_once(workspace: Workspace, counted: list[str]) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(workspace.run, [ORDERS] * 40))
    assert {answer.value("orders") for answer in answers} == {1}
    assert len(counted) == 1


def test_a_pinned_workspace_stays_on_its_version(workspace: Workspace, counted: list[str]) -> None:
    with workspace.pinned() as page, page.pinned() as same:
        publish(new_store(workspace.store.home), 2)
        assert [each.run(ORDERS).version for each in (page, same, workspace)] == ["v00000001", "v00000001", "v00000002"]
        assert page.info is not None
        assert page.info.number == 1
        assert not page.refresh()


def test_run_all_answers_from_one_version(workspace: Workspace, counted: list[str]) -> None:
    queries = [replace(ORDERS, limit=limit) for limit in range(1, 30)]
    stop = threading.Event()

    def keep_publishing() -> None:
        while not stop.is_set():
            publish(new_store(workspace.store.home), 1)

    with ThreadPoolExecutor(1) as pool:
        writer = pool.submit(keep_publishing)
        answers = workspace.run_all(queries)
        stop.set()
        writer.result(10)
    assert [answer.query for answer in answers] == queries
    assert len({answer.version for answer in answers}) == 1
    assert len(counted) == len(queries)
    assert workspace.refresh()


def test_run_all_computes_only_what_is_missing(workspace: Workspace, counted: list[str]) -> None:
    first, second, third = (replace(ORDERS, limit=limit) for limit in (1, 2, 3))
    known = workspace.run(first)
    answers = workspace.run_all([third, first, second, third])
    assert [answer.query for answer in answers] == [third, first, second, third]
    assert answers[1] is known
    assert len(counted) == 3
    assert workspace.run(second) is answers[2]
    assert workspace.run_all([]) == []


def test_refresh_tells_of_a_new_version_once(workspace: Workspace) -> None:
    assert workspace.refresh()
    assert not workspace.refresh()
    publish(new_store(workspace.store.home), 2)
    assert workspace.refresh()
    assert not workspace.refresh()


def test_a_file_that_proves_damaged_is_replaced_by_the_version_before(
    workspace: Workspace, counted: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = publish(new_store(workspace.store.home), 2).path
    real = metrics_run.run_query

    def damaged(session: Session, info: VersionInfo, query: Query) -> Result:
        if info.number == 2:
            raise DamagedError("checksum")
        return real(session, info, query)

    monkeypatch.setattr(metrics_run, "run_query", damaged)
    with pytest.raises(DamagedError, match="checksum"):  # but the file is what was published
        workspace.run(ORDERS)
    content = bytearray(path.read_bytes())
    content[50_000] ^= 1
    path.chmod(0o644)
    path.write_bytes(content)
    assert workspace.run(ORDERS).version == "v00000001"
    assert "damaged" in workspace.problems[0].what


@pytest.mark.parametrize(("value", "expected"), [("true", True), ("1", True), ("false", False), (None, False)])
def test_is_sample(tmp_path: Path, value: str | None, expected: bool) -> None:
    store = new_store(tmp_path)
    with store.draft() as draft:
        if value is not None:
            draft.session.append("meta", pa.table({"key": ["is_sample"], "value": [value]}))
        draft.publish()
    assert Workspace(Settings(home=tmp_path), store).is_sample is expected


def test_everything_else_is_passed_on(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    def echo(name: str) -> Any:
        def answer(session: Session, *given: Any, **named: Any) -> list[Any]:
            assert session.rows("SELECT 1") == [(1,)]
            return [name, *given, named]

        return answer

    ledger = SimpleNamespace(list_loads=echo("loads"), freshness=echo("freshness"), list_quarantine=echo("quarantine"))
    modules = {
        "fulfillment_bi.ingest.ledger": ledger,
        "fulfillment_bi.metrics.rows": SimpleNamespace(run_rows=echo("rows")),
        "fulfillment_bi.metrics.members": SimpleNamespace(find_members=echo("members")),
        "fulfillment_bi.insight.timeline": SimpleNamespace(order_timeline=echo("timeline")),
    }
    for name, module in modules.items():
        monkeypatch.setitem(__import__("sys").modules, name, module)
    info = workspace.info
    page = {"limit": 5, "offset": 10, "order_by": "-x", "text": "NO-1", "containing": {}}
    assert workspace.loads() == ["loads", {}]
    assert workspace.freshness() == ["freshness", {}]
    assert workspace.quarantine(7, 8, entity="orders") == ["quarantine", {"limit": 7, "offset": 8, "entity": "orders"}]
    assert workspace.timeline("tmall", "1") == ["timeline", "tmall", "1", {}]
    assert workspace.members("sku", "a") == ["members", "sku", {"search": "a", "limit": 50, "where": ()}]
    rows: Any = workspace.rows(ORDERS, "orders", "numerator", limit=5, offset=10, order_by="-x", text="NO-1")
    assert rows == ["rows", info, ORDERS, "orders", "numerator", page]
