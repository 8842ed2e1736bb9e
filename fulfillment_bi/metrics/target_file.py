"""Reads targets.toml; every refusal names the file and the line."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from contextlib import suppress
from datetime import date, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

from fulfillment_bi.errors import SettingsError, UnknownNameError
from fulfillment_bi.metrics.catalog import METRICS
from fulfillment_bi.metrics.dimensions import DIMENSIONS
from fulfillment_bi.metrics.targets import Levels, Rule, Targets
from fulfillment_bi.metrics.types import Metric

FILE_NAME = "targets.toml"
LEVELS = ("target", "warning", "critical")
OWN = ("metric", "from", "to", "note", *LEVELS)
EXAMPLE = 'An entry is [[target]] with metric = "otif", target = 0.97 and, if you like, channel, from, to.'
_HEAD = re.compile(r"\s*\[\[\s*target\s*\]\]")


class TargetFile:
    """The file with the targets: read again when it changed, empty while there is none and none was named."""

    def __init__(self, path: Path, *, named: bool = False) -> None:
        self.path = path
        self._named = named
        self._read: tuple[tuple[int, int], Targets] | None = None

    def read(self) -> Targets:
        """What it says now. Raises SettingsError with file and line for what cannot be used."""
        try:
            found = self.path.stat()
        except FileNotFoundError:
            if self._named:
                raise SettingsError("There is no such file.", where=f"targets={self.path}") from None
            return Targets()
        stamp = (found.st_mtime_ns, found.st_size)
        kept = self._read
        if kept is None or kept[0] != stamp:
            kept = self._read = (stamp, parse(self._text(), str(self.path)))
        return kept[1]

    def _text(self) -> str:
        try:
            return self.path.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(f"The file cannot be read: {error}.", where=str(self.path)) from error


def parse(text: str, where: str = FILE_NAME) -> Targets:
    """The entries of a file's text; `where` is its name in errors. Raises SettingsError."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"The file cannot be read as TOML: {error}.", where=where, hint=EXAMPLE) from error
    lines = _Lines(text, where)
    for name in document:
        if name != "target":
            raise lines.error(None, name, f"'{name}' is not a target.", EXAMPLE)
    entries = document.get("target", [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise lines.error(None, "target", "The targets are not entries.", EXAMPLE)
    return Targets(tuple(_rule(entry, place, lines) for place, entry in enumerate(entries)))


class _Lines:
    """Where the entries of a text and their keys stand."""

    def __init__(self, text: str, where: str) -> None:
        self._lines = text.splitlines()
        self._where = where
        self._heads = [at for at, line in enumerate(self._lines, 1) if _HEAD.match(line)]

    def of(self, place: int | None, key: str = "") -> int:
        """The line of a key of the entry at `place`, else of the entry, else the first."""
        heads = [1, *self._heads]
        at = 0 if place is None else min(place + 1, len(self._heads))
        start, after = heads[at], heads[at + 1] if 0 < at < len(self._heads) else len(self._lines) + 1
        named = re.compile(rf"""\s*\[*\s*["']?{re.escape(key)}["']?\s*[\]=.]""")
        found = range(start + 1 if at else start, after)
        return next((line for line in found if key and named.match(self._lines[line - 1])), start)

    def error(self, place: int | None, key: str, what: str, hint: str = "") -> SettingsError:
        """The refusal of an entry's key."""
        return SettingsError(what, where=f"{self._where}, line {self.of(place, key)}", hint=hint)


def _rule(entry: Mapping[str, Any], place: int, lines: _Lines) -> Rule:
    name = entry.get("metric")
    if not isinstance(name, str):
        raise lines.error(place, "metric", "The entry names no metric.", EXAMPLE)
    if name not in METRICS:
        unknown = UnknownNameError("metric", name, METRICS)
        raise lines.error(place, "metric", unknown.what, unknown.hint)
    start, end = (_day(entry, key, place, lines) for key in ("from", "to"))
    if start and end and start > end:
        raise lines.error(place, "to", f"It ends on {end}, before it starts on {start}.", "Swap the two days.")
    where = {key: _members(key, value, place, lines) for key, value in entry.items() if key not in OWN}
    levels = _levels(METRICS[name], entry, place, lines)
    return Rule(name, levels, where, start, end, str(entry.get("note", "")), lines.of(place))


def _members(key: str, value: Any, place: int, lines: _Lines) -> frozenset[str]:
    if key not in DIMENSIONS:
        unknown = UnknownNameError("dimension", key, [*DIMENSIONS, *OWN])
        raise lines.error(place, key, unknown.what, unknown.hint)
    if DIMENSIONS[key].is_calendar:
        raise lines.error(place, key, f"A target has no {key}.", "Say when it is in force with from and to.")
    values = value if isinstance(value, list) else [value]
    if not values or not all(isinstance(one, str) and one for one in values):
        raise lines.error(place, key, f"{value!r} is no member.", f'Write {key} = "a", or {key} = ["a", "b"].')
    return frozenset(values)


def _day(entry: Mapping[str, Any], key: str, place: int, lines: _Lines) -> date | None:
    value = entry.get(key)
    if isinstance(value, str):
        with suppress(ValueError):
            value = date.fromisoformat(value)
    if value is None or (isinstance(value, date) and not isinstance(value, datetime)):
        return value
    raise lines.error(place, key, f"{value!r} is not a day.", f"Write {key} = 2026-01-31.")


def _levels(metric: Metric, entry: Mapping[str, Any], place: int, lines: _Lines) -> Levels:
    values = []
    for key in LEVELS:
        value = entry.get(key)
        if value is not None and (isinstance(value, bool) or not isinstance(value, int | float)):
            raise lines.error(place, key, f"{value!r} is not a number.", f"Write {key} = 0.95 for 95 %.")
        if value is not None and metric.unit == "rate" and not 0 <= value <= 1:
            what = f"{value} is not a fraction, and '{metric.name}' is a rate."
            raise lines.error(place, key, what, f"Write {key} = {value / 100:g} for {value:g} %.")
        values.append(value)
    if values[0] is None:
        raise lines.error(place, "target", "The entry has no target.", EXAMPLE)
    sign = -1 if metric.direction == "down" else 1
    known = [(key, value) for key, value in zip(LEVELS, values, strict=True) if value is not None]
    for (better, above), (worse, below) in pairwise(known):
        if (above - below) * sign < 0:
            what = f"The {worse} level {below:g} is better than the {better} level {above:g}."
            side = "low" if sign > 0 else "high"
            raise lines.error(place, worse, what, f"'{metric.name}' is bad when it is {side}.")
    return Levels(*values)
