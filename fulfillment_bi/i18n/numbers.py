"""Numbers, shares, durations and dates as people of each language write them.

Undefined (None) is a dash everywhere, never 0. Shares come as fractions, durations as days, times as UTC datetimes
or ISO text; `digits` is a maximum that small samples lower.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

DASH = "–"
MINUS = "−"
SMALL_SAMPLE = 100

Number = float | int | Decimal

# from, divided by, unit
_COMPACT: dict[str, tuple[tuple[float, float, str], ...]] = {
    "zh": ((1e8, 1e8, "亿"), (1e4, 1e4, "万")),
    "en": ((1e9, 1e9, "B"), (1e6, 1e6, "M"), (1e4, 1e3, "K")),
}
_UNITS = {
    "zh": {"days": "天", "hours": "小时", "minutes": "分钟", "points": "个百分点"},
    "en": {"days": "d", "hours": "h", "minutes": "min", "points": "pts"},
}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_WEEKDAYS = {"zh": "一二三四五六日", "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")}


def number(language: str, value: Number | None, digits: int = 0) -> str:
    """12,345 — grouped by thousands in both languages."""
    del language  # both group by thousands; kept so that every formatter is called alike
    if value is None:
        return DASH
    return f"{value:,.{digits}f}".replace("-", MINUS)


def compact(language: str, value: Number | None) -> str:
    """1.2万, 3.4亿 or 12.3K, 4.5M: three digits that matter; below 10,000 the whole number."""
    if value is None:
        return DASH
    for start, size, unit in _COMPACT[language]:
        if abs(float(value)) >= start:
            scaled = float(value) / size
            digits = max(0, 2 - len(str(int(abs(scaled)))) + 1) if abs(scaled) < 100 else 0
            return number(language, scaled, digits) + unit
    return number(language, value)


def percent(language: str, fraction: Number | None, sample: Number | None = None, digits: int = 1) -> str:
    """94.1% — no digits after the point when fewer than 100 cases stand behind it."""
    if fraction is None:
        return DASH
    if sample is not None and sample < SMALL_SAMPLE:
        digits = 0
    return number(language, float(fraction) * 100, digits) + "%"


def permille(language: str, fraction: Number | None, digits: int = 2) -> str:
    """3.12‰: a share of a thousand, from the fraction."""
    return DASH if fraction is None else number(language, float(fraction) * 1000, digits) + "‰"


def points(language: str, change: Number | None, digits: int = 1) -> str:
    """+2.1 个百分点 / +2.1 pts: the difference of two shares."""
    if change is None:
        return DASH
    return f"{signed(language, float(change) * 100, digits)} {_UNITS[language]['points']}"


def signed(language: str, value: Number, digits: int = 1) -> str:
    """+2.1, −0.4, ±0.0: with the sign always shown."""
    shown = number(language, abs(float(value)), digits)
    if not float(shown.replace(",", "")):
        return f"±{shown}"
    return ("+" if value > 0 else MINUS) + shown


def duration(language: str, days: Number | None, *, sign: bool = False) -> str:
    """9.3 天, 31 小时, 42 分钟: the unit that keeps two or three digits."""
    if days is None:
        return DASH
    value, unit, digits = _in_best_unit(float(days))
    shown = signed(language, value, digits) if sign else number(language, value, digits)
    return f"{shown} {_UNITS[language][unit]}"


def _in_best_unit(days: float) -> tuple[float, str, int]:
    size = abs(days)
    if size >= 2:
        return days, "days", 1
    if size >= 1.5 / 24:
        hours = days * 24
        return hours, "hours", 1 if abs(hours) < 10 else 0
    minutes = days * 24 * 60
    return minutes, "minutes", 1 if abs(minutes) < 10 else 0


def moment(value: datetime | str | None, timezone: str) -> datetime | None:
    """A UTC datetime or ISO text on the clock of `timezone`; None for nothing or for a text that is no time."""
    if value is None or value == "":
        return None
    try:
        parsed = datetime.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        return None
    return (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).astimezone(ZoneInfo(timezone))


def day(language: str, value: date | None, *, year: bool = False) -> str:
    """11月12日 / 12 Nov, with the year on request."""
    if value is None:
        return DASH
    if language == "zh":
        return f"{value.year}年{value.month}月{value.day}日" if year else f"{value.month}月{value.day}日"
    return f"{value.day} {_MONTHS[value.month - 1]}" + (f" {value.year}" if year else "")


def weekday(language: str, value: date) -> str:
    """周三 / Wed."""
    return f"周{_WEEKDAYS['zh'][value.weekday()]}" if language == "zh" else _WEEKDAYS["en"][value.weekday()]


def days(language: str, start: date | None, end: date | None) -> str:
    """11月1日–30日 / 1–30 Nov 2026: a period, both ends inside."""
    if start is None or end is None:
        return f"{day(language, start, year=True)} – {day(language, end, year=True)}"
    if start == end:
        return day(language, start, year=True)
    same_year = start.year == end.year
    if language == "zh":
        first = day("zh", start, year=True)
        last = day("zh", end, year=not same_year)
        if same_year and start.month == end.month:
            last = f"{end.day}日"
        return f"{first} – {last}"
    first = str(start.day) if same_year and start.month == end.month else day("en", start, year=not same_year)
    return f"{first} – {day('en', end, year=True)}"


def clock(language: str, value: datetime | str | None, timezone: str, *, year: bool = False) -> str:
    """11月12日 14:05 / 12 Nov 14:05 on the clock of `timezone`."""
    local = moment(value, timezone)
    return DASH if local is None else f"{day(language, local.date(), year=year)} {local:%H:%M}"


def ago(language: str, seconds: float) -> str:
    """12 分钟前 / 12 min ago."""
    for size, zh, en in ((86400, "天前", "d ago"), (3600, "小时前", "h ago"), (60, "分钟前", "min ago")):
        if seconds >= size:
            return f"{int(seconds // size)} {zh if language == 'zh' else en}"
    return "刚刚" if language == "zh" else "just now"
