"""Names in a query -> declarations, with every refusal saying what exists or where it applies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import get_args

from fulfillment_bi.errors import NotApplicableError, UnknownNameError, UsageError
from fulfillment_bi.metrics.catalog import METRICS
from fulfillment_bi.metrics.catalog.facts import FACTS, LINE, ORDER
from fulfillment_bi.metrics.dimensions import DIMENSIONS
from fulfillment_bi.metrics.festivals import aligned
from fulfillment_bi.metrics.query import Basis, Causes, Compare, Event, Filter, Level, Promise, Query, Timestamps
from fulfillment_bi.metrics.reach import check_filters, check_limit, check_period
from fulfillment_bi.metrics.types import Dimension, Fact, Measure, Metric, Over, Part

OPTIONS: Mapping[str, tuple[str, ...]] = {
    "basis": get_args(Basis),
    "level": get_args(Level),
    "event": get_args(Event),
    "promise": get_args(Promise),
    "causes": get_args(Causes),
    "timestamps": get_args(Timestamps),
    "compare": get_args(Compare),
}


@dataclass(frozen=True, slots=True)
class Resolved:
    """One metric under one definition: the columns of one fact, nothing left to fill in.

    `day` and `hour` are the columns that put a row into the period, empty for a metric "as of now". `settled_day` and
    `settled_hour` say when what it counts happened or fell due, also where `day` is that of the order.
    """

    metric: Metric
    fact: Fact
    day: str
    hour: str
    numerator: Part
    drill: tuple[str, ...]
    denominator: Part | None = None
    pending: Part | None = None
    mean: Part | None = None
    quantile: tuple[str, float] | None = None
    note: str = ""
    settled_day: str = ""
    settled_hour: str = ""
    squares: Part | None = None
    over: Over = "sum"

    @property
    def parts(self) -> tuple[Part, ...]:
        """Everything that is counted or summed."""
        every = (self.numerator, self.denominator, self.pending, self.mean, self.squares)
        return tuple(part for part in every if part)

    @property
    def adds_up(self) -> bool:
        """Whether its numerator and denominator sum over segments, and the value is the one over the other."""
        distinct = any(part.distinct for part in self.parts)
        return self.over != "average" and not (self.quantile or self.squares or distinct)

    @property
    def ages(self) -> bool:
        """Whether what it counts of an order is known only later, at a moment of its own."""
        return bool(self.day) and self.day == self.fact.order_day != self.settled_day


def get_metric(name: str) -> Metric:
    """The metric called `name`. Raises UnknownNameError with the nearest names."""
    if name not in METRICS:
        raise UnknownNameError("metric", name, METRICS)
    return METRICS[name]


def get_dimension(name: str) -> Dimension:
    """The dimension called `name`. Raises UnknownNameError with the nearest names."""
    if name not in DIMENSIONS:
        raise UnknownNameError("dimension", name, DIMENSIONS)
    return DIMENSIONS[name]


def check_query(query: Query) -> None:
    """Refuse a query that no metric could answer, before any SQL. Raises UsageError and its kinds."""
    if not query.metrics:
        raise UsageError("The query names no metric.", hint="`fbi metrics` lists them.")
    for kind, names in (("metric", query.metrics), ("dimension", query.by)):
        if len(set(names)) < len(names):
            raise UsageError(f"A {kind} is named twice: {', '.join(names)}.", hint="Name each once.")
    for option, known in OPTIONS.items():
        value = getattr(query, option)
        if value is not None and value not in known:
            raise UnknownNameError(option, str(value), known)
    check_period(query.start, query.end)
    check_limit(query.limit, least=1)
    check_filters(query.where)
    _check_switches(query)
    if query.compare == "cohort":
        _check_ages(query)


def _check_switches(query: Query) -> None:
    metrics = [get_metric(name) for name in query.metrics]
    if query.event is not None and not any(metric.event for metric in metrics):
        hint = f"It applies to {', '.join(name for name, metric in METRICS.items() if metric.event)}."
        raise NotApplicableError(f"'{metrics[0].name}' is not judged by an event.", where="event", hint=hint)
    if query.level is not None and not any(query.level in metric.measures for metric in metrics):
        hint = f"It is counted at level {' or '.join(metrics[0].measures)}."
        what = f"'{metrics[0].name}' is not counted at level '{query.level}'."
        raise NotApplicableError(what, where="level", hint=hint)


def _check_ages(query: Query) -> None:
    if query.basis != "order":
        what = "Orders are compared at the same age by the day they were placed."
        raise NotApplicableError(what, where="compare", hint="Use --basis order, or --compare previous.")
    for metric in map(get_metric, query.metrics):
        if not resolve(metric, query).ages:
            hint = "It has no age: use --compare previous."
            raise NotApplicableError(f"'{metric.name}' is the same at every age.", where="compare", hint=hint)


def resolve(metric: Metric, query: Query) -> Resolved:
    """The metric under the query's definition switch.

    A switch that the metric does not have leaves it as it is; `check_query` refuses one that none of them has.
    """
    level = query.level if query.level is not None and query.level in metric.measures else metric.level
    measure = metric.measures[level]
    event = query.event if query.event and metric.event else metric.event
    sign = event == "sign"
    names = {
        "event": event or "",
        "promise": query.promise,
        "side": "sign" if sign else "ship",
        "due_at": "promised_delivery_at" if sign else "promised_ship_at",
    }
    day, hour, note = _time(measure, query.basis, names)

    def fill(part: Part | None) -> Part | None:
        if part and measure.durations and query.timestamps == "possible":
            part = part.also("sequence_possible")
        return part.fill(names) if part else None

    counted = measure.seller if query.causes == "seller" else None
    numerator, denominator = map(fill, counted or (measure.numerator, measure.denominator))
    assert numerator is not None
    return Resolved(
        metric,
        measure.fact,
        day,
        hour,
        numerator,
        tuple(name.format_map(names) for name in measure.drill),
        denominator=denominator,
        pending=fill(measure.pending) if query.basis == "order" else None,
        mean=fill(measure.mean),
        quantile=measure.quantile,
        note=note,
        settled_day=measure.basis.day.format_map(names),
        settled_hour=measure.basis.hour.format_map(names),
        squares=fill(measure.squares),
        over=measure.over,
    )


def _time(measure: Measure, basis: Basis, names: Mapping[str, str]) -> tuple[str, str, str]:
    if not measure.basis.day:
        return "", "", "as of the newest data: the period does not apply"
    if basis == "order" and measure.fact.order_day:
        return measure.fact.order_day, measure.fact.order_hour, ""
    note = f"counted by {measure.basis.label.en}: it has no order day" if basis == "order" else ""
    return measure.basis.day.format_map(names), measure.basis.hour.format_map(names), note


def check_split(dimension: Dimension, resolved: Resolved) -> None:
    """Raises NotApplicableError when the metric cannot be split by the dimension, saying where it can."""
    name, metric = dimension.name, resolved.metric.name
    if dimension.is_calendar and not resolved.day:
        raise NotApplicableError(
            f"'{metric}' is as of now and has no {name}.", where=name, hint="Split it by an attribute such as channel."
        )
    if not dimension.is_timed_by(resolved.day, resolved.hour):
        hint = "Split it by day, week or month."
        raise NotApplicableError(f"'{metric}' is counted by the day and has no {name}.", where=name, hint=hint)
    if resolved.fact.name in dimension.facts:
        return
    if LINE.name in dimension.facts and any(each.fact is LINE for each in resolved.metric.measures.values()):
        hint = "It belongs to order lines: use --level line (or unit, value)."
    else:
        hint = f"It applies to {', '.join(metrics_for(dimension)) or 'no metric'}."
    raise NotApplicableError(f"'{metric}' cannot be split by '{name}' here.", where=name, hint=hint)


def metrics_for(dimension: Dimension) -> list[str]:
    """Names of the metrics that can be split by the dimension at one level or another."""
    return [
        name
        for name, metric in METRICS.items()
        if any(
            measure.fact.name in dimension.facts and dimension.is_timed_by(measure.basis.day, measure.basis.hour)
            for measure in metric.measures.values()
        )
    ]


def filter_fact(item: Filter, resolved: Resolved) -> Fact:
    """The table a filter looks in: the metric's own, else its orders, else their lines. Raises NotApplicableError."""
    dimension = get_dimension(item.dimension)
    if dimension.is_calendar:
        check_split(dimension, resolved)
        return resolved.fact
    elsewhere = (ORDER.name, LINE.name) if resolved.fact.of_order else ()
    for name in (resolved.fact.name, *elsewhere):
        if name in dimension.facts:
            return FACTS[name]
    hint = f"It applies to {', '.join(metrics_for(dimension))}."
    what = f"'{resolved.metric.name}' cannot be filtered by '{dimension.name}'."
    raise NotApplicableError(what, where=dimension.name, hint=hint)


