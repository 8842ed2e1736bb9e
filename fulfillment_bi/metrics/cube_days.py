"""The days a question takes of a cube, as runs of neighbouring days that belong to the same row of the answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from fulfillment_bi.metrics.calendar import member_of, read_member
from fulfillment_bi.metrics.query import Filter
from fulfillment_bi.metrics.resolve import Period
from fulfillment_bi.metrics.types import Dimension

Bucket = tuple[date | str | int, ...]
"""The members of the calendar dimensions that an answer is split by."""


@dataclass(frozen=True, slots=True)
class Run:
    """The days from `start` up to but without `stop`, counted from the cube's first."""

    start: int
    stop: int
    bucket: Bucket


@dataclass(frozen=True, slots=True)
class Days:
    """What decides which days count: the period, and the calendar dimensions of the filters and the splits."""

    period: Period
    where: tuple[Filter, ...]
    by: tuple[Dimension, ...]

    def runs(self, first: date, days: int) -> list[Run]:
        """The runs within a cube of `days` days from `first`."""
        start = min(max((self.period.start - first).days, 0), days) if self.period.start else 0
        stop = min((self.period.end - first).days + 1, days) if self.period.end else days
        if not (self.where or self.by or self.period.pairs):
            return [Run(start, max(start, stop), ())]
        found: list[Run] = []
        for day, bucket in self.taken(first + timedelta(days=each) for each in range(start, stop)):
            place = (day - first).days
            last = found[-1] if found else None
            if last and last.stop == place and last.bucket == bucket:
                found[-1] = Run(last.start, place + 1, bucket)
            else:
                found.append(Run(place, place + 1, bucket))
        return found

    def taken(self, days: Iterator[date]) -> Iterator[tuple[date, Bucket]]:
        """Those of `days` that count, each with its bucket; a day laid over several others comes as often."""
        wanted = [
            (item.dimension, {read_member(item.dimension, one) or one for one in item.values}) for item in self.where
        ]
        for day in days:
            if not _is_within(day, self.period):
                continue
            for moved in self._laid_over(day):
                if all(str(self._member(name, day, moved)) in values for name, values in wanted):
                    yield day, tuple(self._member(each.name, day, moved) for each in self.by)

    def _member(self, name: str, day: date, moved: date) -> date | str | int:
        return member_of(name, moved if name != "weekday" else day)

    def _laid_over(self, day: date) -> Sequence[date]:
        period = self.period
        if period.pairs:
            return [now for now, then in period.pairs if then == day]
        if period.shift_years:
            try:
                moved = day.replace(year=day.year + period.shift_years)
            except ValueError:
                moved = day.replace(year=day.year + period.shift_years, day=28)
            return [max(moved, period.first) if period.first else moved]
        return [day + timedelta(days=period.shift_days)]


def _is_within(day: date, period: Period) -> bool:
    return (period.start is None or day >= period.start) and (period.end is None or day <= period.end)
