"""Batches of small exports, a load of one in steps, and everything that can be seen of a warehouse afterwards."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from fulfillment_bi.ingest import load as load_module
from fulfillment_bi.ingest.archive import archive_folder, read_note, read_rows
from fulfillment_bi.ingest.contracts import load_contracts
from fulfillment_bi.ingest.plan import plan_files
from fulfillment_bi.metrics.query import Query
from fulfillment_bi.metrics.rollup_build import build_rollups
from fulfillment_bi.metrics.rollups import plan_rollups, signature
from fulfillment_bi.metrics.run import run_query
from fulfillment_bi.settings import Settings
from fulfillment_bi.warehouse.build import load_models
from fulfillment_bi.warehouse.engine import Session
from fulfillment_bi.warehouse.pointer import VersionInfo
from fulfillment_bi.warehouse.versions import Store
from tests.warehouse.kill_trials import store_at

BATCHES = 6
NEW_ORDERS = 12
SYSTEM_CALLS = ("fsync", "rename", "replace", "link", "unlink", "rmdir", "mkdir", "chmod", "ftruncate")
"""Where files get their names and their bytes reach the disk: a step of its own before each."""
VOLATILE = {"version", "loaded_at", "seconds", "first_seen", "customer_no", "customer_key", "_content"}
"""Columns that differ between two warehouses of the same files: times of loading, and hashes with a key of its own."""
OTIF = Query(("otif",))
Step = Callable[[str], None]


class Steps:
    """Notes the steps of a load, and does something before step number `stop` (counted from 0)."""

    def __init__(self, stop: int = -1, act: Callable[[], None] = lambda: None, shared: Any = None) -> None:
        self.names: list[str] = []
        self._stop = stop
        self._act = act
        self._shared = shared
        self._phase = "plan"

    def __call__(self, name: str) -> None:
        """One of the program's own steps."""
        self._phase = name
        self._take(name)

    def watch_system_calls(self) -> None:
        """From now on, for the rest of this process, every one of SYSTEM_CALLS is a step as well."""
        for name in SYSTEM_CALLS:
            setattr(os, name, partial(self._called, name, getattr(os, name)))

    def _called(self, name: str, call: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
        self._take(f"{self._phase}: {name}")
        return call(*arguments, **options)

    def _take(self, name: str) -> None:
        number = len(self.names)
        self.names.append(name)
        if self._shared is not None:  # so that whoever kills this process knows where it was
            self._shared[:4] = number.to_bytes(4, "little")
        if number == self._stop:
            self._act()


@dataclass(frozen=True, slots=True)
class Course:
    """The batches; how the undisturbed warehouse looked before the first and after each; its steps and seconds."""

    batches: Sequence[Sequence[Path]]
    looks: Sequence[dict[str, Any]]
    answers: Sequence[Sequence[Any]]
    steps: Sequence[Sequence[str]]
    seconds: Sequence[float]


def write_batches(folder: Path, seed: int, count: int = BATCHES) -> list[list[Path]]:
    """Folders of exports, one a batch; each batch also names a file of the one before it, which is loaded already."""
    chance = random.Random(seed)
    made: list[list[Path]] = []
    for batch in range(count):
        place = folder / f"batch-{batch:02d}"
        place.mkdir(parents=True)
        # Some exports turn up late: what they say is older than what is there.
        stamp = datetime(2025, 6, 1) + timedelta(days=batch - (3 if batch % 4 == 3 else 0), minutes=batch)
        first = batch * NEW_ORDERS
        earlier = sorted(chance.sample(range(first), min(first, 8)))
        exports = _exports([*earlier, *range(first, first + NEW_ORDERS)], stamp, chance)
        for name, header, lines in exports if batch % 3 == 0 else chance.sample(exports, 2):
            path = place / f"{name}_{stamp:%Y%m%d%H%M%S}.csv"
            path.write_text("\n".join([header, *lines]) + "\n", "utf-8")
            os.utime(path, (stamp.timestamp(), stamp.timestamp()))
        made.append([place, *sorted(made[-1][0].iterdir())[:1]] if made else [place])
    return made


def _exports(orders: Sequence[int], stamp: datetime, chance: random.Random) -> list[tuple[str, str, list[str]]]:
    """Name, header and lines of an export of each kind; two of the orders are refused."""
    status = {order: chance.choice(["paid", "paid", "shipped", "delivered", "cancelled"]) for order in orders}
    sent = [order for order in orders if status[order] in {"shipped", "delivered"}]

    def after(order: int, hours: float) -> str:
        # A day for every order, so that few rollups are worth building.
        return f"{datetime(2024, 9, 1) + timedelta(hours=26 * order + hours):%Y-%m-%d %H:%M:%S}"

    refused = [f"c0,B{stamp:%d%H%M},s0,,Li,p0,2025-02-30 10:00:00,,,,paid", ",,,,,,,,,,"]
    return [
        (
            "orders",
            "channel,order_no,shop,customer_id,receiver_name,province,created_at,paid_at,promised_ship_at,"
            "promised_delivery_at,status",
            [
                f"c{order % 2},A{order},s{order % 5},u{order % 40},Li,p{order % 7},{after(order, 0)},{after(order, 1)},"
                f"{after(order, 24)},{after(order, 96)},{status[order]}"
                for order in orders
            ]
            + refused,
        ),
        (
            "order_lines",
            "channel,order_no,line_no,sku,qty_ordered,unit_price",
            [
                f"c{order % 2},A{order},{line},k{(order + line) % 30},{1 + order % 3},{9 + line}.50"
                for order in orders
                for line in range(1, 2 + order % 3)
            ],
        ),
        (
            "fulfilments",
            "channel,order_no,fulfilment_no,warehouse,shipped_at_warehouse,carrier,tracking_no",
            [
                f"c{order % 2},A{order},1,w{order % 3},{after(order, 5 + order % 40)},f{order % 4},T{order}"
                for order in sent
            ],
        ),
        (
            "parcels",
            "carrier,tracking_no,channel,order_no,first_scan_at,delivered_at,status",
            [
                f"f{order % 4},T{order},c{order % 2},A{order},{after(order, 6 + order % 40)},"
                f"{after(order, 60 + order % 60) if status[order] == 'delivered' else ''},{status[order]}"
                for order in sent
            ],
        ),
    ]


def warm_up(settings: Settings, batches: Sequence[Sequence[Path]]) -> None:
    """Do here, once, what every child would have to: only the loading itself is to be stopped, not the looking before.

    Which adapter fits a file is found out without writing anything and takes as long as loading so few rows.
    """
    load_models(), plan_rollups(), signature()
    planned = {tuple(paths): plan_files(settings, paths, None) for paths in batches}

    def known_plan(_settings: Settings, paths: Sequence[Path], _adapter: str | None) -> tuple[Any, Any]:
        plan, reports = planned[tuple(paths)]
        return list(plan), dict(reports)

    load_module.plan_files = known_plan


def load_batch(store: Store, paths: Sequence[Path], step: Step = lambda _name: None) -> None:
    """What `start.load_files` does, with steps."""
    finish = (lambda _: step("rollups"), build_rollups, lambda _: step("rolled up"))
    report = load_module.load(store, Settings(home=store.home), paths, fault=step, finish=finish)
    assert not report.failed, report


def look(session: Session) -> dict[str, Any]:
    """Every table but the rollups: its number of rows and a sum over their hashes. The ledger must add up."""
    columns: dict[str, list[str]] = {}
    for table, column in session.rows(
        "SELECT table_name, column_name FROM duckdb_columns() WHERE NOT internal AND NOT starts_with(table_name, "
        "'rollup_') ORDER BY table_name, column_index"
    ):
        columns.setdefault(table, []).extend([f'"{column}"'] if column not in VOLATILE else [])
    sums = [
        f"SELECT '{table}', count(*), CAST(sum(hash({', '.join(names)})) AS VARCHAR) FROM {table}"
        for table, names in columns.items()
    ]
    found: dict[str, Any] = {table: [count, total] for table, count, total in session.rows(" UNION ALL ".join(sums))}
    found["customers"] = session.rows("SELECT count(DISTINCT customer_no) FROM state_orders")[0][0]
    files, distinct = session.rows("SELECT count(*), count(DISTINCT sha256) FROM loads WHERE status = 'loaded'")[0]
    assert files == distinct, "a file is there twice"
    for entity, read, accounted, new in session.rows(
        'SELECT entity, sum("read"), sum("new" + updated + unchanged + superseded + quarantined), sum("new") '
        "FROM load_entities GROUP BY entity"
    ):
        assert read == accounted, f"{entity}: {read} read, {accounted} accounted for"
        assert new == found[f"state_{entity}"][0], f"{entity}: {new} new, {found[f'state_{entity}'][0]} there"
    return found


def ask(session: Session, info: VersionInfo) -> list[int]:
    """What a page would show: OTIF's numerator and denominator, orders, row versions of each entity, loads."""
    result = run_query(session, info, OTIF)
    numerator, denominator = (result.rows[0][result.columns.index(name)] for name in ("otif_n", "otif_d"))
    tables = ["state_orders", *(f"staged_{entity}" for entity in load_contracts()), "loads"]
    counts = session.rows(f"SELECT {', '.join(f'(SELECT count(*) FROM {table})' for table in tables)}")[0]
    return [int(numerator), int(denominator), *counts]


def undisturbed(home: Path, batches: Sequence[Sequence[Path]]) -> list[list[Any]]:
    """Load every batch in peace: look, answers, steps and seconds of each."""
    found = []
    steps = Steps()
    steps.watch_system_calls()
    for paths in batches:
        steps.names = []
        store, started = store_at(home, steps), time.monotonic()
        load_batch(store, paths, steps)
        seconds = time.monotonic() - started
        with store.reader() as reader:
            found.append([look(reader.session), ask(reader.session, reader.info), steps.names, seconds])
        store.close()
    return found


def seen_batches(store: Store, course: Course) -> int:
    """How many batches are in the current version, which must equal the undisturbed one of as many batches."""
    info = store.current(refresh=True)
    if info is None:
        return 0
    assert not store.problems() or not (store.home / "CURRENT").exists(), store.problems()
    assert all(finding.ok for finding in store.verify(info.id))
    with store.reader() as reader:
        seen = look(reader.session)
        for sha256, fingerprint, load_id in reader.session.rows("SELECT sha256, fingerprint, load_id FROM loads"):
            folder = archive_folder(store.home, sha256, fingerprint)
            note = read_note(folder)
            rows = sum(batch.num_rows for place in range(len(note.columns)) for batch in read_rows(folder, place))
            assert rows == sum(note.read), f"load {load_id}: {rows} rows archived"
    assert seen in course.looks, _difference(seen, course)
    return course.looks.index(seen)


def _difference(seen: dict[str, Any], course: Course) -> str:
    nearest = min(course.looks, key=lambda one: sum(one.get(name) != value for name, value in seen.items()))
    tables = [name for name in {*seen, *nearest} if seen.get(name) != nearest.get(name)]
    return f"like batch {course.looks.index(nearest)}, but {sorted(tables)} differ"