@dataclass(frozen=True, slots=True)
class Period:
    """Business days, both inclusive, None for open; `shift` moves it onto the period it is compared with.

    `first`: no row lands before it (28 February, laid over a period that starts on the 29th). `pairs`, where they are
    not empty, are the days of the compared period, each with the day of this one that is laid over it. `aged`: only
    what had happened so many days before the newest data counts.
    """

    start: date | None = None
    end: date | None = None
    shift_days: int = 0
    shift_years: int = 0
    first: date | None = None
    pairs: tuple[tuple[date, date], ...] = ()
    aged: int = 0


def earlier_period(query: Query, today: date) -> Period:
    """The period to compare with: as many days right before, the same days a year before, or those of the calendar.

    A year before, a period that ends with its month still does: February is compared with the whole of February, and
    what happened on a 29th counts on the 28th. `today` closes an open end. Raises NotApplicableError without a start,
    UsageError for days out of reach.
    """
    check_period(query.start, query.end)
    if query.start is None:
        raise NotApplicableError("A comparison needs a period with a start.", where="compare", hint="Give --from DATE.")
    end = query.end or max(today, query.start)
    if query.compare == "year":
        first, last = year_before(query.start), year_before(end)
        if end > query.start and _ends_month(end) and not _ends_month(last):
            last += timedelta(days=1)
        is_leap_day = first.day < query.start.day
        return Period(first, last, shift_years=1, first=query.start if is_leap_day else None)
    if query.compare == "calendar":
        pairs = aligned(query.start, end)
        return Period(min(then for _, then in pairs), max(then for _, then in pairs), pairs=pairs)
    days = (end - query.start).days + 1
    first, last = query.start - timedelta(days=days), query.start - timedelta(days=1)
    return Period(first, last, shift_days=days, aged=days if query.compare == "cohort" else 0)


def year_before(day: date) -> date:
    """The same day a year earlier; 29 February becomes the 28th."""
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return day.replace(year=day.year - 1, day=28)


def _ends_month(day: date) -> bool:
    return (day + timedelta(days=1)).day == 1
