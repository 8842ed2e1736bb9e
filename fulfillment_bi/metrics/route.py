"""Which table answers a metric that no cube has (see `cube_answer`): the smallest rollup, else the fact, and then why.

In order; the first that holds sends the metric to its fact:

1. The caller asked for the fact.                                        ASKED
2. The version has no rollups of this catalogue.                         NO_ROLLUPS
3. The metric is a quantile, and it was asked for exactly,               EXACT
   or so few rows are counted that sorting them takes no time.          QUANTILE
   Otherwise it comes from a histogram, within 1 %.
4. It counts different members of something: neither do these.           DISTINCT
5. Its fact has one row per SKU, or fewer: there is nothing to roll up.  SMALL
6. A split or filter by hour: rollups keep days.                         HOUR
7. A filter on lines of a metric that counts orders (or the reverse).    OTHER_TABLE
8. This definition of it (event, promise, causes ...) is not rolled up.  VARIANT
9. No rollup is kept that has all dimensions of the splits and filters.  DIMENSIONS

Otherwise: of the rollups left, the one with the fewest cells; ties go to the first planned.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from fulfillment_bi.metrics import histograms, snapshots
from fulfillment_bi.metrics.query import Query
from fulfillment_bi.metrics.resolve import Resolved, filter_fact, get_dimension
from fulfillment_bi.metrics.rollups import Rollup, plan_rollups

Prefer = Literal["rollup", "fact"]

ASKED = "the fact was asked for"
NO_ROLLUPS = "this version has no rollups"
EXACT = "an exact quantile was asked for"
QUANTILE = "a quantile of so few rows is exact"
DISTINCT = "different members do not add up"
SMALL = "the fact is small and has no rollups"
HOUR = "rollups keep days, not hours"
OTHER_TABLE = "the filter looks into another table"
VARIANT = "this definition is not rolled up"
DIMENSIONS = "no rollup is kept for these dimensions together"

EXACT_ROWS = 100_000
"""Rows up to which a quantile is always exact: they are sorted in a few milliseconds."""
YEAR = 365
NOTHING: Mapping[str, int] = MappingProxyType({})

REASONS = (ASKED, NO_ROLLUPS, EXACT, QUANTILE, DISTINCT, SMALL, HOUR, OTHER_TABLE, VARIANT, DIMENSIONS)


@dataclass(frozen=True, slots=True)
class Route:
    """The table to read. `rollup` is None for the fact, and `reason` says why."""

    table: str
    rollup: Rollup | None = None
    reason: str = ""

    def __str__(self) -> str:
        return f"{self.table} ({self.reason})" if self.reason else self.table


def choose(
    resolved: Resolved,
    query: Query,
    cells: Mapping[str, int],
    prefer: Prefer = "rollup",
    daily: Mapping[str, int] = NOTHING,
) -> Route:
    """The route of one metric. `cells` are the rollups that exist, with their sizes; `daily` see `compile.Setting`."""
    found = _reject(resolved, query, cells, prefer)
    if not isinstance(found, Route) or not resolved.quantile:
        pass
    elif query.exact:
        found = EXACT
    elif not is_much(resolved, query, daily):
        found = QUANTILE
    return found if isinstance(found, Route) else Route(resolved.fact.name, reason=found)


def _reject(resolved: Resolved, query: Query, cells: Mapping[str, int], prefer: Prefer) -> Route | str:
    named = {*query.by, *(item.dimension for item in query.where)}
    if prefer == "fact":
        return ASKED
    if not cells:
        return NO_ROLLUPS
    if any(part.distinct for part in resolved.parts):
        return DISTINCT
    if not resolved.fact.cube:
        return SMALL
    if "hour" in named:
        return HOUR
    if any(filter_fact(item, resolved) is not resolved.fact for item in query.where):
        return OTHER_TABLE
    return _smallest(resolved, named, cells)


def _smallest(resolved: Resolved, named: set[str], cells: Mapping[str, int]) -> Route | str:
    timed = resolved.quantile[0] if resolved.quantile else ""
    with_parts = [
        rollup
        for rollup in plan_rollups()
        if (rollup.fact, rollup.day, rollup.timed) == (resolved.fact.name, resolved.day, timed)
        and set(resolved.parts) <= set(rollup.parts)
    ]
    if not with_parts:
        return VARIANT
    needed = {dimension.column for dimension in map(get_dimension, named) if not dimension.is_calendar}
    needed |= {snapshots.WAREHOUSE} if resolved.over == "last" else set()
    fitting = [rollup for rollup in with_parts if rollup.name in cells and needed <= set(rollup.columns)]
    if not fitting:
        return DIMENSIONS
    best = min(fitting, key=lambda rollup: cells[rollup.name])
    return Route(best.name, best, histograms.NOTE if best.timed else "")


def is_much(resolved: Resolved, query: Query, daily: Mapping[str, int]) -> bool:
    """Whether the period has so many rows that sorting them would be felt."""
    rows = daily.get(f"{resolved.fact.name}.{resolved.day}", 0)
    if query.start is None:
        return rows * YEAR > EXACT_ROWS
    days = ((query.end - query.start).days + 1) if query.end else YEAR
    return rows * days > EXACT_ROWS
