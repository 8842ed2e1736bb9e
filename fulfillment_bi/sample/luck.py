"""Luck that belongs to things, not to the order in which they are simulated.

A draw is a hash of what it is for: the seed, the number of the order (or of the stock cell and day) and a purpose.
So the same order has the same luck in every world, whichever incidents happen there and however the work is cut.
"""

from __future__ import annotations

from statistics import NormalDist
from typing import Any

import numpy as np
import numpy.typing as npt

from fulfillment_bi.sample.clock import Times, Whole

_STEPS = 4096
_QUANTILES = np.array([NormalDist().inv_cdf((place + 0.5) / _STEPS) for place in range(_STEPS)])
_GOLDEN, _FIRST, _SECOND = 0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB
_PURPOSE, _SEED = 0xD1B54A32D192ED03, 0x8CB92BA72F3D8DD7
_ALL = (1 << 64) - 1


class Luck:
    """The draws of one seed. Keys are arrays of whole numbers, purposes small constants."""

    def __init__(self, seed: int) -> None:
        self._base = (seed * _SEED) & _ALL

    def bits(self, key: Whole, purpose: int) -> npt.NDArray[np.uint64]:
        """64 random bits per key."""
        made: Any = key.astype(np.uint64)
        made *= np.uint64(_GOLDEN)
        made += np.uint64((self._base + purpose * _PURPOSE) & _ALL)
        made ^= made >> np.uint64(30)
        made *= np.uint64(_FIRST)
        made ^= made >> np.uint64(27)
        made *= np.uint64(_SECOND)
        made ^= made >> np.uint64(31)
        return np.asarray(made, dtype=np.uint64)

    def uniform(self, key: Whole, purpose: int) -> Times:
        """Uniform in [0, 1)."""
        return np.asarray((self.bits(key, purpose) >> np.uint64(11)) * 2.0**-53)

    def normal(self, key: Whole, purpose: int) -> Times:
        """Standard normal, to one of 4,096 quantiles."""
        return np.asarray(_QUANTILES[(self.bits(key, purpose) >> np.uint64(52)).astype(np.int64)])

    def below(self, key: Whole, purpose: int, count: int) -> Whole:
        """Whole numbers from 0 to `count` - 1."""
        return np.asarray(self.uniform(key, purpose) * count, dtype=np.int64)
