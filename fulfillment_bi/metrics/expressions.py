"""The few SQL expressions everything is made of: parts, dimensions, filters, and the only division.

Every identifier comes from the declarations; every value is bound.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from fulfillment_bi.metrics.calendar import read_member
from fulfillment_bi.metrics.fragment import Sql, join, one_of
from fulfillment_bi.metrics.query import Filter
from fulfillment_bi.metrics.resolve import Period, Resolved, filter_fact, get_dimension
from fulfillment_bi.metrics.types import Dimension, Part

_COLUMN = re.compile(r"[a-z_][a-z0-9_]*")


def divide(numerator: str, denominator: str) -> str:
    """`numerator / denominator` as a float, NULL when there is nothing to divide by. The only division there is."""
    if denominator.isdigit():
        return f"CAST({numerator} AS DOUBLE) / {denominator}"
    return f"CASE WHEN {denominator} <> 0 THEN CAST({numerator} AS DOUBLE) / CAST({denominator} AS DOUBLE) END"


def part_value(part: Part) -> str:
    """What the part sums, with the fact's alias; empty for a count."""
    return _COLUMN.sub(r"f.\g<0>", part.value)


def part_condition(part: Part) -> str:
    """Which rows the part takes; empty for all."""
    conditions = [f"f.{flag} = 1" for flag in part.where]
    if part.unless:
        conditions.append(f"(f.{part.unless} = 0 OR f.{part.saved} = 1)" if part.saved else f"f.{part.unless} = 0")
    conditions += [f"f.{part.known} IS NOT NULL"] if part.known else []
    return " AND ".join(conditions)


def aggregate(part: Part) -> str:
    """The part over rows of its fact."""
    inside, condition = part_value(part), part_condition(part)
    total = f"count(DISTINCT {inside})" if part.distinct else f"sum({inside})" if inside else "count(*)"
    return f"{total} FILTER (WHERE {condition})" if condition else total


def deviation(n: str, total: str, squares: str, scale: int) -> str:
    """The standard deviation of n values from their sum and that of their squares; NULL below two values.

    Both are sums of whole numbers, so that nothing is lost before the root.
    """
    spread = f"sqrt(CAST({n} * {squares} - {total} * {total} AS DOUBLE) / ({n} * ({n} - 1)))"
    return f"CASE WHEN {n} > 1 THEN {spread} / {scale} END"


def quantile(resolved: Resolved) -> str:
    """The metric's exact quantile over rows of its fact."""
    assert resolved.quantile is not None
    column, share = resolved.quantile
    return f"quantile_cont(f.{column}, {share}) FILTER (WHERE {part_condition(resolved.numerator)})"


def member(dimension: Dimension, day: str, hour: str) -> str:
    """The dimension's member, as shown. `day` and `hour` are expressions for calendar dimensions."""
    if dimension.is_calendar:
        return dimension.expression.format(day=day, hour=hour)
    if dimension.table:
        return f"coalesce({dimension.name}_.{dimension.member}, '{dimension.missing}')"
    return f"coalesce(f.{dimension.column}, '{dimension.missing}')"


def look_up(dimension: Dimension) -> str:
    """The join that brings the dimension's names, or nothing. Never loses a row."""
    if not dimension.table:
        return ""
    alias = f"{dimension.name}_"
    return f"\n  LEFT JOIN {dimension.table} AS {alias} ON {alias}.{dimension.column} = f.{dimension.column}"


def shifted(day: str, period: Period) -> str:
    """A day of an earlier period, laid over the period it is compared with."""
    if period.pairs:
        return "pair.day"
    if period.shift_years:
        moved = f"CAST({day} + INTERVAL {period.shift_years:d} YEAR AS DATE)"
        if period.first is None:
            return moved
        return f"greatest({moved}, make_date({period.first.year:d}, {period.first.month:d}, {period.first.day:d}))"
    return f"({day} + {period.shift_days:d})" if period.shift_days else day


def paired(day: str, period: Period) -> Sql:
    """The join that brings, for a day of the earlier period, each day it is laid over: none, one or more."""
    if not period.pairs:
        return Sql("")
    days, thens = ([pair[place] for pair in period.pairs] for place in (0, 1))
    lists = Sql("(SELECT unnest(CAST(? AS DATE[])) AS day, unnest(CAST(? AS DATE[])) AS earlier)", (days, thens))
    return Sql("\n  INNER JOIN ") + lists + f" AS pair ON pair.earlier = {day}"


def known_by(resolved: Resolved, day: date, hour: int) -> Sql:
    """The rows that were judged by the end of that hour of that business day, or of the day where no hour is kept."""
    own, clock = f"f.{resolved.settled_day}", f"f.{resolved.settled_hour}"
    if not resolved.settled_hour:
        return Sql(f"{own} <= ?", (day,))
    return Sql(f"({own} < ? OR ({own} = ? AND {clock} <= ?))", (day, day, hour))


def within(day: str, period: Period) -> list[Sql]:
    """The rows whose day lies in the period; a row without that day belongs to no period."""
    if not day:
        return []
    conditions = [Sql(f"{day} >= ?", (period.start,))] if period.start else []
    conditions += [Sql(f"{day} <= ?", (period.end,))] if period.end else []
    return conditions or [Sql(f"{day} IS NOT NULL")]


def filters(where: Sequence[Filter], resolved: Resolved, day: str, hour: str, period: Period) -> list[Sql]:
    """Conditions on `f` for every filter. Filters that live on another table become one semi-join each table."""
    conditions: list[Sql] = []
    elsewhere: dict[str, list[Sql]] = {}
    for item in where:
        dimension, owner = get_dimension(item.dimension), filter_fact(item, resolved)
        if dimension.is_calendar:
            moved = shifted(day, period) if dimension.moves else day
            text = dimension.expression.format(day=moved, hour=hour)
            values = tuple(read_member(dimension.name, value) or value for value in item.values)
            conditions.append(one_of(f"CAST({text} AS VARCHAR)", values))
        elif owner is resolved.fact:
            conditions.append(is_member(dimension, "f", item.values))
        else:
            elsewhere.setdefault(owner.name, []).append(is_member(dimension, "o", item.values))
    for table, inside in elsewhere.items():
        head = f"f.order_key IN (SELECT o.order_key FROM {table} AS o WHERE "  # noqa: S608 - declared names
        conditions.append(Sql(head) + join(" AND ", inside) + ")")
    return conditions


def is_member(dimension: Dimension, alias: str, values: Sequence[str]) -> Sql:
    """`alias`'s row has one of the named members: names are looked up, ids are compared."""
    if not dimension.table:
        return one_of(f"coalesce({alias}.{dimension.column}, '{dimension.missing}')", values)
    named = one_of(f"coalesce(d.{dimension.member}, '{dimension.missing}')", values)
    key = dimension.column
    head = f"{alias}.{key} IN (SELECT d.{key} FROM {dimension.table} AS d WHERE "  # noqa: S608 - declared names
    return Sql(head) + named + ")"
