"""Which dimension explains a change best: the one along which segments moved apart, beyond what chance would do.

A change that hits all segments alike tells nothing about where it comes from: then each segment's effect is its share
of the change. What a segment moved beyond its share, its departure, is what a dimension explains. Departures are
measured against chance:

    z2 = departure^2 / variance       1 on average when rows fall into segments, and succeed, at random (Pearson)

One segment far out is evidence, and so are many a little out: a dimension has two ways to stand out. Each has a limit
that chance exceeds in at most a share ALARM / 2 of all changes, over all segments and dimensions together (Bonferroni):

    peak    a segment's z2 above 2 ln(2 x segments x dimensions / ALARM)
            P(z2 > x) <= exp(-x / 2); the limit grows as the risk inflation criterion of Foster and George 1994
    spread  Q = sum of (1 - share) x z2 above f + 2 sqrt(f x) + 2 x, f = segments - 1, x = ln(2 x dimensions / ALARM)
            Pearson's statistic with f degrees of freedom; P(Q > limit) <= exp(-x), Laurent and Massart 2000
    score   the larger of sum of (1 - share) x (z2 - peak limit) over the peaks, and Q - spread limit

Both limits grow with the number of segments: many small ones always hold some large z2, and a large Q. Without evidence
the score is below 0 and nothing is blamed. The segment to blame is the one whose effect, not departure, is largest
against chance: where two of four channels broke, the departures of the two that did not are as large.

Rows are taken as independent. How widely units, money and times spread is not known: their z2 is divided by how large
it typically is here (the median over dimensions of their medians) over its median by chance (genomic control, Devlin
and Roeder 1999).
The scores are estimates and use floats; the bridge itself stays exact.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from statistics import median
from typing import Literal

from fulfillment_bi.insight.bridge import ZERO, Situation, Tally, total

ALARM = 0.05
CHANCE_MEDIAN = 0.4549
"""Median of z2 when only chance is at work (chi-squared with one degree of freedom)."""
ENOUGH = 3
"""Dimensions needed to see how large z2 typically is. With fewer, nothing of units, money or times stands out."""

NOBODY = frozenset({"unknown", "none", "several"})
"""Members that name no one, often because the order failed (unsent, so without a warehouse): never to blame."""

Kind = Literal["share", "mean", "amount", "count"]
"""share: rows kept of rows due, so the variance is known; count: rows without a denominator; amount: sums of units or
money, alone or as shares of those due; mean: a mean over rows."""
KNOWN: tuple[Kind, ...] = ("share", "count")
"""Kinds whose variance chance alone sets."""


@dataclass(frozen=True, slots=True)
class Departure:
    """What one segment moved (`effect`), and against chance: `effect_z2` all of it, `z2` what is beyond its share.

    `beyond` has the sign of that part; `share` is the segment's mean weight.
    """

    segment: str
    effect: float
    beyond: float
    effect_z2: float
    z2: float
    share: float


@dataclass(frozen=True, slots=True)
class Ranked:
    """How well a dimension explains the change.

    `segment` moved it most, by `effect` (in the unit of the metric; of a count, in shares of the whole). It is to blame
    only if the dimension `stands_out`.
    """

    dimension: str
    score: float
    stands_out: bool
    segments: int
    segment: str
    effect: float


def rank(pairs: Mapping[str, tuple[Situation, Situation]], kind: Kind, *, direction: float = 0.0) -> tuple[Ranked, ...]:
    """The dimensions, best first; those with a single segment explain nothing and come last, in the order given.

    `pairs` are the situations before and after, by dimension, each path one member long. With a `direction` only
    segments that departed in it, up or down as its sign, are to blame: within a segment that fell, not those that rose.
    """
    departed = {name: departures(before, after, kind) for name, (before, after) in pairs.items()}
    looked_at = {name: found for name, found in departed.items() if len(found) > 1}
    can_tell = kind in KNOWN or len(looked_at) >= ENOUGH
    factor = 1.0 if kind in KNOWN or not can_tell else _overdispersion(list(looked_at.values()))
    ranked = []
    for name, found in departed.items():
        blamed = [one for one in found if one.segment not in NOBODY and one.beyond * direction >= 0]
        if name not in looked_at or not blamed:
            ranked.append(Ranked(name, -math.inf, False, len(found), found[0].segment if found else "", 0.0))
            continue
        score = _score(found, blamed, factor, len(looked_at))
        most = max(blamed, key=lambda one: one.effect_z2)
        ranked.append(Ranked(name, score, score > 0 and can_tell, len(found), most.segment, most.effect))
    return tuple(sorted(ranked, key=lambda one: -one.score))


def departures(before: Situation, after: Situation, kind: Kind) -> list[Departure]:
    """Every segment's departure; empty where a side is empty, so that nothing can be compared."""
    paths = sorted({*before, *after})
    sides = [(before.get(path, Tally()), after.get(path, Tally())) for path in paths]
    first, last = total(before.values()), total(after.values())
    names = [path[-1] for path in paths]
    if not any(tally.d for pair in sides for tally in pair):
        return _of_counts(names, sides, first.n, last.n)
    return _of_ratio(names, sides, (first, last), kind) if first.d > 0 and last.d > 0 else []


