"""One metric under every definition it has, in one pass over each table and day: level x event x promise x causes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, get_args

from fulfillment_bi.errors import NotApplicableError, UsageError
from fulfillment_bi.metrics import expressions
from fulfillment_bi.metrics.fragment import Sql, all_of
from fulfillment_bi.metrics.query import Causes, Event, Level, Promise, Query
from fulfillment_bi.metrics.resolve import (
    Period,
    Resolved,
    check_query,
    check_split,
    get_dimension,
    get_metric,
    resolve,
)
from fulfillment_bi.metrics.run import plain
from fulfillment_bi.metrics.types import Dimension, Metric

if TYPE_CHECKING:
    from fulfillment_bi.warehouse.engine import Session


@dataclass(frozen=True, slots=True)
class Definition:
    """One position of the definition switch. `event` is None for a metric that no event decides."""

    level: Level
    event: Event | None
    promise: Promise
    causes: Causes

    def of(self, query: Query) -> Query:
        """The query under this definition."""
        return query.but(level=self.level, event=self.event, promise=self.promise, causes=self.causes)


Counts = tuple[float, float]
"""Numerator and denominator."""


def definitions(metric: Metric) -> list[Definition]:
    """Every definition that counts something of its own, the metric's usual one first.

    Raises NotApplicableError for a metric that is no ratio of sums: it has one definition only.
    """
    query = Query((metric.name,))
    found: dict[object, Definition] = {}
    switches = product(metric.measures, _events(metric), get_args(Promise), get_args(Causes))
    for level, event, promise, causes in switches:
        one = Definition(level, event, promise, causes)
        resolved = resolve(metric, one.of(query))
        if resolved.denominator and not (resolved.mean or resolved.quantile or resolved.over != "sum"):
            counted = (resolved.fact.name, resolved.day, resolved.numerator, resolved.denominator)
            found.setdefault(counted, one)
    if len(found) < 2:
        what = f"'{metric.name}' has no definition switch."
        raise NotApplicableError(what, where=metric.name, hint="Take a promise metric such as otif.")
    return list(found.values())


def _events(metric: Metric) -> list[Event | None]:
    """The metric's own event first."""
    return list(dict.fromkeys([metric.event, *metric.events]))


def run_definitions(session: Session, query: Query, by: str = "") -> dict[Definition, dict[str, Counts]]:
    """Numerator and denominator of `query`'s one metric under each definition, by member of `by` ("" without).

    Definitions at a level that `by` cannot split are left out. The query's own switch, splits and comparison play no
    part. Raises UsageError and its kinds.
    """
    if len(query.metrics) != 1:
        raise UsageError(f"{len(query.metrics)} metrics are named.", hint="Spread one metric at a time.")
    metric = get_metric(query.metrics[0])
    plain_query = Query((metric.name,), where=query.where, start=query.start, end=query.end, basis=query.basis)
    check_query(plain_query)
    dimension = get_dimension(by) if by else None
    resolved = {one: resolve(metric, one.of(plain_query)) for one in definitions(metric)}
    chosen = _splittable(resolved, dimension)
    found: dict[Definition, dict[str, Counts]] = {one: {} for one in chosen}
    for group in _by_table(chosen):
        sql = _select(plain_query, [resolved[one] for one in group], dimension)
        for member, *numbers in session.rows(sql.text, sql.parameters):
            for place, one in enumerate(group):
                counts = plain(numbers[2 * place]), plain(numbers[2 * place + 1])
                if any(counts):
                    found[one][str(member)] = counts
    return found


def _splittable(resolved: Mapping[Definition, Resolved], dimension: Dimension | None) -> dict[Definition, Resolved]:
    if dimension is None:
        return dict(resolved)
    fitting, refusal = {}, None
    for one, each in resolved.items():
        try:
            check_split(dimension, each)
        except NotApplicableError as error:
            refusal = refusal or error
        else:
            fitting[one] = each
    if not fitting:
        assert refusal is not None
        raise refusal
    return fitting


def _by_table(resolved: Mapping[Definition, Resolved]) -> list[list[Definition]]:
    groups: dict[tuple[str, str], list[Definition]] = {}
    for one, each in resolved.items():
        groups.setdefault((each.fact.name, each.day), []).append(one)
    return list(groups.values())


def _select(query: Query, group: Sequence[Resolved], dimension: Dimension | None) -> Sql:
    sample = group[0]
    day, hour = (f"f.{sample.day}", f"f.{sample.hour}") if sample.day else ("", "")
    period = Period(query.start, query.end)
    member = expressions.member(dimension, day, hour) if dimension else "''"
    numbers = []
    for each in group:
        assert each.denominator is not None
        numbers += [f"coalesce({expressions.aggregate(part)}, 0)" for part in (each.numerator, each.denominator)]
    conditions = expressions.within(day, period) + expressions.filters(query.where, sample, day, hour, period)
    listed = ",\n  ".join([f"{member} AS member", *numbers])
    look_up = expressions.look_up(dimension) if dimension else ""
    head = Sql(f"SELECT\n  {listed}\nFROM {sample.fact.name} AS f{look_up}")
    return head + all_of(conditions) + ("\nGROUP BY 1" if dimension else "")
