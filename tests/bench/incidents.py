"""Does an explanation find what was planted? `python -m tests.bench.incidents` prints a line for every incident.

    python -m tests.bench.incidents --orders 200000         one sample world with all of them
    python -m tests.bench.incidents --home HOME             the same, of a home that holds a loaded sample
    python -m tests.bench.incidents --quiet 20              worlds without any: how often something is named

Each incident is looked for in the days on which truth.json says it was felt, with nothing known but the data. The
truth is truth.json's: orders that failed because of it, net of those that it saved. It is found if the first finding
has its cause, names its segment, and is within 10 % of the truth.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from fulfillment_bi.ingest.load import load
from fulfillment_bi.insight.findings import Finding, find
from fulfillment_bi.metrics.query import Query
from fulfillment_bi.sample.write import write_sample
from fulfillment_bi.settings import Settings
from fulfillment_bi.warehouse.versions import Store
from fulfillment_bi.workspace import Workspace, open_workspace

END = date(2026, 11, 20)

CAUSES: Mapping[str, tuple[str, ...]] = {
    "review_queue_jam": ("review_queue",),
    "supplier_stop": ("purchase_late",),
    "promotion_without_stock": ("oversell", "stock_short"),
    "picking_backlog": ("pick_pack",),
    "carrier_collapse": ("line_haul", "last_mile"),
    "oversell_sync_lag": ("oversell",),
    "phantom_stock": ("stock_short",),
    "wrong_address_batch": ("wrong_address",),
}
"""What the evidence of each incident says."""


@dataclass(frozen=True)
class Found:
    """The first finding held against the truth of an incident."""

    name: str
    truth: float
    first: Finding | None
    cause: bool
    segment: bool

    @property
    def error(self) -> float:
        """How far the estimate is off, as a share of the truth."""
        return abs((self.first.orders if self.first else 0) - self.truth) / self.truth if self.truth else 0.0


@contextmanager
def planted(names: tuple[str, ...] | None, orders: int, days: int, seed: int) -> Iterator[tuple[Workspace, Any]]:
    """A loaded world with these incidents (None: all), and its truth."""
    with tempfile.TemporaryDirectory() as folder:
        exports = Path(folder) / "exports"
        write_sample(exports, orders=orders, days=days, seed=seed, end=END, incidents=names)
        settings = Settings(home=Path(folder) / "home")
        store = Store(settings.home)
        load(store, settings, [exports])
        store.close()
        with open_workspace(settings=settings) as workspace:
            yield workspace, json.loads((exports / "truth.json").read_text("utf-8"))


def judge(workspace: Workspace, incident: dict[str, Any]) -> Found:
    """What is found in the days on which the incident was felt."""
    first, last = map(date.fromisoformat, incident["felt"])
    findings = find(workspace, Query((incident["metric"],), start=first, end=last))
    top = findings[0] if findings else None
    cause = top is not None and bool(set(top.causes) & set(CAUSES[incident["name"]]))
    segment = top is not None and names_scope(top, incident["scope"])
    return Found(incident["name"], incident["orders_failed_otif"], top, cause, segment)


def names_scope(found: Finding, scope: dict[str, Any]) -> bool:
    """Whether every segment named is one that was hit; an incident of nearly everything needs none."""
    if not found.places:
        return set(scope) == {"channel"} and len(scope["channel"]) > 5
    return all(set(members) <= _members(scope.get(dimension, ())) for dimension, members in found.places)


def _members(said: object) -> set[str]:
    return {said} if isinstance(said, str) else set(said)  # type: ignore[call-overload]


def false_alarms(seeds: int, orders: int, days: int) -> int:
    """In how many worlds without an incident something is named for ten days clear of the festivals."""
    named = 0
    for seed in range(seeds):
        with planted((), orders, days, seed) as (workspace, _):
            last = END - timedelta(days=18)
            found = find(workspace, Query(("otif",), start=last - timedelta(days=9), end=last))
            named += bool(found)
            for one in found:
                print(f"seed {seed}: {told(one)}", flush=True)
    return named


def told(found: Finding) -> str:
    """A finding on one line."""
    places = " > ".join(f"{dimension}={','.join(members)}" for dimension, members in found.places)
    effect = f"{found.orders:.0f} [{found.low:.0f}, {found.high:.0f}]"
    return f"{'+'.join(found.causes)} {effect} {places or 'everywhere'} (evidence {found.evidence:.0f})"


def show(found: Found) -> None:
    """One line; what was not found has a question mark."""
    marks = "".join(" " if good else "?" for good in (found.cause, found.segment, found.error <= 0.10))
    words = told(found.first) if found.first else "nothing"
    print(f"{found.name:24} {found.truth:6.0f} {found.error:6.1%} {marks:3} {words}", flush=True)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--orders", type=int, default=200_000)
    parser.add_argument("--days", type=int, default=120)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--home", type=Path, help="a folder with `home` and `exports`")
    parser.add_argument("--quiet", type=int, default=0, metavar="SEEDS")
    asked = parser.parse_args()
    if asked.quiet:
        named = false_alarms(asked.quiet, asked.orders, asked.days)
        print(f"{named} of {asked.quiet} worlds without an incident had something named: {named / asked.quiet:.1%}")
        return
    print(f"{'incident':24} {'truth':>6} {'error':>6} ?   first finding (? cause, segment, effect missed)")
    if asked.home:
        truth = json.loads((asked.home / "exports" / "truth.json").read_text("utf-8"))
        with open_workspace(settings=Settings(home=asked.home / "home")) as workspace:
            _judge_all(workspace, truth)
        return
    with planted(None, asked.orders, asked.days, asked.seed) as (workspace, truth):
        _judge_all(workspace, truth)


def _judge_all(workspace: Workspace, truth: dict[str, Any]) -> None:
    for incident in truth["incidents"]:
        if incident["felt"]:
            show(judge(workspace, incident))


if __name__ == "__main__":
    main()
