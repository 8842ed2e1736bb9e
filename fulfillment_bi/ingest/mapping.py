"""Mapping files (TOML): one describes one platform and holds a `[[file]]` per kind of export.

docs/adapters.md explains every entry; what is read here becomes `adapter.Adapter`.
"""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any
from zoneinfo import available_timezones

from fulfillment_bi.errors import SettingsError, UnknownNameError
from fulfillment_bi.ingest.adapter import (
    GROUP,
    MADE_HEADERS,
    Adapter,
    Block,
    Condition,
    FileDate,
    Kind,
    Rule,
    Split,
    Target,
    Words,
)
from fulfillment_bi.ingest.contracts import Contract, contract_of
from fulfillment_bi.ingest.durations import UNITS
from fulfillment_bi.ingest.mapping_line import line_of
from fulfillment_bi.ingest.patterns import check_pattern

_FILE_KEYS = {
    "kind", "label", "requires", "formats", "decimal_comma", "quotes", "file_date", "target", "unused", "timezone",
    "date_orders", "trailers", "block", "unproven", "unproven_headers", "evidence", "source", "null_words",
}  # fmt: skip
_TARGET_KEYS = {"entity", "source", "partial", "when", "split", "columns"}
_RULE_KEYS = {
    "from", "hash", "hash_all", "present", "value", "join", "first", "words", "only", "otherwise", "default",
    "pattern", "filled", "if", "per", "times", "prefer", "plus", "unit", "precision", "separator",
}  # fmt: skip
_KINDS: tuple[tuple[str, Kind], ...] = (
    ("from", "copy"), ("hash", "hash"), ("hash_all", "hash"), ("present", "present"), ("value", "value"),
    ("join", "join"), ("first", "first"),
)  # fmt: skip
_DIRECTIVE = re.compile("%(?:-?[dmyHIMSj]|[aAwbBYGVuUWpfngzZcxX%])")
_PRECISIONS = {"time": "day", "word": "at_least"}
_LEAST_FACTOR, _MOST_FACTOR = Decimal("1e-9"), 100_000_000
_PROVINCE = (
    "(北京|天津|上海|重庆|河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|海南|四川|贵州|云南|"
    "陕西|甘肃|青海|台湾|内蒙古|广西|西藏|宁夏|新疆|香港|澳门)"
)
_PROVINCE_ENDING = "(?:省|市|(?:壮族|回族|维吾尔)?自治区|特别行政区)?"
NAMED_PATTERNS = {
    "@cn_province": f"^{_PROVINCE}",
    "@cn_city": f"^{_PROVINCE.replace('(', '(?:')}{_PROVINCE_ENDING}\\s*([^\\s\\d,，市]{{1,7}}?(?:市|自治州|地区|盟))",
}
"""Patterns that mappings call by name: province and city at the beginning of a Chinese address, and nothing more."""


@cache
def built_in_adapters() -> Mapping[str, Adapter]:
    """Name -> adapter, for the mapping files of this package."""
    folder = files("fulfillment_bi.ingest") / "adapters"
    found: dict[str, Adapter] = {}
    for item in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if item.name.endswith(".toml"):
            found |= {adapter.name: adapter for adapter in parse_mapping(item.read_text("utf-8"), item.name)}
    return found


def parse_mapping(text: str, where: str) -> tuple[Adapter, ...]:
    """The adapters of one mapping file; SettingsError names what is wrong with it, and the line."""
    place = 0
    found: list[Adapter] = []
    try:
        document = tomllib.loads(text)
        for place, entry in enumerate(document["file"]):  # noqa: B007  a complaint says in which file it is
            found.append(_parse_file(document, entry))
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"This is not a mapping file: {error}", where=where) from error
    except RecursionError as error:
        raise SettingsError("This is not a mapping file: it is nested too deeply.", where=where) from error
    except (UnknownNameError, KeyError, TypeError, ValueError, AttributeError) as error:
        missing = f"the entry {error} is missing" if isinstance(error, KeyError) else str(error)
        said = missing if isinstance(error, UnknownNameError) else f"The mapping is incomplete or wrong: {missing}"
        raise SettingsError(said, where=f"{where}, line {line_of(text, place, missing)}") from error
    return tuple(found)


