"""Proposals kept in the home, and what came of them: plan against forecast against what happened.

<home>/plans/<day>.json     the request list made for a day; a second one of the same day replaces it
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from fulfillment_bi.forecast.planning import Plan
from fulfillment_bi.forecast.texts import load_query
from fulfillment_bi.warehouse.engine import Session

ANSWER_DAYS = 7
"""Days after a proposal within which a purchase of the item counts as its answer."""


@dataclass(frozen=True, slots=True)
class Kept:
    """One line of a kept list: units proposed, and units a day that were expected."""

    day: date
    sku: str
    warehouse: str
    source: str
    units: int
    daily: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """A kept line with what came after it, up to the day before `until`.

    `expected` and `asked` are units of demand in these days, `bought` units ordered within a week, `days_out` days
    without stock at their end.
    """

    day: date
    sku: str
    warehouse: str
    source: str
    proposed: int
    bought: float
    expected: float
    asked: float
    days_out: int
    days: int


def keep_plan(plan: Plan, home: Path) -> Path:
    """Write the request list of a plan beside those of other days."""
    folder = home / "plans"
    folder.mkdir(parents=True, exist_ok=True)
    lines = [
        {"sku": b.sku, "warehouse": b.warehouse, "source": b.source, "units": b.units, "daily": b.daily}
        for b in plan.buys
    ]
    path = folder / f"{plan.day.isoformat()}.json"
    aside = path.with_suffix(".new")
    aside.write_text(json.dumps({"day": plan.day.isoformat(), "lines": lines}, ensure_ascii=False, indent=1), "utf-8")
    return aside.replace(path)


def kept_plans(home: Path) -> tuple[Kept, ...]:
    """All kept lines, the newest list first."""
    found = []
    for path in sorted((home / "plans").glob("*.json"), reverse=True):
        document = json.loads(path.read_text("utf-8"))
        day = date.fromisoformat(document["day"])
        found += [Kept(day, **line) for line in document["lines"]]
    return tuple(found)


def outcomes(session: Session, kept: tuple[Kept, ...], until: date) -> tuple[Outcome, ...]:
    """What came of kept lines of days before `until`, for items that the version knows."""
    found = []
    for day in sorted({one.day for one in kept if one.day < until}, reverse=True):
        rows = session.rows(load_query("plan_after"), (day, until - timedelta(days=1), ANSWER_DAYS))
        after = {(row[0], row[1]): row[2:] for row in rows}
        days = (until - day).days
        for one in kept:
            known = after.get((one.sku, one.warehouse))
            if one.day == day and known is not None:
                asked, out, bought = known
                found.append(
                    Outcome(
                        day, one.sku, one.warehouse, one.source, one.units, float(bought), one.daily * days,
                        float(asked), int(out), days,
                    )
                )  # fmt: skip
    return tuple(found)
