"""A query answered from cubes: the same rows as its statement gives, without the database.

1. Every metric must find a cube; otherwise the whole query goes to `compile`.
2. Its parts are summed by bucket of days and group of members (`cube_read`), for the period and the one it is compared
   with, and laid beside each other by member.
3. Values, changes and the order of the rows follow as in `compile`: NULL where nothing was counted, no row for members
   of which nothing was counted, one row without dimensions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from math import sqrt
from typing import Any

from fulfillment_bi.errors import UnknownNameError
from fulfillment_bi.metrics import histograms
from fulfillment_bi.metrics.cube_days import Bucket, Days
from fulfillment_bi.metrics.cube_file import Cube, Cubes
from fulfillment_bi.metrics.cube_read import Slice, count_snapshot_days, cut
from fulfillment_bi.metrics.cubes import Family
from fulfillment_bi.metrics.query import Query
from fulfillment_bi.metrics.resolve import (
    Period,
    Resolved,
    check_query,
    check_split,
    earlier_period,
    filter_fact,
    get_dimension,
    get_metric,
    resolve,
)
from fulfillment_bi.metrics.route import is_much
from fulfillment_bi.metrics.snapshots import WAREHOUSE
from fulfillment_bi.metrics.types import Dimension

Members = tuple[Any, ...]
Row = tuple[Any, ...]
_LAST = 99
"""Where members come that a fixed vocabulary does not foresee."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Rows under their columns, as a result has them, and the cube that answered each metric."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    routes: dict[str, str]


Slots = dict[str, Any]
"""The numbers of one row: whole numbers in their smallest unit, or None."""


def answer(cubes: Cubes, query: Query) -> Answer | None:
    """The answer; None where no cube has it. Raises UsageError and its kinds as `compile_query` does."""
    check_query(query)
    dimensions = [get_dimension(name) for name in query.by]
    metrics = [resolve(get_metric(name), query) for name in query.metrics]
    chosen = []
    for resolved in metrics:
        for dimension in dimensions:
            check_split(dimension, resolved)
        cube = _choose(cubes, resolved, query, dimensions)
        if cube is None:
            return None
        chosen.append((resolved, cube))
    table: dict[Members, Slots] = {} if dimensions else {(): {}}
    read: dict[Any, Slice] = {}
    for resolved, cube in chosen:
        for time, period in _periods(cubes, query, resolved):
            _lay_down(table, read, cubes, query, dimensions, resolved, cube, time, period)
    return _written(query, dimensions, chosen, table)


def _choose(cubes: Cubes, resolved: Resolved, query: Query, dimensions: Sequence[Dimension]) -> Cube | None:
    """The smallest cube that has the parts of a metric by all columns that splits and filters name."""
    filtered = [get_dimension(item.dimension) for item in query.where]
    if any(filter_fact(item, resolved) is not resolved.fact for item in query.where):
        return None
    if any(part.distinct for part in resolved.parts) or query.compare == "cohort":
        return None
    if resolved.quantile and (query.exact or not is_much(resolved, query, cubes.about["daily"])):
        return None
    needed = set()
    for dimension in (*dimensions, *filtered):
        if dimension.name == "hour":
            return None
        if not dimension.is_calendar:
            needed.add(dimension.column)
    if resolved.over == "last":
        needed.add(WAREHOUSE)
    if resolved.over != "sum" and query.compare == "calendar":
        return None
    timed = resolved.quantile[0] if resolved.quantile else ""
    family = Family(resolved.fact.name, resolved.day, timed)
    for cube in cubes.of_family.get(family, ()):
        if needed <= set(cube.columns) and all(part.column in cube.totals for part in resolved.parts):
            return cube
    return None


def _periods(cubes: Cubes, query: Query, resolved: Resolved) -> list[tuple[str, Period]]:
    """What a slot's name carries for the time, and the period."""
    periods = [("", Period(query.start, query.end))]
    if query.has_earlier and resolved.day:
        periods.append(("_before", earlier_period(query, date.fromisoformat(cubes.about["today"]))))
    return periods


def _lay_down(
    table: dict[Members, Slots],
    read: dict[Any, Slice],
    cubes: Cubes,
    query: Query,
    dimensions: Sequence[Dimension],
    resolved: Resolved,
    cube: Cube,
    time: str,
    period: Period,
) -> None:
    """Put the parts of one metric and period into the rows of their members."""
    calendar = tuple(item for item in query.where if get_dimension(item.dimension).is_calendar)
    days = Days(period, calendar, tuple(each for each in dimensions if each.is_calendar))
    key = cube.name, time, resolved.over == "last"
    if key not in read:
        members = [item for item in query.where if item not in calendar]
        by = [each for each in dimensions if not each.is_calendar]
        read[key] = cut(cubes, cube, days, members, by, newest=resolved.over == "last")
    found = read[key]
    name = resolved.metric.name + time
    counted = count_snapshot_days(cubes, days) if resolved.over == "average" else {}
    if counted and not dimensions:
        table[()][f"{name}_days"] = counted.get((), None)
    if resolved.quantile:
        for place, (times, seconds) in found.quantiles(resolved.numerator.column, resolved.quantile[1]).items():
            slots = table.setdefault(_key(found, dimensions, *place), {})
            slots |= {f"{name}_n": times, f"{name}_d": times, f"{name}_quantile": seconds}
        return
    parts = {"n": resolved.numerator, "d": resolved.denominator, "total": resolved.mean, "squares": resolved.squares}
    parts["pending"] = None if time else resolved.pending
    for suffix, part in parts.items():
        if part is None:
            continue
        sums = found.sums(part.column)
        for bucket, group in zip(*(places.tolist() for places in sums.nonzero()), strict=True):
            slots = table.setdefault(_key(found, dimensions, bucket, group), {})
            slots[f"{name}_{suffix}"] = int(sums[bucket, group])
            if counted:
                slots[f"{name}_days"] = counted.get(found.buckets[bucket])


