"""What a filter on a day, week, month, quarter, weekday or hour may say, and how the answer spells it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from types import MappingProxyType

from fulfillment_bi.metrics.reach import is_day_in_reach


def read_member(dimension: str, value: str) -> str | None:
    """The calendar member that `value` means, as shown ("09" is hour 9); None when there is no such one.

    A day is a member whether or not anything happened on it. Raises KeyError when the dimension is not a calendar's.
    """
    return _READERS[dimension](value.strip())


def member_of(dimension: str, day: date) -> date | str | int:
    """The member of a calendar dimension that `day` belongs to, as the database gives it. KeyError for the hour."""
    return _MEMBERS[dimension](day)


def _day(value: str) -> str | None:
    try:
        day = date.fromisoformat(value)
    except ValueError:
        return None
    return day.isoformat() if is_day_in_reach(day) else None


def _week(value: str) -> str | None:
    monday = _day(value)
    return monday if monday and date.fromisoformat(monday).weekday() == 0 else None


def _month(value: str) -> str | None:
    found = re.fullmatch(r"[0-9]{4}-[0-9]{2}", value)
    return value if found and _day(f"{value}-01") else None


def _quarter(value: str) -> str | None:
    found = re.fullmatch(r"([0-9]{4})-Q[1-4]", value)
    return value if found and _day(f"{found[1]}-01-01") else None


def _number(least: int, most: int) -> Callable[[str], str | None]:
    def read(value: str) -> str | None:
        found = re.fullmatch(r"0*([0-9]{1,2})", value)
        return str(int(found[1])) if found and least <= int(found[1]) <= most else None

    return read


_READERS: Mapping[str, Callable[[str], str | None]] = MappingProxyType(
    {
        "day": _day,
        "week": _week,
        "month": _month,
        "quarter": _quarter,
        "weekday": _number(1, 7),
        "hour": _number(0, 23),
    }
)

_MEMBERS: Mapping[str, Callable[[date], date | str | int]] = MappingProxyType(
    {
        "day": lambda day: day,
        "week": lambda day: day - timedelta(days=day.weekday()),
        "month": lambda day: f"{day.year:04d}-{day.month:02d}",
        "quarter": lambda day: f"{day.year:04d}-Q{(day.month + 2) // 3}",
        "weekday": lambda day: day.isoweekday(),
    }
)
