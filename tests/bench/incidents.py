"""Does an explanation find what was planted? `python -m tests.bench.incidents` prints a table for every incident.

    python -m tests.bench.incidents --orders 60000          each incident in a world of its own
    python -m tests.bench.incidents --quiet 200             worlds without any: how often something is named

The truth is what happened without the incident, which only a made-up world can say: the same world is made again
without it, and the orders that failed more in the segment and the days are its effect there. (truth.json counts all
orders that began to fail, also those that found no stock months later because of one that was sent otherwise.) The
estimate knows the world with the incident only: what the cause broke in the segment beyond its share of the days
before.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from fulfillment_bi.ingest.load import load
from fulfillment_bi.insight.why import Why
from fulfillment_bi.metrics.query import Basis, Filter, Query
from fulfillment_bi.sample.write import write_sample
from fulfillment_bi.settings import Settings
from fulfillment_bi.warehouse.versions import Store
from fulfillment_bi.workspace import Workspace, open_workspace

END = date(2026, 11, 20)


@dataclass(frozen=True)
class Expected:
    """Where an incident shows: the days from `lead` before its start to `lag` after its end, by `basis`.

    `cause` is what its evidence says; `dimension` what the segment it hit is called (empty where it hit everything).
    """

    metric: str
    causes: tuple[str, ...]
    dimension: str = ""
    basis: Basis = "order"
    lead: int = 0
    lag: int = 0


EXPECTED = {
    "review_queue_jam": Expected("ship_delay_rate", ("review_queue",), "channel", lead=1, lag=5),
    "supplier_stop": Expected("otif", ("purchase_late",), "supplier", lag=3),
    "promotion_without_stock": Expected("otif", ("oversell", "stock_short", "purchase_late"), "channel"),
    "picking_backlog": Expected("ship_delay_rate", ("pick_pack",), "warehouse", lead=1, lag=2),
    "carrier_collapse": Expected("delivery_delay_rate", ("line_haul", "last_mile"), "carrier", "due", lag=4),
    "oversell_sync_lag": Expected("otif", ("oversell", "stock_short", "purchase_late"), ""),
    "phantom_stock": Expected("otif", ("stock_short",), "warehouse", lag=1),
    "wrong_address_batch": Expected("otif", ("wrong_address", "line_haul"), "channel"),
}


@dataclass(frozen=True)
class Found:
    """What the explanation says of one incident: the segment and cause it names, and the orders it accounts for."""

    name: str
    segment: str
    named: bool
    cause: str
    cause_first: bool
    all_told: int
    truth: float
    estimate: float

    @property
    def error(self) -> float:
        """How far the estimate is off, as a share of the truth."""
        return abs(self.estimate - self.truth) / self.truth if self.truth else 0.0


@contextmanager
def planted(names: tuple[str, ...], orders: int, days: int, seed: int) -> Iterator[tuple[Workspace, dict[str, Any]]]:
    """A loaded world with these incidents, and its truth."""
    with tempfile.TemporaryDirectory() as folder:
        exports = Path(folder) / "exports"
        write_sample(exports, orders=orders, days=days, seed=seed, end=END, incidents=names)
        settings = Settings(home=Path(folder) / "home")
        store = Store(settings.home)
        load(store, settings, [exports])
        store.close()
        with open_workspace(settings=settings) as workspace:
            yield workspace, json.loads((exports / "truth.json").read_text("utf-8"))


def window(incident: dict[str, Any], expected: Expected) -> tuple[date, date]:
    """The business days in which the incident shows."""
    start, end = (datetime.fromisoformat(incident[name]) for name in ("start", "end"))
    last = (end - timedelta(seconds=1)).date() + timedelta(days=expected.lag)
    return start.date() - timedelta(days=expected.lead), last


def judge(workspace: Workspace, incident: dict[str, Any], without: float) -> Found:
    """The explanation of the incident's days against as many right before, held against the truth."""
    expected = EXPECTED[incident["name"]]
    first, last = window(incident, expected)
    query = Query((expected.metric,), start=first, end=last, basis=expected.basis)
    why = workspace.explain(query)
    grown = max(why.causes, key=lambda one: one.effect or 0)
    segment = " > ".join(f"{one.dimension}={one.segment}" for one in why.trail)
    truth = failures(workspace, incident) - without
    estimate = excess(workspace, incident, expected, (first, last))
    return Found(
        incident["name"], segment, _is_hit(why, incident, expected), grown.cause, grown.cause in expected.causes,
        incident["orders_failed_otif"], truth, estimate,
    )  # fmt: skip


