"""Which day of the year before a day is compared with: festivals with themselves, other days with their weekday.

The rule, day by day:

1. A day of a festival's season is compared with the same day of that season a year before: Double 11 with Double 11,
   the third day of the Chinese New Year with its third day, wherever either stood in the calendar.
2. Any other day is compared with the same weekday 52 weeks before.
3. Where that day belongs to a festival (the Chinese New Year moved), with the nearest such weekday that does not.

So a season's days are paired one for one; beside a festival that moved, a few ordinary days are compared twice and a
few not at all. Seasons are the days in which a festival is felt in orders and deliveries, not its days off work.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

NEW_YEAR = "Chinese New Year (Spring Festival)"
WEEKS = 52
FURTHEST_WEEKS = 8
"""A season is shorter than that, so an ordinary day of every weekday is found."""


@dataclass(frozen=True, slots=True)
class Festival:
    """A festival's main day (month and day, 0 for the Chinese New Year) and the days before and after it."""

    name: str
    month: int
    day: int
    before: int
    after: int

    def main_day(self, year: int) -> date | None:
        """Its main day in `year`; None where the lunar calendar is not known (before 1950, after 2099)."""
        return date(year, self.month, self.day) if self.month else chinese_new_year(year)


FESTIVALS = (
    Festival("chinese_new_year", 0, 0, 14, 14),
    Festival("labour_day", 5, 1, 1, 4),
    Festival("618", 6, 18, 18, 2),
    Festival("national_day", 10, 1, 1, 7),
    Festival("double_11", 11, 11, 21, 4),
    Festival("double_12", 12, 12, 2, 2),
)
"""Seasons never overlap."""


@cache
def chinese_new_year(year: int) -> date | None:
    """The first day of the first lunar month."""
    from holidays import country_holidays

    if not 1950 <= year < 2100:
        return None
    days = country_holidays("CN", years=year, language="en_US", observed=False)
    return min((day for day, name in days.items() if NEW_YEAR in name), default=None)


@cache
def seasons(year: int) -> dict[date, tuple[Festival, int]]:
    """Every day of `year`'s seasons -> its festival, and how many days after the main day it is."""
    found: dict[date, tuple[Festival, int]] = {}
    for festival in FESTIVALS:
        main = festival.main_day(year)
        if main is not None:
            for offset in range(-festival.before, festival.after + 1):
                found[main + timedelta(days=offset)] = festival, offset
    return found


def festival_of(day: date) -> tuple[Festival, int] | None:
    """The festival in whose season `day` lies, and how many days after its main day it is."""
    return seasons(day.year).get(day)


def day_before(day: date) -> date:
    """The day of the year before that `day` is compared with."""
    found = festival_of(day)
    main = found[0].main_day(day.year - 1) if found else None
    if found and main:
        return main + timedelta(days=found[1])
    usual = day - timedelta(weeks=WEEKS)
    steps = (step * sign for step in range(FURTHEST_WEEKS) for sign in (-1, 1))
    return next(
        (near for near in (usual + timedelta(weeks=step) for step in steps) if festival_of(near) is None), usual
    )


def aligned(start: date, end: date) -> tuple[tuple[date, date], ...]:
    """(day, the day it is compared with) for every day of the period, both ends included."""
    days = (start + timedelta(days=at) for at in range((end - start).days + 1))
    return tuple((day, day_before(day)) for day in days)
