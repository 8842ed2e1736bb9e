"""What the calendar that was loaded says happened on which days: promotions, holidays, strikes, changes of rules."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from fulfillment_bi.insight.timeline import load_query
from fulfillment_bi.warehouse.engine import Session
from fulfillment_bi.warehouse.tables import has_table

EVERYWHERE = "all"


@dataclass(frozen=True, slots=True)
class Happening:
    """`first` to `last` are days without a gap; `scope` is a channel, a carrier or the like, or "all"."""

    first: date
    last: date
    name: str
    scope: str = EVERYWHERE


def happenings(session: Session, start: date, end: date) -> tuple[Happening, ...]:
    """Those of the days `start` to `end`, in order; days that follow each other are one. Empty without a calendar."""
    if not has_table(session, "state_calendar"):
        return ()
    rows = session.rows(load_query("calendar_days"), (start, end))
    return joined(Happening(day, day, str(name), str(scope)) for day, name, scope in rows)


def joined(single: Iterable[Happening]) -> tuple[Happening, ...]:
    """The same with days of one name and scope that follow each other put together."""
    found: list[Happening] = []
    for one in sorted(single, key=lambda each: (each.name, each.scope, each.first)):
        before = found[-1] if found else None
        follows = before and (before.name, before.scope) == (one.name, one.scope)
        if before and follows and one.first <= before.last + timedelta(days=1):
            found[-1] = replace(before, last=max(before.last, one.last))
        else:
            found.append(one)
    return tuple(sorted(found, key=lambda each: (each.first, each.name)))