def _parse_file(document: Mapping[str, Any], entry: Mapping[str, Any]) -> Adapter:
    _refuse_unknown(entry, _FILE_KEYS)
    targets = tuple(_parse_target(target) for target in entry.get("target", ()))
    _check_made(targets, blocked="block" in entry)
    if bool(targets) == bool(entry.get("unused")):
        raise ValueError(f"{entry['kind']}: give targets, or say why the file is unused")
    date = entry.get("file_date")
    nulls = (*document.get("null_words", ()), *entry.get("null_words", ()))
    comma = entry.get("decimal_comma", document.get("decimal_comma", False))
    if comma not in (True, False, "by_file"):
        raise ValueError(f'{entry["kind"]}: decimal_comma is true, false or "by_file"')
    return Adapter(
        name=f"{document['platform']}_{entry['kind']}",
        label=entry.get("label", document["label"]),
        source=_text(entry.get("source", document["source"])),
        requires=_words(entry["requires"]),
        targets=targets,
        timezone=_time_zone(entry.get("timezone", document.get("timezone", "business"))),
        null_words=tuple(word.lower() for word in nulls),
        formats=(*_formats(document.get("formats", ())), *_formats(entry.get("formats", ()))),
        date_orders={name: _formats(formats) for name, formats in entry.get("date_orders", {}).items()},
        decimal_comma=comma is True,
        decimal_by_file=comma == "by_file",
        quotes=entry.get("quotes", True),
        file_date=FileDate(_keeping(date["pattern"]), _text(date["format"])) if date else None,
        trailers=tuple(_pattern(one) for one in (*document.get("trailers", ()), *entry.get("trailers", ()))),
        block=_parse_block(entry["block"]) if "block" in entry else None,
        unused=entry.get("unused", ""),
        unproven=entry.get("unproven", ""),
        unproven_headers=_words(entry.get("unproven_headers", ())),
        evidence=_words(entry.get("evidence", document.get("evidence", ()))),
    )


def _check_made(targets: Sequence[Target], *, blocked: bool) -> None:
    """Headers we make exist only where the mapping says of what."""
    for target in targets:
        made = [header for header in target.headers if header.startswith("@")]
        pieces = bool(target.split) or any(GROUP in header for header in target.headers)
        for header in made:
            if header not in MADE_HEADERS:
                raise ValueError(f"{target.entity}: there is no {header}")
            if (header in ("@line", "@row") and not blocked) or (header == "@item" and not pieces):
                raise ValueError(f"{target.entity}: {header} needs a block, or {GROUP} or split")


def _parse_block(entry: Mapping[str, Any]) -> Block:
    _refuse_unknown(entry, {"by", "carry", "line"})
    return Block(_words(entry["by"]), _words(entry.get("carry", ())), _words(entry.get("line", ())))


def _parse_target(entry: Mapping[str, Any]) -> Target:
    _refuse_unknown(entry, _TARGET_KEYS)
    contract = contract_of(entry["entity"])
    rules = tuple(_parse_rule(contract, name, rule) for name, rule in entry["columns"].items())
    filled = {rule.column for rule in rules}
    partial = entry.get("partial", False)
    missing = [
        column.name
        for column in contract.columns
        if column.required and column.name not in filled and (column.name in contract.key or not partial)
    ]
    if missing:
        raise ValueError(f"{contract.entity}: nothing fills {', '.join(missing)}")
    hashed = {column.name for column in contract.columns if column.personal == "hash"}
    personal = [rule.column for rule in rules if rule.column in hashed and rule.kind != "hash"]
    if personal:
        raise ValueError(f"{contract.entity}: {', '.join(personal)} must be hashed")
    when = _condition(entry["when"]) if "when" in entry else None
    split = _split(entry["split"]) if "split" in entry else None
    source = entry.get("source", "")
    return Target(entity=contract.entity, rules=rules, when=when, partial=partial, split=split, source=source)


def _condition(entry: Mapping[str, Any]) -> Condition:
    _refuse_unknown(entry, {"present", "absent", "equals", "differs"})
    return Condition(
        present=_words(entry.get("present", ())),
        absent=_words(entry.get("absent", ())),
        equals=_words_by_header(entry.get("equals", {})),
        differs=_words_by_header(entry.get("differs", {})),
    )


def _split(entry: Mapping[str, Any]) -> Split:
    _refuse_unknown(entry, {"separator", "columns", "count"})
    return Split(entry["separator"], _words(entry["columns"]), entry.get("count", ""))


