"""SQL that turns cleaned text into typed values, strictly: what does not look exactly right becomes NULL and a reason.

Every function takes the name of a cleaned text column and gives expressions with their parameters. Patterns come before
casts because a cast alone accepts `1e3`, `0x10`, `nan` and a year 22.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fulfillment_bi.ingest.cells import NARROW, WIDE
from fulfillment_bi.ingest.contracts import Column

_ISO = r"\d{4}-\d{2}-\d{2}( \d{2}:\d{2}:\d{2})?"
_OFFSET = r"(Z|[+-]\d{2}:?\d{2}|[+-]\d{2})"
_LOOSE = (
    r"^(\d{4})(?:[-/.]|年)(\d{1,2})(?:[-/.]|月)(\d{1,2})日?"
    rf"(?:[T ] *(\d{{1,2}}:\d{{2}}(?::\d{{2}}(?:\.\d{{1,9}})?)?)(?: ?{_OFFSET})?)?$"
)
_AFTER_TIME = rf":\d{{2}}(?:\.\d{{1,9}})? ?{_OFFSET}$"
_COMPACT = ((r"\d{8}", "%Y%m%d"), (r"\d{14}", "%Y%m%d%H%M%S"))
_PLAIN_NUMBER = r"-?\d{1,14}(\.\d+)?"
_NUMBER = r"^[+-]?(\d{1,14}|\d{1,3}(,\d{3}){1,4})(\.\d+)?$"
_CURRENCY = (
    r"(?i)^([+-]?)\s*(?:R\$|US\$|CN¥|[¥￥$€£]|CNY|RMB|USD|EUR|GBP|BRL)?\s*([0-9.,]+)\s*"
    r"(?:元|件|个|CNY|RMB|USD|EUR|GBP|BRL|[¥￥€])?$"
)
_MINUS_BEHIND = r"^(\D*[0-9.,]+)\s*-$"
_SCIENTIFIC = r"\d\.\d+[eE]\+?\d{1,3}|\d+[eE]\+\d{1,3}"
_TRUE = ("true", "t", "yes", "y", "1", "是", "真", "有")
_FALSE = ("false", "f", "no", "n", "0", "否", "假", "无")
# Days that systems write when they mean "never".
_SENTINELS = ("1970-01-01", "1900-01-01", "1899-12-30", "1899-12-31", "0001-01-01", "9999-12-31", "9999-12-30")
_EARLIEST = "2000-01-01"

_WIDTHS = {
    "Y": r"\d{4}", "y": r"\d{2}", "b": r"\p{L}{3,4}\.?", "B": r"\p{L}+", "p": r"[AaPp][Mm]", "f": r"\d{1,9}",
    "z": r"[+-]\d{2}:?\d{2}",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sql:
    """A piece of SQL and the values of its `?`."""

    text: str
    values: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason code and the condition under which a row is refused for it."""

    code: str
    condition: Sql


def narrow(name: str) -> str:
    """Full-width digits and signs as ordinary ones."""
    # Text of one byte a character has none of them, which is cheaper to see than to translate.
    return f"CASE WHEN strlen({name}) = length({name}) THEN {name} ELSE translate({name}, '{WIDE}', '{NARROW}') END"


def is_scientific(name: str) -> str:
    """An id that a spreadsheet has rounded; two such orders would become one."""
    return f"regexp_full_match({name}, '{_SCIENTIFIC}')"


def number(name: str, *, decimal_comma: bool) -> str:
    """DECIMAL(18,4) without currency signs and thousands separators; the minus may stand behind."""
    bare = f"regexp_replace({narrow(name)}, '{_MINUS_BEHIND}', '-\\1')"
    bare = f"regexp_replace({bare}, '{_CURRENCY}', '\\1\\2')"
    if decimal_comma:
        bare = f"translate({bare}, '.,', ',.')"
    return (
        f"CASE WHEN {'FALSE AND ' if decimal_comma else ''}regexp_full_match({name}, '{_PLAIN_NUMBER}') "
        f"THEN TRY_CAST({name} AS DECIMAL(18,4)) "
        f"WHEN regexp_matches({bare}, '{_NUMBER}') THEN TRY_CAST(replace({bare}, ',', '') AS DECIMAL(18,4)) END"
    )


def integer(name: str) -> str:
    """BIGINT; `3.0` counts as 3."""
    return (
        f"CASE WHEN regexp_full_match({narrow(name)}, '[+-]?\\d{{1,18}}(\\.0+)?') "
        f"THEN TRY_CAST(regexp_replace({narrow(name)}, '\\.0+$', '') AS BIGINT) END"
    )


