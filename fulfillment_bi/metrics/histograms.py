"""Times counted in buckets, so that quantiles over any days and members come from sums.

A bucket is a range of seconds whose ends stand in the ratio 1.01 squared; its value is the geometric middle, which no
time in it misses by more than 1 %. Quantiles are taken as the exact ones are: at rank (n - 1) x share, between the two
neighbours in proportion. Both neighbours are within 1 % of the true ones, so the quantile of positive times is as well.
Negative times, where clocks disagree, have buckets of their own; zero is bucket 0.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from fulfillment_bi.metrics.fragment import Sql

ERROR = 0.01
"""The largest share by which a quantile from buckets misses the exact one."""
NOTE = f"within {ERROR:.0%} of the exact quantile"
_WIDTH = 2 * math.log1p(ERROR)


def is_counted(column: str) -> bool:
    """Whether a column of a fact is in whole seconds, for which the buckets are made."""
    return column == "seconds" or column.endswith("_seconds")


def bucket(seconds: str) -> str:
    """SQL: the bucket of a whole number of seconds."""
    number = f"(1 + floor(ln(abs({seconds})) / {_WIDTH!r}))"
    return f"CAST(CASE WHEN {seconds} = 0 THEN 0 ELSE sign({seconds}) * {number} END AS SMALLINT)"


def middle(number: str) -> str:
    """SQL: the seconds that a bucket stands for."""
    return f"CASE WHEN {number} = 0 THEN 0.0 ELSE sign({number}) * exp((abs({number}) - 0.5) * {_WIDTH!r}) END"


def seconds(number: int) -> float:
    """The seconds that a bucket stands for, as `middle` gives them."""
    return math.copysign(math.exp((abs(number) - 0.5) * _WIDTH), number) if number else 0.0


def quantile(share: float) -> str:
    """SQL: the quantile over rows of (bucket, `total` of all, `so_far` up to and with the bucket)."""
    rank = f"((max(total) - 1) * {share!r})"
    low, high = (f"min(bucket) FILTER (so_far > {end}((total - 1) * {share!r}))" for end in ("floor", "ceil"))
    step = f"({rank} - floor({rank}))"
    return f"{middle(low)} + {step} * ({middle(high)} - {middle(low)})"


def select(members: Mapping[str, str], slots: Mapping[str, str], column: str, source: Sql) -> Sql:
    """The SELECT of `slots`, aggregates such as `quantile`, by `members` over the rows `source` of a histogram `f`.

    `members` are the names of dimensions with their expressions, `column` what the histogram counts.
    """
    names = list(members)
    counted = [*(f"{expression} AS {name}" for name, expression in members.items()), "f.bucket AS bucket"]
    positions = ", ".join(str(place + 1) for place in range(len(counted)))
    each = f"PARTITION BY {', '.join(names)} " if names else ""
    running = f"sum(times) OVER ({each}ORDER BY bucket) AS so_far, sum(times) OVER ({each.strip()}) AS total"
    listed = ",\n    ".join([*names, *(f"{aggregate} AS {slot}" for slot, aggregate in slots.items())])
    sql = Sql(
        f"  SELECT\n    {listed}\n  FROM (SELECT *, {running} FROM (\n"  # noqa: S608 - declared names
        f"    SELECT {', '.join(counted)}, sum(f.{column}) AS times FROM "
    )
    sql = sql + source + f"\n    GROUP BY {positions} HAVING sum(f.{column}) > 0))"
    return sql + f"\n  GROUP BY {', '.join(names)}" if names else sql
