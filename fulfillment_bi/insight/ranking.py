"""Honest rankings: who is better, as far as the numbers can tell.

A carrier with 3 of 3 parcels on time is not better than one with 980 of 1,000. So segments are ordered by the end of
their interval that is against them (the lower one where more is better), and those whose difference may be chance
share a place.

    interval     Wilson's score interval for n of d (Wilson 1927; Brown, Cai and DasGupta 2001 recommend it)
    difference   Newcombe's hybrid score interval from two Wilson intervals (Newcombe 1998, method 10); where it holds
                 zero, two segments cannot be told apart
    mix          with `adjust`, a rate is compared with what its own mix would give if every stratum had the rate of the
                 whole: adjusted = whole + (n - expected) / d (indirect standardisation, as a difference). A carrier
                 that serves the far provinces is not worse for serving them

Rows are taken as independent: the metric must count rows (orders, lines, parcels), not sum units or money.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from fulfillment_bi.errors import NotApplicableError, UsageError
from fulfillment_bi.insight.why_sides import Runner
from fulfillment_bi.metrics.query import Query, Result
from fulfillment_bi.metrics.resolve import Resolved, check_query, get_metric, resolve

Z = 1.959964
"""Standard normal quantile for intervals that hold the truth 95 times of 100."""

Interval = tuple[float, float]
Counts = Mapping[str, tuple[float, float]]
"""(n, d) by segment."""


@dataclass(frozen=True, slots=True)
class Standing:
    """One segment: `n` of `d`, its rate with its interval, and its place (1 is best; equal where indistinguishable).

    `adjusted` is the rate without the effect of its mix, and equals `value` where nothing was adjusted for; `low` and
    `high` bound it. `is_enough` is False below the metric's minimum sample.
    """

    segment: str
    n: float
    d: float
    value: float
    adjusted: float
    low: float
    high: float
    place: int
    is_enough: bool


@dataclass(frozen=True, slots=True)
class Ranking:
    """The segments of one dimension, best first. `whole` is the rate of all of them together."""

    query: Query
    dimension: str
    adjusted_for: str
    whole: float | None
    standings: tuple[Standing, ...]
    as_of: str
    timezone: str
    version: str


def rank_segments(runner: Runner, query: Query, adjust: str = "") -> Ranking:
    """The segments of `query.by` (one dimension) by `query`'s one metric, compared at the mix of the whole.

    `adjust` is a further dimension whose mix must not count. Raises UsageError for another number of metrics or
    dimensions, NotApplicableError for a metric that does not count rows, and what an ordinary query raises.
    """
    resolved = _check(query)
    (dimension,) = query.by
    asked = [query, query.but(by=(dimension, adjust))] if adjust else [query]
    answers = runner.run_all(asked)
    counts = _counts(answers[0])
    shifts = _shifts(answers[1]) if adjust else {}
    metric = resolved.metric
    standings = rank(counts, shifts, upwards=metric.direction != "down", enough=metric.minimum_sample)
    whole_n, whole_d = (sum(pair[side] for pair in counts.values()) for side in (0, 1))
    return Ranking(
        query,
        dimension,
        adjust,
        whole_n / whole_d if whole_d else None,
        standings,
        answers[0].as_of,
        answers[0].timezone,
        answers[0].version,
    )


def _check(query: Query) -> Resolved:
    if len(query.metrics) != 1 or len(query.by) != 1:
        what = f"{len(query.metrics)} metrics by {len(query.by)} dimensions are named."
        raise UsageError(what, hint="Rank one metric by one dimension: fbi rank otif --by carrier.")
    check_query(query)
    metric = get_metric(query.metrics[0])
    resolved = resolve(metric, query)
    counts_rows = resolved.denominator is not None and not (resolved.denominator.value or resolved.numerator.value)
    if not counts_rows or resolved.mean or resolved.quantile:
        what = f"'{metric.name}' does not count rows, so its spread by chance is not known."
        raise NotApplicableError(what, where=metric.name, hint="Rank a rate of orders, lines or parcels, such as otif.")
    return resolved


def _counts(result: Result) -> Counts:
    name = result.query.metrics[0]
    return {
        str(row[result.query.by[0]]): (float(row[f"{name}_n"] or 0), float(row[f"{name}_d"]))
        for row in result.records()
        if row[f"{name}_d"]
    }


def _shifts(result: Result) -> dict[str, float]:
    """By segment: what its rate owes to its mix, to be added so that only its own doing is left."""
    name, (dimension, stratum) = result.query.metrics[0], result.query.by
    cells = [
        (str(row[dimension]), str(row[stratum]), float(row[f"{name}_n"] or 0), float(row[f"{name}_d"] or 0))
        for row in result.records()
    ]
    whole_n, whole_d = sum(n for _, _, n, _ in cells), sum(d for _, _, _, d in cells)
    strata: dict[str, list[float]] = {}
    for _, kind, n, d in cells:
        sums = strata.setdefault(kind, [0.0, 0.0])
        sums[0] += n
        sums[1] += d
    expected: dict[str, list[float]] = {}
    for segment, kind, _, d in cells:
        sums = expected.setdefault(segment, [0.0, 0.0])
        sums[0] += d * strata[kind][0] / strata[kind][1] if strata[kind][1] else 0.0
        sums[1] += d
    return {segment: whole_n / whole_d - n / d for segment, (n, d) in expected.items() if d}


def rank(
    counts: Counts, shifts: Mapping[str, float] | None = None, *, upwards: bool = True, enough: int = 0
) -> tuple[Standing, ...]:
    """The segments, best first. `upwards`: more is better. `shifts` are added to the rates (see `_shifts`)."""
    standings = [_standing(name, n, d, (shifts or {}).get(name, 0.0), enough) for name, (n, d) in counts.items() if d]
    standings.sort(key=lambda one: (-one.low if upwards else one.high, -one.d, one.segment))
    return _placed(standings)


def _standing(name: str, n: float, d: float, shift: float, enough: int) -> Standing:
    low, high = wilson(n, d)
    return Standing(
        name, n, d, n / d, _within(n / d + shift), _within(low + shift), _within(high + shift), 0, d >= enough
    )


def _within(rate: float) -> float:
    return min(max(rate, 0.0), 1.0)


def _placed(ordered: Sequence[Standing]) -> tuple[Standing, ...]:
    """Places as in sport: those who cannot be told from the first of their group share its place."""
    placed: list[Standing] = []
    first: Standing | None = None
    for position, one in enumerate(ordered, start=1):
        if first is None or are_distinct(first, one):
            first = replace(one, place=position)
            placed.append(first)
        else:
            placed.append(replace(one, place=first.place))
    return tuple(placed)


def wilson(n: float, d: float, z: float = Z) -> Interval:
    """The interval that holds the true rate behind `n` of `d`; (0, 1) when d is 0."""
    if d <= 0:
        return 0.0, 1.0
    rate, spread = n / d, z * z / d
    middle = (rate + spread / 2) / (1 + spread)
    half = z / (1 + spread) * math.sqrt(max(rate * (1 - rate) / d + spread / (4 * d), 0.0))
    # Rounding may put the ends of 0 of d and d of d a hair inside.
    return _within(min(middle - half, rate)), _within(max(middle + half, rate))


def are_distinct(one: Standing, other: Standing) -> bool:
    """Whether the difference of two (adjusted) rates is beyond chance."""
    low, high = difference(one, other)
    return low > 0 or high < 0


def difference(one: Standing, other: Standing) -> Interval:
    """Newcombe's interval of the difference of two (adjusted) rates."""
    apart = one.adjusted - other.adjusted
    below = math.hypot(one.adjusted - one.low, other.high - other.adjusted)
    above = math.hypot(one.high - one.adjusted, other.adjusted - other.low)
    return apart - below, apart + above