def _of_ratio(
    names: Sequence[str], sides: Sequence[tuple[Tally, Tally]], whole: tuple[Tally, Tally], kind: Kind
) -> list[Departure]:
    size_before, size_after = float(whole[0].d), float(whole[1].d)
    rate_before, rate_after = float(whole[0].n) / size_before, float(whole[1].n) / size_after
    mean, change = (rate_before + rate_after) / 2, rate_after - rate_before
    spread = mean * mean if kind == "mean" else mean * (1 - mean)
    found = []
    for name, (before, after) in zip(names, sides, strict=True):
        n0, d0, n1, d1 = map(float, (before.n, before.d, after.n, after.d))
        weight_before, weight_after = d0 / size_before, d1 / size_after
        share = (weight_before + weight_after) / 2
        effect = n1 / size_after - n0 / size_before - mean * (weight_after - weight_before)
        own = max(spread, _spread_around(mean, n0 + n1, d0 + d1, kind))
        variance = share * (1 - share) * ((1 - share) * own + share * spread) * (1 / size_before + 1 / size_after)
        found.append(_departure(name, effect, effect - share * change, variance, share))
    return found


def _spread_around(mean: float, n: float, d: float, kind: Kind) -> float:
    """Mean squared distance of the segment's rows from `mean`: 1 or 0 each, or times that vary about as their mean."""
    if d <= 0:
        return 0.0
    rate = n / d
    if kind == "mean":
        return (rate - mean) ** 2 + rate**2
    return rate * (1 - mean) ** 2 + (1 - rate) * mean**2


def _of_counts(
    names: Sequence[str], sides: Sequence[tuple[Tally, Tally]], size_before: Fraction, size_after: Fraction
) -> list[Departure]:
    """A count that grows in proportion everywhere explains nothing: what departs is the share of the whole."""
    if size_before <= ZERO or size_after <= ZERO:
        return []
    before_all, after_all = float(size_before), float(size_after)
    found = []
    for name, (before, after) in zip(names, sides, strict=True):
        weights = float(before.n) / before_all, float(after.n) / after_all
        share = sum(weights) / 2
        variance = share * (1 - share) * (1 / before_all + 1 / after_all)
        grown = 2 * float(after.n - before.n) / (before_all + after_all)
        found.append(_departure(name, grown, weights[1] - weights[0], variance, share))
    return found


def _departure(name: str, effect: float, beyond: float, variance: float, share: float) -> Departure:
    if variance <= 0:
        return Departure(name, effect, beyond, 0.0, 0.0, share)
    return Departure(name, effect, beyond, effect * effect / variance, beyond * beyond / variance, share)


def _overdispersion(dimensions: Sequence[Sequence[Departure]]) -> float:
    """How many times larger than by chance z2 typically is here; at least 1."""
    typical = [median(one.z2 for one in found) for found in dimensions]
    return max(1.0, median(typical) / CHANCE_MEDIAN)


def _score(found: Sequence[Departure], blamed: Sequence[Departure], factor: float, dimensions: int) -> float:
    """The evidence above its limit; below 0 what is missing to it."""
    peak_limit = 2 * math.log(2 * len(found) * dimensions / ALARM)
    most = max(one.z2 / factor for one in blamed)
    peaks = [(1 - one.share) * (one.z2 / factor - peak_limit) for one in blamed if one.z2 / factor > peak_limit]
    freedom, exponent = len(found) - 1, math.log(2 * dimensions / ALARM)
    spread_limit = freedom + 2 * math.sqrt(freedom * exponent) + 2 * exponent
    spread = sum((1 - one.share) * one.z2 for one in blamed) / factor
    return max(sum(peaks) if peaks else most - peak_limit, spread - spread_limit)
