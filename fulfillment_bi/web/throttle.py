"""How often somebody may ask: so many times in so many seconds, counted in this process."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable

MOST_KEYS = 10_000


class Throttle:
    """A bucket for each key, full at first and refilled evenly."""

    def __init__(self, most: int, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.most, self.seconds = most, seconds
        self._clock = clock
        self._lock = threading.Lock()
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def copy(self) -> Throttle:
        """The same limits with full buckets."""
        return Throttle(self.most, self.seconds, self._clock)

    def take(self, key: str) -> bool:
        """Whether `key` may ask once more now."""
        with self._lock:
            now = self._clock()
            left, at = self._left.pop(key, (float(self.most), now))
            left = min(self.most, left + (now - at) * self.most / self.seconds)
            allowed = left >= 1
            self._left[key] = (left - 1 if allowed else left, now)
            while len(self._left) > MOST_KEYS:
                self._left.popitem(last=False)
            return allowed
