"""Where a daily number is heading: a robust line through its newest days, with its weekday's habit.

The line is Theil and Sen's: its slope is the median of the slopes between all pairs of days, its height the median of
what is left. A third of the days may be wild and neither moves. Days of festivals are left out, and nothing is said
about them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median

from fulfillment_bi.metrics.festivals import festival_of

FEWEST_DAYS = 14
"""Days without which there is no line: two of every weekday."""
SHORT, LONG = 7, 28
"""The newest days that a line is laid through: where it is heading now, and what is to be expected."""
MAD_TO_DEVIATION = 1.4826


@dataclass(frozen=True, slots=True)
class Course:
    """A line with a weekly pattern: the value expected on a day, and how far days lie from it."""

    origin: date
    height: float
    slope: float
    habits: tuple[float, ...]
    deviation: float

    def on(self, day: date) -> float | None:
        """The value expected on `day`; None on a festival, which has habits of its own."""
        if festival_of(day) is not None:
            return None
        return self.height + self.slope * (day - self.origin).days + self.habits[day.weekday()]


def fit(values: Mapping[date, float], newest: int) -> Course | None:
    """The course of a number by day through its `newest` days; None for too few days."""
    known = {day: value for day, value in sorted(values.items()) if festival_of(day) is None}
    if len(known) < FEWEST_DAYS:
        return None
    origin = max(known)
    habits = _habits(known)
    plain = [((day - origin).days, value - habits[day.weekday()]) for day, value in known.items()][-newest:]
    slope = median((b[1] - a[1]) / (b[0] - a[0]) for at, a in enumerate(plain) for b in plain[at + 1 :])
    height = median(value - slope * at for at, value in plain)
    deviation = MAD_TO_DEVIATION * median(abs(value - height - slope * at) for at, value in plain)
    return Course(origin, height, slope, habits, deviation)


def _habits(known: Mapping[date, float]) -> tuple[float, ...]:
    """How far each weekday usually lies from the week around it, which takes out any trend; 0 where not known."""
    apart: dict[int, list[float]] = {}
    for day, value in known.items():
        week = [day + timedelta(days=away) for away in range(-3, 4)]
        if all(one in known for one in week):
            apart.setdefault(day.weekday(), []).append(value - sum(known[one] for one in week) / len(week))
    return tuple(median(apart[weekday]) if len(apart.get(weekday, ())) > 1 else 0.0 for weekday in range(7))


def worst_ahead(course: Course, today: date, hours: float, sign: int) -> float | None:
    """The worst value expected on a day that begins within `hours` of the end of `today`; None where none is."""
    days = max(int(-(-hours // 24)), 1)
    expected = [course.on(today + timedelta(days=ahead)) for ahead in range(1, days + 1)]
    known = [value for value in expected if value is not None]
    return max(known, key=lambda value: sign * value) if known else None
