"""The stages of a measurement: each a function from the bench to plain results."""

from __future__ import annotations

import resource
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb

from fulfillment_bi.ingest.load import load
from fulfillment_bi.metrics.query import Query
from fulfillment_bi.metrics.rollup_build import build_rollups
from fulfillment_bi.metrics.run import read_stamp, run_queries
from fulfillment_bi.settings import Settings
from fulfillment_bi.warehouse.build import build_models
from fulfillment_bi.warehouse.engine import Session
from fulfillment_bi.web.answering import PAGES
from fulfillment_bi.web.state import read_view
from fulfillment_bi.workspace import Workspace, open_workspace
from tests.bench.peers import compare_peers
from tests.bench.world import write_base, write_update

Results = dict[str, Any]
TIMES = 3
FILTERED = ("overview", "orders")
FILTERS = {
    "": "",
    ", a channel": "&channel=channel01",
    ", a channel, a warehouse": "&channel=channel01&warehouse=warehouse1",
}
"""What the pages of `FILTERED` are filtered by, one after the other."""


@dataclass(frozen=True)
class Bench:
    """Where it happens and how large it is."""

    folder: Path
    lines: int
    stock_every: int
    days: int

    def result(self, stage: str) -> Path:
        """The file with the results of a stage."""
        return self.folder / f"{stage}.json"

    def settings(self, name: str) -> Settings:
        """Those of the warehouse called `name`."""
        return Settings(home=self.folder / name)


def make_files(bench: Bench) -> Results:
    """The year, and the night after it."""
    base = write_base(bench.folder / "base", bench.lines, bench.stock_every)
    update = write_update(bench.folder / "update", bench.lines)
    size = sum(path.stat().st_size for path in (bench.folder / "base").iterdir())
    return {"rows": base, "update_rows": update, "bytes": size}


def insert_plainly(bench: Bench) -> Results:
    """The lines alone, by DuckDB's own typed read of the same file into a file: nothing checked, nothing kept."""
    path = bench.folder / "plain.duckdb"
    path.unlink(missing_ok=True)
    started = time.monotonic()
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            "CREATE TABLE lines AS SELECT * FROM read_csv(?, columns = {'channel': 'VARCHAR', 'order_no': 'VARCHAR', "
            "'line_no': 'VARCHAR', 'sku': 'VARCHAR', 'qty_ordered': 'DECIMAL(18, 4)', 'unit_price': 'DECIMAL(18, 4)'})",
            [str(bench.folder / "base" / "order_lines_20260701.csv")],
        )
    seconds = time.monotonic() - started
    path.unlink()
    return {"seconds": seconds, "peak": _peak()}


def load_base(bench: Bench) -> Results:
    """The whole year into an empty warehouse."""
    shutil.rmtree(bench.folder / "home", ignore_errors=True)
    return _load(bench, bench.folder / "base")


def load_update(bench: Bench) -> Results:
    """The night after into the same warehouse."""
    with open_workspace(settings=bench.settings("home")) as workspace:
        versions = [info.id for info in workspace.store.list()]
        if len(versions) > 1:
            workspace.store.rollback(versions[0])
    return _load(bench, bench.folder / "update")


def build_everything(bench: Bench) -> Results:
    """All models and rollups of the version after the update, from its records: what the update is held against."""
    with open_workspace(settings=bench.settings("home")) as workspace, workspace.store.draft() as draft:
        started = time.monotonic()
        build_models(draft.session, timezone=workspace.settings.timezone)
        models = time.monotonic() - started
        build_rollups(draft.session)
        rollups = time.monotonic() - started - models
        draft.session.execute("CHECKPOINT")
        return {"models": models, "rollups": rollups, "peak": _peak(), "bytes": _bytes_by_kind(draft.session)}


def ask_pages(bench: Bench) -> Results:
    """Every page's data: its queries from rollups, cold and warm, and from the facts."""
    pages: Results = {}
    for page in PAGES:
        with open_workspace(settings=bench.settings("home")) as workspace:
            for name, filters in FILTERS.items() if page.name in FILTERED else [("", "")]:
                queries = _queries(workspace, page.paths[0], page.tiles, bench.days, filters)
                if queries:
                    pages[page.name + name] = {"queries": len(queries), **_times_of(workspace, queries)}
    return {"pages": pages, "peak": _peak()}


def ask_peers(bench: Bench) -> Results:
    """A few questions beside SQL written by hand for them, and beside pandas."""
    with open_workspace(settings=bench.settings("home")) as workspace:
        return compare_peers(workspace, bench.days)