def _parse_rule(contract: Contract, name: str, entry: str | Sequence[str] | Mapping[str, Any]) -> Rule:
    column = contract.column(name)
    rule = _rule_of(name, entry)
    if rule.per:
        contract.column(rule.per)
    if rule.times and column.type not in ("quantity", "money"):
        raise ValueError(f"{name}: times multiplies a number, and this column holds none")
    if rule.prefer and column.type != "word":
        raise ValueError(f"{name}: prefer ranks words, and this column holds none")
    if rule.delayed and column.type not in ("time", "promise"):
        raise ValueError(f"{name}: plus adds a duration to a time, and this column holds none")
    if rule.precision != _PRECISIONS.get(column.type, "") and rule.precision:
        raise ValueError(f'{name}: precision is "day" for a time and "at_least" for a word')
    if column.personal == "presence" and rule.kind not in ("present", "value"):
        raise ValueError(f"{name}: only whether it is present may be kept")
    return rule


def _rule_of(column: str, entry: str | Sequence[str] | Mapping[str, Any]) -> Rule:
    if not isinstance(entry, Mapping):
        return Rule(column=column, headers=_words(entry))
    _refuse_unknown(entry, _RULE_KEYS)
    given = [(key, kind) for key, kind in _KINDS if key in entry]
    if len(given) != 1:
        raise ValueError(f"{column}: give exactly one of from, hash, hash_all, present, value, join, first")
    key, kind = given[0]
    plus, unit = entry.get("plus", ""), entry.get("unit", "")
    if bool(plus) != bool(unit) or (unit and unit not in UNITS) or (plus and kind != "copy"):
        raise ValueError(f"{column}: plus names a header and belongs to from, its unit is one of {', '.join(UNITS)}")
    choices = tuple(_rule_of(column, choice) for choice in entry["first"]) if kind == "first" else ()
    if any(choice.kind not in ("copy", "value", "join") for choice in choices):
        raise ValueError(f"{column}: a choice of first is one of from, value, join")
    return Rule(
        column=column,
        kind=kind,
        headers=() if kind in ("value", "first") else _words(entry[key]),
        value=str(entry["value"]) if kind == "value" else entry.get("separator", "/") if kind == "join" else "",
        words={word.casefold(): meaning for word, meaning in entry.get("words", {}).items()},
        only=entry.get("only", False),
        otherwise=entry.get("otherwise", ""),
        default=str(entry.get("default", "")),
        pattern=_keeping(entry["pattern"]) if "pattern" in entry else "",
        filled=str(entry.get("filled", "")),
        together=key == "hash_all",
        conditions=_words_by_header(entry.get("if", {})),
        per=entry.get("per", ""),
        times=_factor(column, entry["times"]) if "times" in entry else "",
        prefer=_words(entry.get("prefer", ())),
        plus=plus,
        unit=unit,
        precision=entry.get("precision", ""),
        choices=choices,
    )


def _factor(column: str, entry: Any) -> str:
    """A factor in plain digits, as the database reads it."""
    is_number = isinstance(entry, int | float) and not isinstance(entry, bool) and math.isfinite(entry)
    factor = Decimal(str(entry)) if is_number else Decimal(0)
    if not _LEAST_FACTOR <= factor <= _MOST_FACTOR or factor % _LEAST_FACTOR:
        raise ValueError(
            f"{column}: times is a number such as 0.001, of up to nine decimals and {_MOST_FACTOR:,} at most"
        )
    return f"{factor:f}"


def _keeping(text: str) -> str:
    """A pattern whose group 1 is kept."""
    if not re.compile(_pattern(text)).groups:
        raise ValueError(f"'{text}' has no group in brackets: what is kept is what the first one finds")
    return _pattern(text)


def _pattern(text: str) -> str:
    return check_pattern(_text(NAMED_PATTERNS.get(text, text)))


def _time_zone(entry: Any) -> str:
    if entry != "business" and entry not in available_timezones():
        raise ValueError(f"timezone: '{entry}' is no time zone such as Asia/Shanghai")
    return str(entry)


def _text(entry: Any) -> str:
    if not isinstance(entry, str):
        raise ValueError(f"{str(entry)[:40]} is not text in quotes")
    return entry


def _words(entry: str | Sequence[str]) -> Words:
    return (entry,) if isinstance(entry, str) else tuple(map(_text, entry))


def _formats(entry: str | Sequence[str]) -> Words:
    for text in _words(entry):
        if "%" in _DIRECTIVE.sub("", text):
            raise ValueError(f"'{text}' is not a format of times")
    return _words(entry)


def _words_by_header(entry: Mapping[str, str | Sequence[str]]) -> dict[str, Words]:
    return {header: _words(words) for header, words in entry.items()}


def _refuse_unknown(entry: Mapping[str, Any], known: set[str]) -> None:
    unknown = sorted(set(entry) - known)
    if unknown:
        raise ValueError(f"unknown entry {', '.join(unknown)}")
