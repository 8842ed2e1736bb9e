"""A piece of SQL with the values that belong to its question marks, so that values never become text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Sql:
    """Text with positional `?`, and their values in the same order."""

    text: str
    parameters: tuple[Any, ...] = ()

    def __add__(self, other: Sql | str) -> Sql:
        if isinstance(other, str):
            return Sql(self.text + other, self.parameters)
        return Sql(self.text + other.text, self.parameters + other.parameters)


def join(separator: str, pieces: Iterable[Sql]) -> Sql:
    """Pieces in order, the separator between them."""
    listed = list(pieces)
    return Sql(separator.join(piece.text for piece in listed), tuple(v for piece in listed for v in piece.parameters))


def one_of(expression: str, values: Sequence[Any]) -> Sql:
    """`expression IN (?, ...)`; nothing is one of no values."""
    if not values:
        return Sql("FALSE")
    return Sql(f"{expression} IN ({', '.join('?' for _ in values)})", tuple(values))


def all_of(conditions: Sequence[Sql]) -> Sql:
    """A WHERE clause on its own line, or nothing."""
    return Sql("\n  WHERE ") + join("\n    AND ", conditions) if conditions else Sql("")