def boolean(name: str) -> str:
    """BOOLEAN from the usual words."""
    words = [", ".join(f"'{word}'" for word in group) for group in (_TRUE, _FALSE)]
    return f"CASE WHEN lower({name}) IN ({words[0]}) THEN TRUE WHEN lower({name}) IN ({words[1]}) THEN FALSE END"


def local_time(name: str, formats: Sequence[str]) -> Sql:
    """The wall-clock TIMESTAMP that the text shows, without regard to any offset in it."""
    bare = narrow(name)
    cases = [
        f"WHEN regexp_full_match({name}, '{_ISO}') THEN TRY_CAST({name} AS TIMESTAMP)",
        f"WHEN regexp_matches({bare}, '{_LOOSE}') "
        f"THEN TRY_CAST(trim(regexp_replace({bare}, '{_LOOSE}', '\\1-\\2-\\3 \\4')) AS TIMESTAMP)",
    ]
    cases += [f"WHEN regexp_full_match({bare}, '{p}') THEN try_strptime({bare}, '{f}')" for p, f in _COMPACT]
    values: list[Any] = []
    # The mapping knows better than the general patterns what 03/04/2024 means, so its formats come first.
    for one in formats:
        cases.insert(len(values) // 2, f"WHEN regexp_full_match({bare}, ?) THEN try_strptime({bare}, ?)")
        values += [format_pattern(one), one]
    return Sql(f"CASE {' '.join(cases)} END", tuple(values))


def format_pattern(text: str) -> str:
    """The regular expression of a strptime format with its widths: `%Y` alone would read 22 as the year 22."""
    parts = re.split(r"%-?([A-Za-z])", text)
    return "".join(
        _WIDTHS.get(part, r"\d{1,2}") if place % 2 else re.escape(part).replace(r"\ ", " ")
        for place, part in enumerate(parts)
    )


def is_zero_date(name: str) -> str:
    """`0000-00-00`, `00000000` and the like: no date."""
    return f"regexp_matches({name}, '^0000')"


def is_sentinel(local: str) -> str:
    """Whether a wall-clock time is one of the days that mean "never"."""
    days = ", ".join(f"DATE '{day}'" for day in _SENTINELS)
    return f"(CAST({local} AS DATE) IN ({days}) OR {local} = TIMESTAMP '{_EARLIEST} 00:00:00')"


def utc_time(name: str, local: str, timezone: str, *, as_promise: str = "") -> Sql:
    """TIMESTAMP in UTC of wall-clock `local`, by the offset in the text or else in `timezone`.

    With `as_promise` (the business time zone), midnight means the last microsecond of that day there.
    """
    offset = f"CASE WHEN strlen({name}) > 16 THEN regexp_extract({name}, '{_AFTER_TIME}', 1) ELSE '' END"
    minutes = (
        f"CASE WHEN {offset} = 'Z' THEN 0 ELSE CAST(({offset})[1] || '1' AS INTEGER) * ("
        f"CAST(({offset})[2:3] AS INTEGER) * 60 + "
        f"CAST(coalesce(nullif(replace(({offset})[4:], ':', ''), ''), '0') AS INTEGER)) END"
    )
    exact = (
        f"CASE WHEN {offset} <> '' THEN {local} - to_minutes({minutes}) "
        f"ELSE timezone('UTC', timezone(CAST(? AS VARCHAR), {local})) END"
    )
    if not as_promise:
        return Sql(exact, (timezone,))
    end = f"timezone('UTC', timezone(CAST(? AS VARCHAR), {local} + INTERVAL 1 DAY)) - INTERVAL 1 MICROSECOND"
    return Sql(f"CASE WHEN {local} = date_trunc('day', {local}) THEN {end} ELSE {exact} END", (as_promise, timezone))


def range_reasons(column: Column, value: str, limit: Any) -> list[Reason]:
    """Reasons of values that are typed but cannot be true. `limit` is the latest believable UTC time."""
    reasons = []
    if column.minimum is not None or column.maximum is not None:
        bounds = []
        if column.minimum is not None:
            bounds.append(f"{value} < {column.minimum}")
        if column.maximum is not None:
            bounds.append(f"{value} > {column.maximum}")
        reasons.append(Reason(f"out_of_range:{column.name}", Sql(" OR ".join(bounds))))
    if column.type in ("time", "promise", "date"):
        reasons.append(Reason(f"too_early:{column.name}", Sql(f"{value} < DATE '{_EARLIEST}' - INTERVAL 1 DAY")))
        if not column.future:
            reasons.append(Reason(f"in_future:{column.name}", Sql(f"{value} > CAST(? AS TIMESTAMP)", (limit,))))
    return reasons
