"""Columns of an order that a file fills only on the order's first row, as reports and merged cells do."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from fulfillment_bi.ingest.contracts import contract_of
from fulfillment_bi.ingest.profile import FileView

if TYPE_CHECKING:
    from fulfillment_bi.ingest.proposal import Part

_NEARLY_ALL = 0.9
Marks = Sequence[int | None]


def carried_headers(view: FileView, parts: Sequence[Part]) -> tuple[str, ...]:
    """The headers, of columns of an order, whose blank cells mean what stands above in the same order.

    The order number is among them when it is blank too. Columns of a line are never: what a line lacks, it lacks.
    """
    number = order_number(parts)
    if not number:
        return ()
    keys = view.profile(number).marks
    columns = {header: view.profile(header).marks for header in _order_headers(parts) if header != number}
    if not any(columns.values()):
        return ()
    numbered = not _continues(keys, list(columns.values()))
    blocks = list(_blocks(keys, numbered=numbered))
    found = [header for header, marks in columns.items() if _is_on_first_rows(marks, blocks)]
    return tuple(found) if numbered else (number, *found)


def order_number(parts: Sequence[Part]) -> str:
    """The header of the order number; "" when there is none."""
    for part in parts:
        filled = part.filled("order_no")
        if filled is not None and filled.header:
            return filled.header
    return ""


def _order_headers(parts: Sequence[Part]) -> Iterable[str]:
    """Headers that fill columns of the order, and none of its lines but what these share with the order."""
    key = contract_of("orders").key
    shared = {one.header for part in parts for one in part.columns if part.entity == "orders" or one.column in key}
    of_lines = {
        one.header for part in parts for one in part.columns if part.entity == "order_lines" and one.column not in key
    }
    return sorted(header for header in shared - of_lines if header)


def _continues(keys: Marks, columns: Sequence[Marks]) -> bool:
    """Whether a row without an order number belongs to the order above: nearly none of them tells of an order."""
    bare = [place for place, key in enumerate(keys) if key is None and place]
    if not bare or keys[0] is None:
        return False
    alone = sum(all(marks[place] is None for marks in columns) for place in bare)
    return alone >= _NEARLY_ALL * len(bare)


def _blocks(keys: Marks, *, numbered: bool) -> Iterable[range]:
    """The rows of each order that has several."""
    first = 0
    for place in range(1, len(keys) + 1):
        within = place < len(keys) and (keys[place] == keys[first] or (not numbered and keys[place] is None))
        if not within:
            if place - first > 1 and keys[first] is not None:
                yield range(first, place)
            first = place


def _is_on_first_rows(marks: Marks, blocks: Sequence[range]) -> bool:
    begun = [rows for rows in blocks if marks[rows.start] is not None]
    alone = sum(all(marks[place] is None for place in rows[1:]) for rows in begun)
    return bool(begun) and alone >= _NEARLY_ALL * len(begun)
