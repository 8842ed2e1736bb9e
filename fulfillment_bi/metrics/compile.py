"""A query -> one readable SQL statement.

1. Every metric is resolved under the definition switch and routed to a rollup or its fact (`resolve`, `route`).
2. Metrics that read the same table by the same day share a branch: one SELECT that aggregates that table alone, so a
   join can never multiply rows. A comparison adds a second branch with the earlier period, its days laid over this one.
3. Branches are stacked with UNION ALL BY NAME and summed by the dimensions: members that only one fact knows keep
   their row, and nothing is joined.
4. Ratios are formed after that, in `expressions.divide` only: NULL where nothing was counted.
5. Members for which nothing was counted at all have no row; without dimensions there is always one row.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from fulfillment_bi.errors import UnknownNameError
from fulfillment_bi.metrics import expressions, histograms, snapshots
from fulfillment_bi.metrics.fragment import Sql, all_of, join
from fulfillment_bi.metrics.query import Query
from fulfillment_bi.metrics.resolve import (
    Period,
    Resolved,
    check_query,
    check_split,
    earlier_period,
    get_dimension,
    get_metric,
    resolve,
)
from fulfillment_bi.metrics.route import Prefer, Route, choose
from fulfillment_bi.metrics.types import Dimension


@dataclass(frozen=True, slots=True)
class Setting:
    """What the compiler must know of a version: its last business day and hour, and the rollups with their cells.

    `daily`: about how many rows a day the facts have of which there are histograms (`rollups.Stored`).
    """

    today: date
    cells: Mapping[str, int]
    hour: int = 23
    daily: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Compiled:
    """The statement, its result's columns and how to sort it, and the table that answers each metric.

    `ratios` are the columns made by a division: floats. The other numbers are exact counts and sums.
    """

    sql: Sql
    columns: tuple[str, ...]
    ratios: frozenset[str]
    sort: Sql
    routes: dict[str, str]


@dataclass(frozen=True, slots=True)
class _Branch:
    """One SELECT over one table. `slots` are its numbers: column name -> aggregate."""

    route: Route
    sample: Resolved
    period: Period
    slots: Mapping[str, str]


def compile_query(query: Query, setting: Setting, prefer: Prefer = "rollup") -> Compiled:
    """The query as SQL. Raises UnknownNameError and NotApplicableError with what exists and where it applies."""
    check_query(query)
    dimensions = [get_dimension(name) for name in query.by]
    metrics = [resolve(get_metric(name), query) for name in query.metrics]
    for resolved in metrics:
        for dimension in dimensions:
            check_split(dimension, resolved)
    routes = [choose(resolved, query, setting.cells, prefer, setting.daily) for resolved in metrics]
    branches = _branches(query, setting, metrics, routes)
    columns, values = _outputs(query, metrics)
    sort = _sort(query, columns, dimensions)
    return Compiled(
        _statement(query, setting, dimensions, branches, values, sort),
        columns,
        _ratios(metrics),
        sort,
        {metric.metric.name: _explain(metric, route) for metric, route in zip(metrics, routes, strict=True)},
    )


def _explain(resolved: Resolved, route: Route) -> str:
    return f"{route}; {resolved.note}" if resolved.note else str(route)


def _branches(query: Query, setting: Setting, metrics: list[Resolved], routes: list[Route]) -> list[_Branch]:
    shared: dict[tuple[str, ...], list[tuple[Resolved, Route]]] = {}
    for resolved, route in zip(metrics, routes, strict=True):
        own = resolved.settled_day if query.compare == "cohort" else ""
        single = resolved.metric.name if resolved.quantile and route.rollup else ""
        shared.setdefault((route.table, resolved.day, own, resolved.over, single), []).append((resolved, route))
    now = Period(query.start, query.end)
    branches = []
    for group in shared.values():
        sample, route = group[0]
        branches.append(_Branch(route, sample, now, _slots(group, "")))
        if query.has_earlier and sample.day:
            earlier = earlier_period(query, setting.today)
            if earlier.aged:  # rollups keep the day of the order, not beside it the day on which it was judged
                route = Route(sample.fact.name)
                group = [(resolved, route) for resolved, _ in group]
            branches.append(_Branch(route, sample, earlier, _slots(group, "_before")))
    return branches


def _slots(group: list[tuple[Resolved, Route]], time: str) -> dict[str, str]:
    slots = {}
    for resolved, route in group:
        name = resolved.metric.name + time
        parts = {"n": resolved.numerator, "d": resolved.denominator, "total": resolved.mean}
        parts["squares"] = resolved.squares
        parts["pending"] = None if time else resolved.pending
        for suffix, part in parts.items():
            if part:
                rolled = "max(total)" if resolved.quantile else f"sum(f.{part.column})"
                slots[f"{name}_{suffix}"] = rolled if route.rollup else expressions.aggregate(part)
        if resolved.quantile:
            rough = histograms.quantile(resolved.quantile[1])
            slots[f"{name}_quantile"] = rough if route.rollup else expressions.quantile(resolved)
        if resolved.over == "average":
            slots[f"{name}_days"] = "max(snapshot.days)"
    return slots


def _statement(
    query: Query,
    setting: Setting,
    dimensions: list[Dimension],
    branches: list[_Branch],
    values: list[str],
    sort: Sql,
) -> Sql:
    slots = [name for branch in branches for name in branch.slots]
    selects = [_select(query, setting, dimensions, branch) for branch in branches]
    stacked = join("\n  UNION ALL BY NAME\n", selects)
    sums = [f"{_summed(slot)} AS {slot}" for slot in slots]
    grouped = ""
    if dimensions:
        counted = " OR ".join(f"sum({slot}) <> 0" for slot in slots if slot.endswith(("_n", "_d", "_pending")))
        grouped = f"\n  GROUP BY {', '.join(query.by)}\n  HAVING {counted}"
    summed = ",\n    ".join([*query.by, *sums])
    sql = Sql("WITH parts AS (\n") + stacked + f"\n), sums AS (\n  SELECT\n    {summed}\n  FROM parts{grouped}\n)\n"
    sql = sql + "SELECT\n  " + ",\n  ".join([*query.by, *values]) + "\nFROM sums"
    if dimensions:
        sql = sql + "\nORDER BY " + sort
    return sql + Sql("\nLIMIT ?", (query.limit,)) if query.limit else sql


def _summed(slot: str) -> str:
    """A quantile or number of days comes from one branch only, one value each member: max passes it on."""
    return f"max({slot})" if slot.endswith(("_quantile", "_days")) else f"coalesce(sum({slot}), 0)"


def _select(query: Query, setting: Setting, dimensions: list[Dimension], branch: _Branch) -> Sql:
    day, hour = _clock(branch)
    moved = expressions.shifted(day, branch.period)
    members = {d.name: expressions.member(d, moved if d.moves else day, hour) for d in dimensions}
    names = [f"{expression} AS {name}" for name, expression in members.items()]
    numbers = [f"{aggregate} AS {slot}" for slot, aggregate in branch.slots.items()]
    conditions = expressions.within(day, branch.period)
    conditions += expressions.filters(query.where, branch.sample, day, hour, branch.period)
    if branch.sample.over == "last":
        conditions.append(snapshots.is_newest(day, branch.sample, branch.period, query.where, dimensions))
    if branch.period.aged:
        until = setting.today - timedelta(days=branch.period.aged)
        conditions.append(expressions.known_by(branch.sample, until, setting.hour))
    listed = ",\n    ".join([*names, *numbers])
    joins = "".join(expressions.look_up(dimension) for dimension in dimensions)
    if branch.route.rollup and branch.route.rollup.timed:
        source = Sql(f"{branch.route.table} AS f{joins}") + expressions.paired(day, branch.period) + all_of(conditions)
        return histograms.select(members, branch.slots, branch.sample.numerator.column, source)
    sql = Sql(f"  SELECT\n    {listed}\n  FROM {branch.route.table} AS f{joins}")
    if branch.sample.over == "average":
        sql = sql + snapshots.count_days(day, branch.sample, branch.period, query.where, dimensions)
    sql = sql + expressions.paired(day, branch.period) + all_of(conditions)
    if dimensions:
        sql = sql + "\n  GROUP BY " + ", ".join(str(place + 1) for place in range(len(dimensions)))
    return sql


def _clock(branch: _Branch) -> tuple[str, str]:
    if not branch.sample.day:
        return "", ""
    return ("f.day", "") if branch.route.rollup else (f"f.{branch.sample.day}", f"f.{branch.sample.hour}")


def _outputs(query: Query, metrics: list[Resolved]) -> tuple[tuple[str, ...], list[str]]:
    columns, values = list(query.by), []
    for resolved in metrics:
        for name, value in _output(query, resolved).items():
            columns.append(name)
            values.append(name if value == name else f"{value} AS {name}")
    return tuple(columns), values


def _ratios(metrics: list[Resolved]) -> frozenset[str]:
    names = [each.metric.name for each in metrics if each.denominator or each.over == "average"]
    return frozenset(name + suffix for name in names for suffix in ("", "_before", "_change"))


def _output(query: Query, resolved: Resolved) -> dict[str, str]:
    name = resolved.metric.name
    value, n, d = _number(resolved, name)
    output = {name: value, f"{name}_n": n, f"{name}_d": d}
    if resolved.pending:
        output[f"{name}_pending"] = f"{name}_pending"
    if query.has_earlier:
        before = _number(resolved, f"{name}_before") if resolved.day else ("NULL",) * 3
        output |= {f"{name}_before": before[0], f"{name}_before_n": before[1], f"{name}_before_d": before[2]}
        output[f"{name}_change"] = f"{name} - {name}_before"
    return output


def _number(resolved: Resolved, name: str) -> tuple[str, str, str]:
    """SQL of value, numerator and denominator."""
    n = f"{name}_n"
    d = f"{name}_d" if resolved.denominator else n
    scale = resolved.metric.scale
    if resolved.quantile:
        return expressions.divide(f"{name}_quantile", str(scale)), n, d
    if resolved.squares:
        return expressions.deviation(n, f"{name}_total", f"{name}_squares", scale), n, d
    if resolved.over == "average":
        average = expressions.divide(d, f"{name}_days")
        return expressions.divide(n, average) if resolved.denominator else average, n, d
    if resolved.mean:
        return expressions.divide(f"{name}_total", f"({d} * {scale})"), n, d
    return expressions.divide(n, d) if resolved.denominator else n, n, d


def _sort(query: Query, columns: tuple[str, ...], dimensions: list[Dimension]) -> Sql:
    by_name = {dimension.name: dimension for dimension in dimensions}
    keys: list[Sql] = []
    if query.order_by:
        name = query.order_by.removeprefix("-")
        if name not in columns:
            raise UnknownNameError("column", name, columns, where="order_by")
        direction = " DESC NULLS LAST" if query.order_by.startswith("-") else " ASC NULLS LAST"
        keys.append(_place(name, by_name.get(name)) + direction)
    keys += [_place(dimension.name, dimension) for dimension in dimensions]
    keys += [Sql(dimension.name) for dimension in dimensions if dimension.members]  # unforeseen ones have one place
    return join(", ", keys)


def _place(name: str, dimension: Dimension | None) -> Sql:
    """A sort key; dimensions with a fixed vocabulary keep its order, unforeseen members come last."""
    if dimension is None or dimension.is_calendar or not dimension.members:
        return Sql(name)
    return Sql(f"coalesce(nullif(list_position(CAST(? AS VARCHAR[]), {name}), 0), 99)", (list(dimension.members),))
