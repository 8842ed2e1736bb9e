"""Stock adds up over SKUs and warehouses, not over days: which snapshots of a period count, and how many days have one.

`dim_snapshot` lists the days on which each warehouse took stock. It is small whatever the stock facts hold, so these
questions never scan them.

1. Over = "last": of each warehouse only its newest snapshot in the period counts, for each day, week or month the
   answer is split by its newest therein. So the parts of any split by SKU or warehouse still sum to the whole.
2. Over = "average": sums over days are divided by the number of days with a snapshot, for the same reason counted over
   all warehouses, whichever of them a member is in.
"""

from __future__ import annotations

from collections.abc import Sequence

from fulfillment_bi.metrics import expressions
from fulfillment_bi.metrics.fragment import Sql, all_of
from fulfillment_bi.metrics.query import Filter
from fulfillment_bi.metrics.resolve import Period, Resolved, get_dimension
from fulfillment_bi.metrics.types import Dimension

TABLE = "dim_snapshot"
WAREHOUSE = "warehouse_id"
_DAY = "w.snapshot_day"


def is_newest(
    day: str, resolved: Resolved, period: Period, where: Sequence[Filter] = (), by: Sequence[Dimension] = ()
) -> Sql:
    """A condition on `f`, whose day is `day`: it belongs to the newest snapshot of its warehouse."""
    keys = [f"w.{WAREHOUSE}", *_buckets(by, period)]
    head = Sql(f"(f.{WAREHOUSE}, {day}) IN (SELECT w.{WAREHOUSE}, max({_DAY})")
    return head + _taken(resolved, period, where) + f"\n  GROUP BY {', '.join(keys)})"


def count_days(day: str, resolved: Resolved, period: Period, where: Sequence[Filter], by: Sequence[Dimension]) -> Sql:
    """A join that brings `snapshot.days`, the days with a snapshot in the period, or in the row's part of it."""
    buckets = _buckets(by, period)
    parted = f"PARTITION BY {', '.join(buckets)}" if buckets else ""
    inner = Sql(f"SELECT DISTINCT {_DAY}") + _taken(resolved, period, where)
    counted = Sql(f"\n  LEFT JOIN (SELECT {_DAY}, count(*) OVER ({parted}) AS days FROM (")  # noqa: S608 - declared names
    return counted + inner + f") AS w) AS snapshot ON snapshot.snapshot_day = {day}"


def _taken(resolved: Resolved, period: Period, where: Sequence[Filter]) -> Sql:
    calendar = [item for item in where if get_dimension(item.dimension).is_calendar]
    conditions = expressions.within(_DAY, period)
    conditions += expressions.filters(calendar, resolved, _DAY, "", period)
    return Sql(f"\n  FROM {TABLE} AS w") + expressions.paired(_DAY, period) + all_of(conditions)


def _buckets(by: Sequence[Dimension], period: Period) -> list[str]:
    moved = expressions.shifted(_DAY, period)
    calendar = [dimension for dimension in by if dimension.is_calendar]
    return [expressions.member(each, moved if each.moves else _DAY, "") for each in calendar]