def _key(found: Slice, dimensions: Sequence[Dimension], bucket: int, group: int) -> Members:
    """The members of a row in the order of the splits."""
    days: Bucket = found.buckets[bucket]
    if not days:
        return found.groups[group]
    calendar, others = iter(days), iter(found.groups[group])
    return tuple(next(calendar) if each.is_calendar else next(others) for each in dimensions)


def _written(
    query: Query,
    dimensions: Sequence[Dimension],
    chosen: Sequence[tuple[Resolved, Cube]],
    table: Mapping[Members, Slots],
) -> Answer:
    columns = list(query.by)
    for resolved, _ in chosen:
        name = resolved.metric.name
        columns += [name, f"{name}_n", f"{name}_d", *([f"{name}_pending"] if resolved.pending else [])]
        if query.has_earlier:
            columns += [f"{name}_before", f"{name}_before_n", f"{name}_before_d", f"{name}_change"]
    rows = []
    for members, slots in table.items():
        if dimensions and not any(slots[slot] for slot in slots if slot.endswith(("_n", "_d", "_pending"))):
            continue
        row = [*members]
        for resolved, cube in chosen:
            row += _numbers(query, resolved, cube, slots)
        rows.append(tuple(row))
    ordered = _sorted(query, dimensions, columns, rows)
    routes = {resolved.metric.name: _explain(resolved, cube) for resolved, cube in chosen}
    return Answer(tuple(columns), tuple(ordered[: query.limit]), routes)


def _explain(resolved: Resolved, cube: Cube) -> str:
    text = f"{cube.name} ({histograms.NOTE})" if resolved.quantile else cube.name
    return f"{text}; {resolved.note}" if resolved.note else text


def _numbers(query: Query, resolved: Resolved, cube: Cube, slots: Slots) -> list[Any]:
    """The metric's columns of one row."""
    name = resolved.metric.name
    value, n, d = _number(resolved, cube, slots, name)
    found = [value, n, d]
    if resolved.pending:
        found.append(_whole(slots.get(f"{name}_pending", 0), cube.scales[resolved.pending.column]))
    if query.has_earlier:
        before = _number(resolved, cube, slots, f"{name}_before") if resolved.day else (None, None, None)
        missing = value is None or before[0] is None
        found += [*before, None if missing else value - before[0]]
    return [_plain(each) for each in found]


def _number(resolved: Resolved, cube: Cube, slots: Slots, name: str) -> tuple[Any, Any, Any]:
    """Value, numerator and denominator, as `compile` forms them."""
    numerator = slots.get(f"{name}_n", 0)
    n = _whole(numerator, cube.scales[resolved.numerator.column])
    d = n
    if resolved.denominator:
        d = _whole(slots.get(f"{name}_d", 0), cube.scales[resolved.denominator.column])
    scale = resolved.metric.scale
    if resolved.quantile:
        seconds = slots.get(f"{name}_quantile")
        return None if seconds is None else seconds / scale, n, d
    if resolved.squares:
        return _deviation(resolved, cube, slots, name, scale), n, d
    if resolved.over == "average":
        days = slots.get(f"{name}_days")
        average = float(d) / days if days else None
        return (_ratio(n, average) if resolved.denominator else average), n, d
    if resolved.mean:
        total = _whole(slots.get(f"{name}_total", 0), cube.scales[resolved.mean.column])
        return _ratio(total, d * scale), n, d
    return (_ratio(n, d) if resolved.denominator else n), n, d


def _deviation(resolved: Resolved, cube: Cube, slots: Slots, name: str, scale: int) -> float | None:
    assert resolved.mean is not None
    assert resolved.squares is not None
    n = slots.get(f"{name}_n", 0)
    if n <= 1:
        return None
    total = _whole(slots.get(f"{name}_total", 0), cube.scales[resolved.mean.column])
    squares = _whole(slots.get(f"{name}_squares", 0), cube.scales[resolved.squares.column])
    return sqrt(float(n * squares - total * total) / (n * (n - 1))) / scale


def _whole(number: int, scale: int) -> int | Decimal:
    return Decimal(number).scaleb(-scale) if scale else number


def _ratio(numerator: Any, denominator: Any) -> float | None:
    return float(numerator) / float(denominator) if denominator else None


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value


def _sorted(query: Query, dimensions: Sequence[Dimension], columns: Sequence[str], rows: list[Row]) -> list[Row]:
    """By the members, those of a fixed vocabulary in its order; before that by the column that is asked for."""
    places = list(enumerate(dimensions))

    def members(row: Row) -> tuple[Any, ...]:
        by_place = [_place(dimension, row[place]) for place, dimension in places]
        return (*by_place, *(row[place] for place, dimension in places if dimension.members))

    ordered = sorted(rows, key=members) if dimensions else rows
    if not query.order_by:
        return ordered
    name = query.order_by.removeprefix("-")
    if name not in columns:
        raise UnknownNameError("column", name, columns, where="order_by")
    place = columns.index(name)
    dimension = dimensions[place] if place < len(dimensions) else None
    known = [row for row in ordered if row[place] is not None]
    unknown = [row for row in ordered if row[place] is None]
    known.sort(key=lambda row: _place(dimension, row[place]), reverse=query.order_by.startswith("-"))
    return known + unknown


def _place(dimension: Dimension | None, member: Any) -> Any:
    if dimension is None or dimension.is_calendar or not dimension.members:
        return member
    return dimension.members.index(member) if member in dimension.members else _LAST
