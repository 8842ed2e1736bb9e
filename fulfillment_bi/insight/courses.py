"""Failures week by week: how each cause ran in each segment before the period, and in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from fulfillment_bi.insight.bridge_facts import DUE, FAILURES
from fulfillment_bi.insight.scan import Cell, dispersion, pooled_dispersion, usual_rate
from fulfillment_bi.insight.why_sides import Days
from fulfillment_bi.metrics.query import Result

Numbers = npt.NDArray[np.float64]
STRETCH_DAYS = 7


@dataclass(frozen=True, slots=True)
class Stretches:
    """The full stretches before a period, counted back from it, and last the period: `place` of each day.

    `lengths` are the days of those before.
    """

    place: Mapping[date, int]
    lengths: tuple[int, ...]


def stretches(before: Days, period: Days) -> Stretches:
    """Stretches as long as the period, at most a week; days before the first full one have no place."""
    length = min((period[1] - period[0]).days + 1, STRETCH_DAYS)
    count = ((before[1] - before[0]).days + 1) // length
    first, last = before[1].toordinal() + 1 - count * length, before[1].toordinal()
    places = {date.fromordinal(day): (last - day) // length for day in range(first, last + 1)}
    ends = period[0].toordinal(), period[1].toordinal()
    places.update({date.fromordinal(day): count for day in range(ends[0], ends[1] + 1)})
    return Stretches(places, (length,) * count)


@dataclass(frozen=True, slots=True)
class Course:
    """Failures and orders due of one cause and segment: one number a stretch before, the last in the period."""

    failed: Numbers
    due: Numbers
    dispersion: float

    @property
    def cell(self) -> Cell:
        """The counts as they are judged: before at the usual rate, so that one bad week before hides nothing."""
        exposure = float(self.due[:-1].sum())
        if exposure <= 0:
            return Cell(0.0, float(self.failed[-1]), 0.0)
        usual = usual_rate(self.failed[:-1], self.due[:-1]) * exposure
        return Cell(usual, float(self.failed[-1]), float(self.due[-1]) / exposure)


@dataclass(frozen=True, slots=True)
class Courses:
    """By cause and segment, of one dimension. `due` by segment; "" for a dimension that orders due do not have."""

    failed: Mapping[tuple[str, str], Numbers]
    due: Mapping[str, Numbers]
    longer: float
    """Days of the period, in those of a stretch before it."""

    @classmethod
    def read(cls, failed: Sequence[Result], due: Sequence[Result], days: Stretches) -> Courses:
        """From answers by cause, segment and day, and by segment and day or by day only."""
        count = len(days.lengths) + 1
        courses: dict[tuple[str, str], Numbers] = {}
        for result in failed:
            value = result.columns.index(FAILURES)
            for row in result.rows:
                place = days.place.get(row[2])
                if place is not None and row[value]:
                    course = courses.setdefault((str(row[0]), str(row[1])), np.zeros(count))
                    course[place] += float(row[value])
        exposure: dict[str, Numbers] = {}
        for result in due:
            value, depth = result.columns.index(f"{DUE}_d"), len(result.query.by)
            for row in result.rows:
                place = days.place.get(row[depth - 1])
                if place is not None and row[value]:
                    name = str(row[0]) if depth == 2 else ""
                    exposure.setdefault(name, np.zeros(count))[place] += float(row[value])
        period = sum(place == len(days.lengths) for place in days.place.values())
        return cls(courses, exposure, period / days.lengths[0])

    def less(self, inner: Courses, causes: Sequence[str]) -> Courses:
        """What is left when the failures of these causes inside a place are taken out."""
        left = dict(self.failed)
        for key, course in inner.failed.items():
            if key[0] in causes and key in left:
                left[key] = np.maximum(left[key] - course, 0.0)
        return Courses(left, self.due, self.longer)

    @property
    def load(self) -> float:
        """Orders due in the period, in those of as many usual days before."""
        due = _sum(list(self.due.values()))
        before = due[:-1][due[:-1] > 0]
        usual = float(np.median(before)) * self.longer if len(before) else 0.0
        return float(due[-1]) / usual if usual > 0 else 1.0

    def total(self, cause: str) -> Course:
        """All segments together."""
        due = _sum(list(self.due.values()))
        failed = _sum([course for (name, _), course in self.failed.items() if name == cause] or [due * 0])
        return Course(failed, due, dispersion(failed[:-1], due[:-1]))

    def rate_of_others(self, causes: Sequence[str]) -> float:
        """The share of orders due that usually fails of any other cause."""
        due = _sum(list(self.due.values()))
        others = [course for (name, _), course in self.failed.items() if name not in causes]
        return usual_rate(_sum(others)[:-1], due[:-1]) if others else 0.0

    def segments(self, cause: str) -> dict[str, Course]:
        """Each segment; those without orders due before have nothing to be compared with and are left out."""
        spread = self.dispersion(cause)
        found = {}
        for (name, member), failed in self.failed.items():
            due = self.due.get(member) if "" not in self.due else self.due[""]
            if name == cause and due is not None and due[:-1].sum() > 0:
                found[member] = Course(failed, due, spread)
        return found

    def cells(self, cause: str) -> dict[str, Cell]:
        """The segments as counts before and after."""
        return {member: course.cell for member, course in self.segments(cause).items()}

    def dispersion(self, cause: str) -> float:
        """How much more than by chance segments of the dimension vary from week to week."""
        pairs = []
        for (name, member), failed in self.failed.items():
            due = self.due.get(member) if "" not in self.due else self.due[""]
            if name == cause and due is not None:
                pairs.append((failed[:-1], due[:-1]))
        return pooled_dispersion(pairs)


def read_course(failed: Sequence[Result], due: Sequence[Result], days: Stretches) -> Course:
    """One course from answers by day: what failed, and the orders due."""
    both = [np.zeros(len(days.lengths) + 1), np.zeros(len(days.lengths) + 1)]
    for course, results in zip(both, (failed, due), strict=True):
        for result in results:
            name = f"{DUE}_d" if result.query.metrics == (DUE,) else result.query.metrics[0]
            value = result.columns.index(name)
            for row in result.rows:
                place = days.place.get(row[0])
                if place is not None:
                    course[place] += float(row[value] or 0)
    return Course(both[0], both[1], dispersion(both[0][:-1], both[1][:-1]))


def _sum(listed: Sequence[Numbers]) -> Numbers:
    return np.asarray(np.sum(listed, axis=0)) if listed else np.zeros(1)