STAGES: dict[str, Callable[[Bench], Results]] = {
    "files": make_files,
    "plain": insert_plainly,
    "full": load_base,
    "update": load_update,
    "whole": build_everything,
    "pages": ask_pages,
    "peers": ask_peers,
}


def _load(bench: Bench, folder: Path) -> Results:
    """Load a folder, with the time of each step: reading and merging each file, models, rollups, publishing."""
    steps: list[tuple[str, float]] = []
    with open_workspace(settings=bench.settings("home")) as workspace:
        started = time.monotonic()
        report = load(
            workspace.store,
            workspace.settings,
            [folder],
            fault=lambda step: steps.append((step, time.monotonic() - started)),
            finish=(
                lambda _: steps.append(("rollups", time.monotonic() - started)),
                build_rollups,
                lambda _: steps.append(("rolled", time.monotonic() - started)),
            ),
        )
        total = time.monotonic() - started
        failed = [file for file in report.files if file.status != "loaded"]
        if failed:
            raise SystemExit(f"not loaded: {failed}")
        newest = workspace.store.list()[-1]
        beside = newest.cubes.stat().st_size if newest.cubes else 0
        order = _staged(workspace, [Path(file.file).name for file in report.files])
    at = dict(steps)
    reads = [moment for step, moment in steps if step == "read"] + [at["models"]]
    files = {name: reads[place + 1] - reads[place] for place, name in enumerate(order)}
    return {
        "seconds": total, "files": files, "ingest": at["models"], "models": at["rollups"] - at["models"],
        "rollups": at["rolled"] - at["rollups"], "publish": total - at["rolled"], "bytes": newest.size, "cubes": beside,
        "peak": _peak(),
    }  # fmt: skip


def _staged(workspace: Workspace, names: list[str]) -> list[str]:
    """The files in the order in which they were loaded."""
    loads = workspace.store.reader()
    try:
        rows = loads.session.rows("SELECT file FROM loads ORDER BY load_id")
    finally:
        loads.close()
    return [file for (file,) in rows if file in names]


def _queries(workspace: Workspace, path: str, tiles: Any, days: int, filters: str = "") -> list[Any]:
    stamp = workspace.run(Query(("orders",)))
    last = read_today(workspace)
    view = read_view(
        path,
        f"?from={last - timedelta(days=days - 1)}&to={last}&compare=previous{filters}",
        language="en",
        theme_name="light",
        scale=1,
        as_of=stamp.as_of,
        timezone=stamp.timezone,
        version=stamp.version,
    )
    if view.base.start is None or view.base.compare != "previous":
        raise SystemExit("the page was not asked for the period")
    asked = [dict(tile.ask(view)) for tile in tiles]
    return list(dict.fromkeys(query for queries in asked for query in queries.values()))


def _times_of(workspace: Workspace, queries: list[Any]) -> Results:
    reader = workspace.store.reader()
    try:
        session, info = reader.session, reader.info
        cold = _seconds(lambda: run_queries(session, info, queries))
        warm = min(_seconds(lambda: run_queries(session, info, queries)) for _ in range(TIMES))
        fact = min(_seconds(lambda: run_queries(session, info, queries, prefer="fact")) for _ in range(2))
        results = run_queries(session, info, queries)
        to_fact = sorted({f"{m}: {r}" for one in results for m, r in one.routes.items() if r.startswith("fct_")})
        alone = [(_seconds(lambda query=query: run_queries(session, info, [query])), query) for query in queries]
        slowest = sorted(alone, key=lambda pair: -pair[0])
        return {
            "cold": cold, "warm": warm, "fact": fact, "to_fact": to_fact,
            "slowest": [(round(seconds, 4), list(query.metrics), list(query.by)) for seconds, query in slowest[:5]],
        }  # fmt: skip
    finally:
        reader.close()


def _seconds(action: Callable[[], Any]) -> float:
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


def _bytes_by_kind(session: Session) -> Results:
    """Bytes on disk of records, facts and rollups."""
    found: Results = {}
    for (table,) in session.rows("SELECT table_name FROM duckdb_tables() WHERE NOT temporary"):
        blocks = session.rows(
            "SELECT count(DISTINCT block) FROM (SELECT block_id AS block FROM pragma_storage_info(?) "
            "UNION ALL SELECT unnest(additional_block_ids) FROM pragma_storage_info(?)) WHERE block >= 0",
            (table, table),
        )[0][0]
        kind = table.split("_")[0]
        found[kind] = found.get(kind, 0) + blocks * 262_144
    return found


def _peak() -> int:
    """The most memory this process has held, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def read_today(workspace: Workspace) -> Any:
    """The version's last business day."""
    reader = workspace.store.reader()
    try:
        return read_stamp(reader.session, reader.info).setting.today
    finally:
        reader.close()
