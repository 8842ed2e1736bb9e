"""What is asked about, read from texts as people and programs write them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from fractions import Fraction

from fulfillment_bi.errors import UsageError
from fulfillment_bi.insight.why_sides import Against, Selection, Target
from fulfillment_bi.metrics.query import Filter


def names(text: str) -> tuple[str, ...]:
    """The names in a comma-separated list."""
    return tuple(part.strip() for part in text.split(",") if part.strip())


def all_names(texts: Sequence[str] | None) -> tuple[str, ...]:
    """The names in several comma-separated lists, in order and each once."""
    return tuple(dict.fromkeys(name for text in texts or () for name in names(text)))


def business_day(text: str | None, where: str) -> date | None:
    """An ISO date as given to the parameter `where`; raises UsageError where it is none."""
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"'{text}' is not a date.", where=where, hint="Write it as 2026-01-31.") from None


def filters(texts: Sequence[str] | None, where: str) -> tuple[Filter, ...]:
    """Filters from DIM=VALUE texts; values of one dimension are alternatives, dimensions must all hold."""
    chosen: dict[str, list[str]] = {}
    for text in texts or ():
        dimension, equals, value = text.partition("=")
        if not equals or not dimension.strip():
            raise UsageError(f"'{text}' is not a filter.", where=where, hint="Write DIM=VALUE, as in channel=tmall.")
        values = chosen.setdefault(dimension.strip(), [])
        if value.strip() not in values:
            values.append(value.strip())
    return tuple(Filter(dimension, tuple(values)) for dimension, values in chosen.items())


def period(start: str | None, end: str | None, where: tuple[str, str]) -> tuple[date | None, date | None]:
    """First and last business day; `where` names the two parameters. Raises UsageError where they are turned round."""
    first, last = business_day(start, where[0]), business_day(end, where[1])
    if first is not None and last is not None and first > last:
        raise UsageError(f"The period ends ({last}) before it starts ({first}).", where=where[0], hint="Swap them.")
    return first, last


def against_of(text: str, where: str) -> Against:
    """`previous`, `year`, C..D (both days inclusive), target, target=X, or DIM=VALUE[,DIM=VALUE].

    `where` is the name of what said so. Raises UsageError for anything else.
    """
    if text == "previous":
        return "previous"
    if text == "year":
        return "year"
    name, equals, value = text.partition("=")
    if name == "target":
        return Target(_target_value(value, where) if equals else None)
    if equals:
        return Selection(filters(text.split(","), where))
    first, dots, last = text.partition("..")
    if not dots:
        hint = "Write previous, year, two days (2026-01-01..2026-01-31), target=0.95 or channel=tmall."
        raise UsageError(f"'{text}' is nothing to compare with.", where=where, hint=hint)
    start, end = business_day(first, where), business_day(last, where)
    assert start is not None
    assert end is not None
    return start, end


def _target_value(text: str, where: str) -> Fraction:
    try:
        return Fraction(text)
    except (ValueError, ZeroDivisionError):
        hint = "Write a number in the metric's unit: target=0.95 for 95 %."
        raise UsageError(f"'{text}' is not a target.", where=where, hint=hint) from None
