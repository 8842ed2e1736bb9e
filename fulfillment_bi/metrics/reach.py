"""What a question may hold: days that calendars agree on, pages that can be counted, text that can be stored.

Everything here refuses with UsageError before a value reaches the database, which would say it less clearly.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from fulfillment_bi.errors import UsageError
from fulfillment_bi.metrics.query import Filter

FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2999, 12, 31)
MOST_ROWS = 2**31 - 1


def is_day_in_reach(day: date) -> bool:
    """True for days of the years 1900 to 2999: a year or a period before and after them still exists."""
    return FIRST_DAY <= day <= LAST_DAY


def check_period(start: date | None, end: date | None) -> None:
    """Both days inclusive, None for open. Raises UsageError for days out of reach or in the wrong order."""
    for name, day in (("start", start), ("end", end)):
        if day is None:
            continue
        if not isinstance(day, date) or isinstance(day, datetime):
            raise UsageError(f"The {name} of the period is {day!r}, not a day.", hint="Give a date, without a time.")
        if not is_day_in_reach(day):
            raise UsageError(f"The {name} of the period, {day}, is outside 1900 to 2999.", hint="Check the year.")
    if start and end and start > end:
        raise UsageError(f"The period starts on {start}, after its end {end}.", hint="Swap the two days.")


def check_limit(limit: int | None, *, least: int = 0) -> None:
    """How many rows at most, None for all. Raises UsageError below `least` or beyond MOST_ROWS."""
    if limit is not None and not least <= limit <= MOST_ROWS:
        raise UsageError(f"The limit is {limit}.", hint=f"Give {least} to {MOST_ROWS}, or leave it out.")


def check_offset(offset: int) -> None:
    """How many rows to skip. Raises UsageError when negative or beyond MOST_ROWS."""
    if not 0 <= offset <= MOST_ROWS:
        raise UsageError(f"The offset is {offset}.", hint=f"Give 0 to {MOST_ROWS}.")


def check_text(text: str, where: str) -> None:
    """Raises UsageError for text with lone surrogates: no encoding can write it."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        what = f"The text {text!a} cannot be encoded."
        raise UsageError(what, where=where, hint="Remove its broken characters.") from error


def check_filters(where: Sequence[Filter]) -> None:
    """Raises UsageError for values that are one text instead of a tuple, are not text, or cannot be encoded."""
    for item in where:
        example = f'Write Filter("{item.dimension}", ("a", "b")).'
        if isinstance(item.values, str):
            what = f"The filter has {item.values!a}, a text where a tuple of members belongs."
            raise UsageError(what, where=item.dimension, hint=example)
        for value in item.values:
            if not isinstance(value, str):
                what = f"The filter has {value!a}; it takes a text for each member."
                raise UsageError(what, where=item.dimension, hint=example)
            check_text(value, item.dimension)
