"""Which table answers a metric: the smallest rollup that can, else the fact, and then why.

In order; the first that holds sends the metric to its fact:

1. The caller asked for the fact.                                        ASKED
2. The version has no rollups of this catalogue.                         NO_ROLLUPS
3. The metric is a quantile: quantiles do not add up.                    QUANTILE
4. A split or filter by hour: rollups keep days.                         HOUR
5. A filter on lines of a metric that counts orders (or the reverse).    OTHER_TABLE
6. This definition of it (event, promise, causes ...) is not rolled up.  VARIANT
7. No rollup is kept that has all dimensions of the splits and filters.  DIMENSIONS

Otherwise: of the rollups left, the one with the fewest cells; ties go to the first planned.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from fulfillment_bi.metrics.query import Query
from fulfillment_bi.metrics.resolve import Resolved, filter_fact, get_dimension
from fulfillment_bi.metrics.rollups import Rollup, plan_rollups

Prefer = Literal["rollup", "fact"]

ASKED = "the fact was asked for"
NO_ROLLUPS = "this version has no rollups"
QUANTILE = "a quantile needs every row"
HOUR = "rollups keep days, not hours"
OTHER_TABLE = "the filter looks into another table"
VARIANT = "this definition is not rolled up"
DIMENSIONS = "no rollup is kept for these dimensions together"

REASONS = (ASKED, NO_ROLLUPS, QUANTILE, HOUR, OTHER_TABLE, VARIANT, DIMENSIONS)


@dataclass(frozen=True, slots=True)
class Route:
    """The table to read. `rollup` is None for the fact, and `reason` says why."""

    table: str
    rollup: Rollup | None = None
    reason: str = ""

    def __str__(self) -> str:
        return f"{self.table} ({self.reason})" if self.reason else self.table


def choose(resolved: Resolved, query: Query, cells: Mapping[str, int], prefer: Prefer = "rollup") -> Route:
    """The route of one metric. `cells` are the rollups that exist, with their sizes."""
    found = _reject(resolved, query, cells, prefer)
    return found if isinstance(found, Route) else Route(resolved.fact.name, reason=found)


def _reject(resolved: Resolved, query: Query, cells: Mapping[str, int], prefer: Prefer) -> Route | str:
    named = {*query.by, *(item.dimension for item in query.where)}
    if prefer == "fact":
        return ASKED
    if not cells:
        return NO_ROLLUPS
    if resolved.quantile:
        return QUANTILE
    if "hour" in named:
        return HOUR
    if any(filter_fact(item, resolved) is not resolved.fact for item in query.where):
        return OTHER_TABLE
    return _smallest(resolved, named, cells)


def _smallest(resolved: Resolved, named: set[str], cells: Mapping[str, int]) -> Route | str:
    with_parts = [
        rollup
        for rollup in plan_rollups()
        if (rollup.fact, rollup.day) == (resolved.fact.name, resolved.day) and set(resolved.parts) <= set(rollup.parts)
    ]
    if not with_parts:
        return VARIANT
    needed = {dimension.column for dimension in map(get_dimension, named) if not dimension.is_calendar}
    fitting = [rollup for rollup in with_parts if rollup.name in cells and needed <= set(rollup.columns)]
    if not fitting:
        return DIMENSIONS
    best = min(fitting, key=lambda rollup: cells[rollup.name])
    return Route(best.name, best)
