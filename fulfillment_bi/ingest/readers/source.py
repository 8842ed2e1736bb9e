"""What every reader gives: a preview to find the header in, then batches of text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import pyarrow as pa
import pyarrow.compute as pc

from fulfillment_bi.ingest.patterns import LONGEST

LINE = "_line"
FAULT = "_fault"
_TRAILER = "trailer"
PREVIEW_ROWS = 20
MAX_CELL = 1_048_576
"""Characters in a cell beyond which the record is refused, unless the layout says otherwise."""


@dataclass(frozen=True, slots=True)
class ReadLimits:
    """What a file may be: bytes of an unpacked workbook, how often its size a packed file may hold, columns."""

    unpacked: int = 1 << 30
    ratio: int = 100
    columns: int = 16_384


DEFAULT_LIMITS = ReadLimits()


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """One of the first rows: its first and last line in the file and its cells."""

    line: int
    last_line: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the header is, and how the file is to be read from there on.

    `trailers` are patterns of lines that are no records, searched in their cells joined by commas.
    """

    header: PreviewRow
    quotes: bool = True
    max_cell: int = MAX_CELL
    trailers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some records: columns `c<position>` as text, `_line`, and `_fault` (a reason code where the record is broken).

    `position` is how many bytes of the file have been used up; `left_out` counts lines that are no records: the header
    once more, or what closes a report.
    """

    batch: pa.RecordBatch
    position: int
    left_out: int = 0


class Source(Protocol):
    """An open table file."""

    @property
    def description(self) -> str:
        """For people: format, encoding, separator."""

    @property
    def preview(self) -> tuple[PreviewRow, ...]:
        """The first rows that are not blank."""

    def chunks(self, layout: Layout, wanted: Sequence[int]) -> Iterator[Chunk]:
        """All records after the header, in order, only the `wanted` columns; FileUnreadableError when stuck."""


def column_name(position: int) -> str:
    """The name of a source column in a batch."""
    return f"c{position}"


@dataclass(slots=True)
class Records:
    """Collects records that were read one by one."""

    width: int
    wanted: Sequence[int]
    max_cell: int
    lines: list[int]
    faults: list[str | None]
    cells: list[list[str | None]]
    trailers: tuple[str, ...] = ()

    @classmethod
    def empty(
        cls, width: int, wanted: Sequence[int], max_cell: int = MAX_CELL, trailers: tuple[str, ...] = ()
    ) -> Records:
        """Nothing collected yet; `width` is the number of columns in the header."""
        return cls(width, wanted, max_cell, lines=[], faults=[], cells=[[] for _ in wanted], trailers=trailers)

    def add(self, line: int, cells: Sequence[str], *, fault: str | None = None) -> None:
        """One record. Surplus cells that are blank are dropped; any other difference in number is a fault."""
        wrong = fault or fault_of(cells, self.width, self.max_cell)
        if self.trailers and any(re.search(pattern, ",".join(cells)[:LONGEST]) for pattern in self.trailers):
            wrong = _TRAILER
        self.lines.append(line)
        self.faults.append(wrong)
        for store, position in zip(self.cells, self.wanted, strict=True):
            store.append(None if wrong else cells[position])

    def batch(self) -> pa.RecordBatch:
        """The records as one batch."""
        names = [LINE, FAULT, *(column_name(position) for position in self.wanted)]
        arrays = [pa.array(self.lines, pa.int64()), pa.array(self.faults, pa.string())]
        arrays += [pa.array(store, pa.string()) for store in self.cells]
        return pa.RecordBatch.from_arrays(arrays, names)


def fault_of(cells: Sequence[str], width: int, max_cell: int) -> str | None:
    """The reason code of a record whose cells cannot be trusted, or None."""
    if len(cells) < width or any(cell.strip() for cell in cells[width:]):
        return "field_count"
    if any("\0" in cell for cell in cells):
        return "nul_byte"
    if any(len(cell) > max_cell for cell in cells):
        return "field_too_long"
    return None


def finish(batch: pa.RecordBatch, layout: Layout, wanted: Sequence[int], position: int) -> Chunk:
    """Leave out rows without any text in the wanted columns, and repetitions of the header."""
    closing = pc.fill_null(pc.equal(batch.column(FAULT), _TRAILER), False) if layout.trailers else None
    if closing is not None and _any(closing):
        kept = finish(batch.filter(pc.invert(closing)), layout, wanted, position)
        return Chunk(kept.batch, position, kept.left_out + int(pc.sum(closing).as_py()))
    if not wanted or not batch.num_rows:
        return Chunk(batch, position)
    first = batch.column(column_name(wanted[0]))
    names = layout.header.cells
    blank = pc.equal(pc.utf8_trim_whitespace(first), "")
    blank = blank if _any(blank) else None
    repeated = pc.equal(first, names[wanted[0]])
    repeated = repeated if _any(repeated) else None
    for place in wanted[1:]:
        column = batch.column(column_name(place))
        if blank is not None:
            blank = pc.and_(blank, pc.equal(pc.utf8_trim_whitespace(column), ""))
        if repeated is not None:
            repeated = pc.and_(repeated, pc.equal(column, names[place]))
    headers = int(pc.sum(repeated).as_py() or 0) if repeated is not None else 0
    drop = _either(blank, repeated)
    if drop is None or not _any(drop):
        return Chunk(batch, position)
    return Chunk(batch.filter(pc.invert(pc.fill_null(drop, False))), position, headers)


def _any(mask: pa.Array) -> bool:
    return bool(pc.any(mask).as_py())


def _either(left: pa.Array | None, right: pa.Array | None) -> pa.Array | None:
    if left is None or right is None:
        return left if right is None else right
    return pc.or_(left, right)
