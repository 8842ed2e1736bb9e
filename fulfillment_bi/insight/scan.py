"""Did something rise beyond chance, and where? Pure statistics on counts before and after; nothing is asked here.

    evidence    ln of the likelihood ratio that a count rose (or fell) against what its exposure lets expect, given both
                counts: a rise of at least this size comes by chance with probability <= exp(-evidence) (Chernoff)
    place       the segments that rose most together: of all subsets of a dimension's segments the one whose rise is
                least like that of the whole. Sorted by how much each rose, the best subset is the first k for some k
                (linear-time subset scanning, Neill 2012), so that every subset is as good as looked at
    limit       what chance exceeds in a share ALARM of all looks: a subset of k of n segments is one of n x C(n, k)

Counts of failures swing more than independent events do: a storm holds up many parcels, and rates drift from week to
week with nothing broken. All evidence is divided by how much more a count varies than chance alone would make it: the
dispersion, as seen between the stretches before, and the drift, which grows with the count itself.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]

ALARM = 0.05
NOBODY = frozenset({"unknown", "none", "several", ""})
"""Members that name no one."""
_TRIMMED = 0.447
"""Mean of a squared standard normal without its largest quarter."""
MINOR = 0.03
"""Segments with less than this share of the rise are not named with the others."""
LEAST_EXPECTED = 1.0
"""Failures to expect in a stretch below which its square says nothing."""
DRIFT = 0.1
"""How far a rate wanders between stretches with nothing broken, as a share of it: large counts show it most."""
PRIOR_STRETCHES = 4.0
"""A dispersion counts as if so many stretches of pure chance had been seen besides: few stretches tell little."""


@dataclass(frozen=True, slots=True)
class Cell:
    """Failures of one segment before and after; `ratio` is its exposure after over that before."""

    before: float
    after: float
    ratio: float

    @property
    def expected(self) -> float:
        """What would have failed after at the rate of before."""
        return self.before * self.ratio


@dataclass(frozen=True, slots=True)
class Place:
    """Segments of one dimension that rose together, and how far the evidence for them exceeds its limit."""

    dimension: str
    members: tuple[str, ...]
    score: float
    excess: float


def evidence(after: float, before: float, ratio: float) -> float:
    """ln likelihood ratio of counts `after` and `before` against the same rate with exposures `ratio` : 1."""
    total = after + before
    if total <= 0 or ratio <= 0:
        return 0.0
    found = 0.0
    for seen, share in ((after, ratio / (1 + ratio)), (before, 1 / (1 + ratio))):
        if seen > 0:
            found += seen * math.log(seen / (total * share))
    return max(found, 0.0)


def inflation(dispersion: float, expected: float) -> float:
    """How many times more a count with this expectation varies than chance alone makes it."""
    return dispersion + DRIFT**2 * expected


def rise(cell: Cell) -> float:
    """The evidence that it rose; 0 if it did not."""
    return evidence(cell.after, cell.before, cell.ratio) if cell.after > cell.expected else 0.0


def whole(cells: Sequence[Cell]) -> Cell:
    """Several segments as one, expecting what they expect together."""
    before, after = sum(one.before for one in cells), sum(one.after for one in cells)
    expected = sum(one.expected for one in cells)
    usual = [one.ratio for one in cells if one.ratio > 0]
    return Cell(before, after, expected / before if before else (sum(usual) / len(usual) if usual else 0.0))


def subsets(size: int, total: int) -> float:
    """ln of how many subsets of `size` of `total` segments are looked at."""
    return math.lgamma(total + 1) - math.lgamma(size + 1) - math.lgamma(total - size + 1) + math.log(total)


def locate(dimension: str, cells: Mapping[str, Cell], dispersion: float, looks: float) -> Place | None:
    """The subset, at most half of the segments, that rose apart from the rest, if any did.

    `looks`: dimensions and causes looked at.
    """
    ranked = sorted(
        ((name, one) for name, one in cells.items() if one.before + one.after > 0),
        key=lambda pair: (-(pair[1].after + 0.5) / (pair[1].expected + 0.5), pair[0]),
    )
    together = whole([one for _, one in ranked])
    if len(ranked) < 2 or together.expected <= 0:
        return None
    factor = together.after / together.expected
    best: Place | None = None
    for size in range(1, len(ranked) // 2 + 1):
        inside, outside = whole([one for _, one in ranked[:size]]), whole([one for _, one in ranked[size:]])
        found = evidence(inside.after, inside.before, inside.ratio * factor)
        found += evidence(outside.after, outside.before, outside.ratio * factor)
        limit = subsets(size, len(ranked)) + math.log(looks / ALARM)
        score = found / inflation(dispersion, inside.expected) - limit
        excess = inside.after - inside.expected
        names = tuple(name for name, one in ranked[:size] if one.after - one.expected >= MINOR * excess)
        if excess > 0 and names and not NOBODY.intersection(names) and (best is None or score > best.score):
            best = Place(dimension, names, score, excess)
    return best


def usual_rate(counts: Numbers, exposures: Numbers) -> float:
    """The rate of the middle half of the stretches: what once went wrong before is not usual."""
    known = exposures > 0
    if not known.any():
        return 0.0
    counts, exposures = counts[known], exposures[known]
    order = np.argsort(counts / exposures, kind="stable")
    cut = len(order) // 4
    kept = order[cut : len(order) - cut]
    return float(counts[kept].sum() / exposures[kept].sum())


def dispersion(counts: Numbers, exposures: Numbers) -> float:
    """How many times more the counts vary from stretch to stretch than chance alone would make them; at least 1."""
    return pooled_dispersion([(counts, exposures)])


def pooled_dispersion(courses: Sequence[tuple[Numbers, Numbers]]) -> float:
    """The same over several courses of counts and exposures, those with more counts weighing more.

    The largest quarter of each is left out on both sides, of what is seen and of what chance makes: one bad stretch
    among many must not hide the next.
    """
    seen, usual = 0.0, PRIOR_STRETCHES
    for counts, exposures in courses:
        rate = usual_rate(counts, exposures)
        expected = rate * exposures
        known = expected >= LEAST_EXPECTED
        squares = np.sort((counts[known] - expected[known]) ** 2 / expected[known])
        kept = len(squares) - len(squares) // 4
        seen += float(squares[:kept].sum())
        usual += kept * _TRIMMED if kept < len(squares) else kept
    return max(1.0, (seen + PRIOR_STRETCHES) / usual)
