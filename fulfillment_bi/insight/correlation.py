"""Do two metrics move together across days or segments? A coefficient with its interval, and what could mislead.

1. Rows where either value is missing are left out. Fewer than `LEAST` rows, or a metric that never changes, give none.
2. Days follow each other: a day resembles the one before, so n days hold less than n cases. The interval is Fisher's,
   for Bartlett's effective number n (1 - ab) / (1 + ab), a and b being the two series' correlations with themselves
   one day earlier.
3. Two series that both grow correlate without touching each other. `of_changes` correlates the changes from one row to
   the next, which no common trend moves; where it says otherwise, a trend is the likelier reason.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

LEAST = 5
NORMAL_95 = 1.959964
TREND_GAP = 0.3
"""By so much the two coefficients must differ before a common trend is suspected."""
Values = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Correlation:
    """Pearson's `r` over `n` rows, worth `effective` independent ones, with a 95 % interval from `low` to `high`.

    `of_changes` is None where the rows have no order. All None where nothing can be said.
    """

    n: int
    effective: float
    r: float | None
    low: float | None
    high: float | None
    of_changes: float | None = None

    @property
    def is_clear(self) -> bool:
        """Whether the interval leaves out zero."""
        return self.low is not None and self.high is not None and (self.low > 0 or self.high < 0)

    @property
    def may_be_trend(self) -> bool:
        """Whether the changes from row to row do not bear the coefficient out."""
        return self.r is not None and self.of_changes is not None and abs(self.r - self.of_changes) > TREND_GAP


def correlate(first: Sequence[float | None], second: Sequence[float | None], *, ordered: bool = False) -> Correlation:
    """The correlation of two columns of the same rows; `ordered` rows follow each other in time."""
    pairs = [(a, b) for a, b in zip(first, second, strict=True) if a is not None and b is not None]
    x, y = (np.array([float(pair[side]) for pair in pairs]) for side in (0, 1))
    n = len(pairs)
    r = _pearson(x, y)
    if r is None:
        return Correlation(n, float(n), None, None, None)
    effective = _effective(x, y) if ordered else float(n)
    low, high = _interval(r, effective)
    return Correlation(n, effective, r, low, high, _pearson(np.diff(x), np.diff(y)) if ordered else None)


def _pearson(x: Values, y: Values) -> float | None:
    if len(x) < LEAST:
        return None
    dx, dy = x - x.mean(), y - y.mean()
    size = math.sqrt(float(dx @ dx) * float(dy @ dy))
    if size <= 1e-12 * max(1.0, abs(float(x.mean() * y.mean()))) * len(x):
        return None
    return max(-1.0, min(1.0, float(dx @ dy) / size))


def _effective(x: Values, y: Values) -> float:
    """Never more than the rows: a series that swings back each day is not held to hold more of them."""
    both = max(0.0, (_pearson(x[1:], x[:-1]) or 0.0) * (_pearson(y[1:], y[:-1]) or 0.0))
    return len(x) * (1 - both) / (1 + both)


def _interval(r: float, effective: float) -> tuple[float, float]:
    if effective <= 3 + 1e-9:
        return -1.0, 1.0
    if abs(r) >= 1:
        return r, r
    centre, reach = math.atanh(r), NORMAL_95 / math.sqrt(effective - 3)
    return math.tanh(centre - reach), math.tanh(centre + reach)