def _is_hit(why: Why, incident: dict[str, Any], expected: Expected) -> bool:
    scope = incident["scope"]
    return any(one.segment in scope.get(one.dimension, ()) for one in why.trail)


def failures(workspace: Workspace, incident: dict[str, Any]) -> float:
    """Orders that failed in the segment and the days, whatever broke them."""
    expected = EXPECTED[incident["name"]]
    first, last = window(incident, expected)
    where = tuple(item for item in _scope(incident, expected) if item.dimension != "supplier")
    query = Query(("otif_failures",), start=first, end=last, basis=expected.basis, where=where)
    return float(workspace.run(query).value("otif_failures") or 0)


def _scope(incident: dict[str, Any], expected: Expected) -> tuple[Filter, ...]:
    scoped = incident["scope"].get(expected.dimension)
    return (Filter(expected.dimension, (scoped,) if isinstance(scoped, str) else tuple(scoped)),) if scoped else ()


def excess(workspace: Workspace, incident: dict[str, Any], expected: Expected, days: tuple[date, date]) -> float:
    """Orders broken by the expected causes in the segment, beyond what its orders due before would have it."""
    where = [Filter("cause", expected.causes), *_scope(incident, expected)]
    due_where = tuple(item for item in where if item.dimension not in ("cause", "supplier"))
    length = (days[1] - days[0]).days + 1
    before = days[0] - timedelta(days=length), days[0] - timedelta(days=1)
    counts = []
    for start, end in (before, days):
        asked = {"start": start, "end": end, "basis": expected.basis}
        failed = workspace.run(Query(("failure_causes",), where=tuple(where), **asked)).value("failure_causes")
        due = workspace.run(Query(("otif",), where=due_where, **asked)).value("otif_d")
        counts.append((float(failed or 0), float(due or 0)))
    (failed_before, due_before), (failed_after, due_after) = counts
    return failed_after - (failed_before * due_after / due_before if due_before else 0.0)


def false_alarms(seeds: int, orders: int, days: int) -> int:
    """In how many worlds without an incident something is named for the last ten days."""
    named = 0
    for seed in range(seeds):
        with planted((), orders, days, seed) as (workspace, _):
            last = END - timedelta(days=8)
            why = workspace.explain(Query(("otif",), start=last - timedelta(days=9), end=last))
            named += bool(why.trail)
            if why.trail:
                print(f"seed {seed}: {why.trail[0].dimension} {why.trail[0].segment}", flush=True)
    return named


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--orders", type=int, default=60_000)
    parser.add_argument("--days", type=int, default=120)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--only", default=",".join(EXPECTED))
    parser.add_argument("--quiet", type=int, default=0, metavar="SEEDS")
    asked = parser.parse_args()
    if asked.quiet:
        named = false_alarms(asked.quiet, asked.orders, asked.days)
        print(f"{named} of {asked.quiet} worlds without an incident had something named: {named / asked.quiet:.1%}")
        return
    print(f"{'incident':24} {'truth.json':>10} {'truth':>6} {'estimate':>9} {'error':>6}  {'cause':16} segment named")
    quiet = planted((), asked.orders, asked.days, asked.seed)
    with quiet as (without, _):
        for name in asked.only.split(","):
            with planted((name,), asked.orders, asked.days, asked.seed) as (workspace, truth):
                for incident in truth["incidents"]:
                    show(judge(workspace, incident, failures(without, incident)))


def show(found: Found) -> None:
    """One line; what was not found has a question mark."""
    cause = found.cause if found.cause_first else f"? {found.cause}"
    segment = found.segment if found.named else f"? {found.segment}"
    numbers = f"{found.all_told:10} {found.truth:6.0f} {found.estimate:9.1f} {found.error:6.0%}"
    print(f"{found.name:24} {numbers}  {cause:16} {segment}", flush=True)


if __name__ == "__main__":
    main()
