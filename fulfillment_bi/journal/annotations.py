"""Annotations: what happened on a day, written by a person, for everybody who looks at that day and that part."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import parse_qsl, urlencode

from fulfillment_bi.errors import UnknownNameError, UsageError
from fulfillment_bi.journal.database import Journal, moment, stamp
from fulfillment_bi.metrics.dimensions import DIMENSIONS
from fulfillment_bi.metrics.query import Filter

LONGEST = 200


@dataclass(frozen=True, slots=True)
class Annotation:
    """`where` are the filters it belongs to; none is the whole business. Times are UTC, `day` is a business day."""

    id: int
    day: date
    words: str
    where: tuple[Filter, ...]
    created_at: datetime
    changed_at: datetime
    created_by: str = ""

    def concerns(self, where: Sequence[Filter]) -> bool:
        """Whether a page under these filters shows something of the part it belongs to."""
        asked = {item.dimension: set(item.values) for item in where}
        return all(item.dimension not in asked or asked[item.dimension] & set(item.values) for item in self.where)


def add_annotation(
    journal: Journal, day: date, words: str, where: Sequence[Filter], by: str, at: datetime
) -> Annotation:
    """Write one down. Raises UsageError for words that are empty or too long and for filters that do not exist."""
    kept, segment = _checked(words), _segment(where)
    with journal.writing() as connection:
        done = connection.execute(
            "INSERT INTO annotations (day, words, segment, created_at, changed_at, created_by) "
            "VALUES (?1, ?2, ?3, ?4, ?4, ?5)",
            (day.isoformat(), kept, segment, stamp(at), by.strip()[:80]),
        )
        return _get(connection, int(done.lastrowid or 0))


def change_annotation(journal: Journal, number: int, day: date, words: str, at: datetime) -> Annotation:
    """Put other words or another day. Raises UnknownNameError and UsageError."""
    kept = _checked(words)
    with journal.writing() as connection:
        _get(connection, number)
        connection.execute(
            "UPDATE annotations SET day = ?, words = ?, changed_at = ? WHERE id = ?",
            (day.isoformat(), kept, stamp(at), number),
        )
        return _get(connection, number)


def delete_annotation(journal: Journal, number: int) -> None:
    """Forget one. Raises UnknownNameError."""
    with journal.writing() as connection:
        _get(connection, number)
        connection.execute("DELETE FROM annotations WHERE id = ?", (number,))


def list_annotations(
    journal: Journal, start: date | None = None, end: date | None = None, where: Sequence[Filter] = ()
) -> list[Annotation]:
    """Those of the days from `start` to `end` (inclusive, None is open) that concern a page under `where`, by day."""
    with journal.reading() as connection:
        rows = connection.execute(
            "SELECT * FROM annotations WHERE day BETWEEN ? AND ? ORDER BY day, id",
            ((start or date.min).isoformat(), (end or date.max).isoformat()),
        ).fetchall()
    return [each for each in map(_annotation, rows) if each.concerns(where)]


def _checked(words: str) -> str:
    kept = " ".join(words.split())
    if not kept or len(kept) > LONGEST or not kept.isprintable():
        what = "An annotation needs words." if not kept else "The words cannot be kept."
        raise UsageError(what, hint=f"Write one line of at most {LONGEST} characters.")
    return kept


def _segment(where: Sequence[Filter]) -> str:
    for item in where:
        if item.dimension not in DIMENSIONS:
            raise UnknownNameError("dimension", item.dimension, DIMENSIONS)
    return urlencode([(item.dimension, value) for item in where for value in item.values])


def _filters(segment: str) -> tuple[Filter, ...]:
    found: dict[str, list[str]] = {}
    for name, value in parse_qsl(segment):
        found.setdefault(name, []).append(value)
    return tuple(Filter(name, tuple(values)) for name, values in found.items())


def _get(connection: sqlite3.Connection, number: int) -> Annotation:
    row = connection.execute("SELECT * FROM annotations WHERE id = ?", (number,)).fetchone()
    if row is None:
        known = [str(each["id"]) for each in connection.execute("SELECT id FROM annotations")]
        raise UnknownNameError("annotation", str(number), known)
    return _annotation(row)


def _annotation(row: Mapping[str, str]) -> Annotation:
    created, changed = moment(row["created_at"]), moment(row["changed_at"])
    assert created is not None
    assert changed is not None
    where = _filters(row["segment"])
    day = date.fromisoformat(row["day"])
    return Annotation(int(row["id"]), day, row["words"], where, created, changed, row["created_by"])
