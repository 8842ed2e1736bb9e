"""Did an action work? Before and after, against what everything else did in the same days.

Difference in differences by day: each day the treated part's value less the control's; the mean of those differences
after the action less their mean before is the effect. What moves both alike (a promotion, a storm, a weekday) cancels.

    interval   Welch's for two means of daily differences (Welch 1947), its variance widened where neighbouring days are
               alike: x (1 + r) / (1 - r) for their lag-one correlation r > 0 (Bartlett 1935), since ten days that move
               together say less than ten that do not
    verdict    worked or worse when the whole interval is on one side of zero, else no evidence

A day without cases on either side says nothing and is left out. The day of the action itself is neither before nor
after.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise
from statistics import NormalDist, fmean, variance
from typing import Literal

from fulfillment_bi.errors import NotApplicableError, UsageError
from fulfillment_bi.insight.bridge import Tally
from fulfillment_bi.insight.bridge_facts import tallies
from fulfillment_bi.insight.why_sides import Runner
from fulfillment_bi.metrics.query import Filter, Query, Result
from fulfillment_bi.metrics.resolve import check_query, get_metric, resolve

Verdict = Literal["worked", "worse", "no_evidence"]
CONFIDENCE = 0.95
FEWEST_DAYS = 5
"""Days needed before and after; with fewer nothing can be said."""
DAYS_BEFORE = 28


@dataclass(frozen=True, slots=True)
class Effect:
    """What an action changed, in the metric's own unit. `low` and `high` bound `effect`, None without enough days.

    The four means are over days: of the treated part and of its control, before and after.
    """

    verdict: Verdict
    effect: float | None
    low: float | None
    high: float | None
    treated_before: float | None
    treated_after: float | None
    control_before: float | None
    control_after: float | None
    days_before: int
    days_after: int


def verify_action(
    runner: Runner, query: Query, treated: Sequence[Filter], acted_on: date, until: date, days_before: int = DAYS_BEFORE
) -> Effect:
    """What the action of `acted_on` on the part `treated` did to `query`'s one metric, up to `until`.

    The control is all that `query` covers but the treated part. Raises UsageError without a part or with several
    metrics, NotApplicableError for a metric that does not add up over segments.
    """
    if not treated or len(query.metrics) != 1:
        raise UsageError("An action is verified by one metric on one part.", hint="Name the part: --where carrier=SF.")
    check_query(query)
    resolved = resolve(get_metric(query.metrics[0]), query)
    if resolved.denominator is None or resolved.quantile or not resolved.day:
        what = f"'{query.metrics[0]}' is no rate or mean by day, so there is nothing to compare day by day."
        raise NotApplicableError(what, where=query.metrics[0], hint="Take a rate such as otif, or a mean.")
    period = query.but(by=("day",), start=acted_on - timedelta(days=days_before), end=until, compare="none")
    part = period.but(where=(*query.where, *treated))
    whole_answer, part_answer = runner.run_all([period, part])
    whole, own = _by_day(whole_answer), _by_day(part_answer)
    better = -1 if resolved.metric.direction == "down" else 1
    return judge(own, _rest(whole, own), acted_on, better)


def _by_day(result: Result) -> dict[date, Tally]:
    resolved = resolve(get_metric(result.query.metrics[0]), result.query)
    return {date.fromisoformat(path[0][:10]): tally for path, tally in tallies(result, resolved).items()}


def _rest(whole: Mapping[date, Tally], own: Mapping[date, Tally]) -> dict[date, Tally]:
    nothing = Tally()
    return {
        day: Tally(tally.n - own.get(day, nothing).n, tally.d - own.get(day, nothing).d) for day, tally in whole.items()
    }


def judge(treated: Mapping[date, Tally], control: Mapping[date, Tally], acted_on: date, better: int = 1) -> Effect:
    """The effect from both parts' daily tallies. `better` is 1 where higher is better, else -1."""
    days = sorted(day for day in treated.keys() & control.keys() if treated[day].d and control[day].d)
    before = [_values(treated[day], control[day]) for day in days if day < acted_on]
    after = [_values(treated[day], control[day]) for day in days if day > acted_on]
    known = Effect(
        "no_evidence",
        None,
        None,
        None,
        treated_before=_mean([own for own, _ in before]),
        treated_after=_mean([own for own, _ in after]),
        control_before=_mean([other for _, other in before]),
        control_after=_mean([other for _, other in after]),
        days_before=len(before),
        days_after=len(after),
    )
    if min(known.days_before, known.days_after) < FEWEST_DAYS:
        return known
    gaps_before, gaps_after = ([own - other for own, other in half] for half in (before, after))
    effect = fmean(gaps_after) - fmean(gaps_before)
    reach = _reach(gaps_before, gaps_after)
    low, high = effect - reach, effect + reach
    verdict: Verdict = "no_evidence"
    if low > 0 or high < 0:
        verdict = "worked" if effect * better > 0 else "worse"
    return replace(known, verdict=verdict, effect=effect, low=low, high=high)


def _values(treated: Tally, control: Tally) -> tuple[float, float]:
    return float(treated.n / treated.d), float(control.n / control.d)


def _mean(values: Sequence[float]) -> float | None:
    return fmean(values) if values else None


def _reach(before: Sequence[float], after: Sequence[float]) -> float:
    """Half the width of the interval of the difference of two means."""
    alike = max(_correlation([before, after]), 0.0)
    widened = (1 + alike) / (1 - alike)
    shares = [variance(values) * widened / len(values) for values in (before, after)]
    total = sum(shares)
    if total == 0:
        return 0.0
    freedom = total**2 / sum(
        share**2 / (len(values) - 1) for share, values in zip(shares, (before, after), strict=True)
    )
    # Days that move together are fewer than they look.
    return student_quantile((1 + CONFIDENCE) / 2, max(freedom / widened, 1.0)) * math.sqrt(total)


def _correlation(halves: Sequence[Sequence[float]]) -> float:
    """Lag-one correlation within both halves, each around its own mean; corrected for the bias of short series."""
    products = squares = 0.0
    for values in halves:
        around = [value - fmean(values) for value in values]
        products += sum(one * other for one, other in pairwise(around))
        squares += sum(one * one for one in around)
    if squares == 0:
        return 0.0
    days = sum(len(values) for values in halves)
    # Marriott and Pope 1954: the estimate is too low by about (1 + 3r) / n.
    found = products / squares
    return min(found + (1 + 3 * found) / days, 0.9)


def student_quantile(share: float, freedom: float) -> float:
    """Quantile of Student's t with `freedom` degrees, by Abramowitz and Stegun 26.7.5 (exact for 1 and 2)."""
    if freedom < 2:
        return math.tan(math.pi * (share - 0.5))
    if freedom < 3:
        odds = 2 * share - 1
        return odds * math.sqrt(2 / (1 - odds * odds))
    z = NormalDist().inv_cdf(share)
    terms = (
        z,
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return sum(term / freedom**power for power, term in enumerate(terms))
