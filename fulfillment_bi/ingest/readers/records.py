"""Cutting CSV text into records: a fast way for blocks whose quoting is beyond doubt, a careful one for all others.

The fast way counts the records itself, by the parity of quotes at each newline, and lets pyarrow split them; if its
count differs, the block goes the careful way. The careful way is Python's csv, one record at a time.
"""

from __future__ import annotations

import csv
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pyarrow import csv as arrow_csv

from fulfillment_bi.ingest.readers.source import FAULT, LINE, MAX_CELL, Records, column_name

Positions = npt.NDArray[np.int64]

_NEWLINE, _QUOTE, _RETURN = 10, 34, 13
_MAX_RECORD_LINES = 1000
# Cells are bounded by `max_cell`; the csv module's own limit would refuse longer cells without saying where.
csv.field_size_limit(64 << 20)


@dataclass(frozen=True, slots=True)
class Dialect:
    """How records are written: separator, whether quotes mean anything, and the number of columns."""

    separator: str
    quotes: bool
    width: int
    max_cell: int = MAX_CELL
    trailers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Parsed:
    """Records of one block, how many bytes of it they took, and how many lines."""

    batch: pa.RecordBatch
    used: int
    lines: int


@dataclass(frozen=True, slots=True)
class _Plan:
    """Where the records of a block start (non-blank ones) and where the last complete one ends."""

    starts: Positions
    newlines: Positions
    end: int
    multiline: bool


def parse_block(data: bytes, line: int, dialect: Dialect, wanted: Sequence[int], *, final: bool) -> Parsed | None:
    """The complete records at the beginning of `data`, whose first line is number `line`.

    None when there is no complete record yet. With `final`, everything is consumed.
    """
    # Lines that are no records are only seen one by one.
    plan = None if dialect.trailers else _plan(data, dialect, final=final)
    if plan is not None:
        parsed = _parse_fast(data, line, dialect, wanted, plan)
        if parsed is not None:
            return parsed
    return _parse_carefully(data, line, dialect, wanted, final=final)


def _plan(data: bytes, dialect: Dialect, *, final: bool) -> _Plan | None:
    """None when the block needs care: NUL, stray carriage returns, doubtful quotes, overlong records."""
    if b"\0" in data or data.count(b"\r") != data.count(b"\r\n"):
        return None
    bytes_ = np.frombuffer(data, np.uint8)
    newlines = np.flatnonzero(bytes_ == _NEWLINE)
    quotes = np.flatnonzero(bytes_ == _QUOTE) if dialect.quotes else newlines[:0]
    odd = (np.searchsorted(quotes, newlines) & 1).astype(bool)
    ends = newlines[~odd]
    if final and data and not data.endswith(b"\n"):
        if len(quotes) % 2:
            return None
        ends = np.append(ends, len(data))
    if not len(ends):
        return None
    end = min(int(ends[-1]) + 1, len(data))
    starts = np.concatenate(([0], ends[:-1] + 1))
    lengths = ends - starts
    if lengths.max() > dialect.max_cell or not _quotes_are_clean(bytes_, quotes[quotes < end], ord(dialect.separator)):
        return None
    multiline = bool(odd[newlines < end].any())
    if multiline and _looks_runaway(data, starts, ends, newlines, dialect):
        return None
    first = np.minimum(starts, len(data) - 1)
    blank = (lengths == 0) | ((lengths == 1) & (bytes_[first] == _RETURN))
    return _Plan(starts=starts[~blank], newlines=newlines, end=end, multiline=multiline)


def _quotes_are_clean(data: npt.NDArray[np.uint8], quotes: Positions, separator: int) -> bool:
    """Every opening quote starts a cell, every closing one ends it (or is half of a doubled quote)."""
    if not len(quotes):
        return True
    opening, closing = quotes[0::2], quotes[1::2]
    before = data[np.maximum(opening - 1, 0)]
    opens = (opening == 0) | (before == separator) | (before == _NEWLINE) | (before == _QUOTE)
    after = data[np.minimum(closing + 1, len(data) - 1)]
    at_end = closing + 1 >= len(data)
    closes = at_end | (after == separator) | (after == _NEWLINE) | (after == _RETURN) | (after == _QUOTE)
    return bool(opens.all() and closes.all())


def _looks_runaway(data: bytes, starts: Positions, ends: Positions, newlines: Positions, dialect: Dialect) -> bool:
    """Whether the inner lines of some record would each be a record of their own: a forgotten closing quote."""
    inner = np.searchsorted(newlines, ends) - np.searchsorted(newlines, starts)
    for place in np.flatnonzero(inner > 1):
        lines = data[int(starts[place]) : int(ends[place])].decode("utf-8").split("\n")
        if _each_is_a_record(lines[1:-1], dialect):
            return True
    return False


def _parse_fast(data: bytes, line: int, dialect: Dialect, wanted: Sequence[int], plan: _Plan) -> Parsed | None:
    names = [column_name(position) for position in range(dialect.width)]
    keep = [column_name(position) for position in wanted] or names[:1]
    lines = int(np.searchsorted(plan.newlines, plan.end))
    if not len(plan.starts):
        return Parsed(Records.empty(dialect.width, wanted, dialect.max_cell).batch(), plan.end, lines)
    try:
        table = arrow_csv.read_csv(
            pa.BufferReader(pa.py_buffer(data)[: plan.end] if plan.end < len(data) else data),
            read_options=arrow_csv.ReadOptions(column_names=names, block_size=plan.end + 1),
            parse_options=arrow_csv.ParseOptions(
                delimiter=dialect.separator,
                quote_char='"' if dialect.quotes else False,
                newlines_in_values=plan.multiline,
            ),
            convert_options=arrow_csv.ConvertOptions(
                include_columns=keep,
                column_types=dict.fromkeys(keep, pa.string()),
                check_utf8=False,
                strings_can_be_null=False,
            ),
        )
    except pa.ArrowInvalid:
        return None
    if table.num_rows != len(plan.starts):
        return None
    numbers = pa.array(line + np.searchsorted(plan.newlines, plan.starts))
    columns = [table.column(column_name(position)).combine_chunks() for position in wanted]
    arrays = [numbers, pa.nulls(table.num_rows, pa.string()), *(_one(column) for column in columns)]
    names = [LINE, FAULT, *(column_name(position) for position in wanted)]
    return Parsed(pa.RecordBatch.from_arrays(arrays, names), plan.end, lines)


def _one(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def _parse_carefully(data: bytes, line: int, dialect: Dialect, wanted: Sequence[int], *, final: bool) -> Parsed | None:
    complete = len(data) if final else data.rfind(b"\n") + 1
    lines = [f"{text}\n" for text in data[:complete].decode("utf-8").split("\n")]
    if complete and data[complete - 1] == _NEWLINE:
        lines.pop()
    elif lines:
        lines[-1] = lines[-1][:-1]
    records = Records.empty(dialect.width, wanted, dialect.max_cell, dialect.trailers)
    taken = 0
    for start, count, cells, fault in split_lines(lines, dialect):
        stuck = fault == "runaway_quote" and not final and start + _MAX_RECORD_LINES >= len(lines)
        if stuck and sum(map(len, lines[start:])) <= dialect.max_cell:
            break  # the closing quote may still come with the next block
        taken = start + count
        if fault is not None or any(cells):
            unfinished = final and taken == len(lines) and not lines[-1].endswith("\n")
            if fault is None and unfinished and len(cells) < dialect.width:
                fault = "truncated_tail"
            records.add(line + start, cells, fault=fault)
    used = len("".join(lines[:taken]).encode("utf-8"))
    if not used:
        return None
    return Parsed(records.batch(), used, taken)


def split_lines(lines: Sequence[str], dialect: Dialect) -> Iterator[tuple[int, int, list[str], str | None]]:
    """(index of the first line, number of lines, cells, fault) of each record in `lines`; none is lost."""
    position = 0
    while position < len(lines):
        for first, count, cells in _well_formed(lines, position, dialect):
            yield first, count, cells, None
            position = first + count
        if position >= len(lines):
            return
        # What comes now is not well formed: take one line by itself and go on behind it.
        cells = _lenient(lines[position], dialect)
        fault = None if len(cells) == dialect.width and _is_closed(lines[position], dialect) else "runaway_quote"
        if "\r" in lines[position].rstrip("\r\n"):
            fault = "stray_newline"
        yield position, 1, cells, fault
        position += 1


def _well_formed(lines: Sequence[str], position: int, dialect: Dialect) -> Iterator[tuple[int, int, list[str]]]:
    """Records from `position` on, up to the first that breaks the rules of quoting."""
    reader = _reader(itertools.islice(lines, position, None), dialect, strict=True)
    before = 0
    while True:
        try:
            cells = next(reader)
        except (StopIteration, csv.Error):
            return
        count = reader.line_num - before
        first = position + before
        inner = lines[first + 1 : first + count - 1]
        if count > _MAX_RECORD_LINES or (inner and _each_is_a_record(inner, dialect)):
            return
        yield first, count, cells
        before = reader.line_num


def _each_is_a_record(lines: Sequence[str], dialect: Dialect) -> bool:
    return all(len(_lenient(line, dialect)) == dialect.width and _is_clean(line, dialect) for line in lines)


def _is_clean(line: str, dialect: Dialect) -> bool:
    """Whether the quotes of a line by itself are in order; the inside of a real multi-line cell's row is not."""
    data = np.frombuffer(line.rstrip("\r\n").encode("utf-8"), np.uint8)
    quotes = np.flatnonzero(data == _QUOTE)
    return len(quotes) % 2 == 0 and _quotes_are_clean(data, quotes, ord(dialect.separator))


def _lenient(line: str, dialect: Dialect) -> list[str]:
    text = line.rstrip("\r\n").replace("\r", " ")
    return next(iter(_reader(iter([text]), dialect, strict=False)), [])


def _is_closed(line: str, dialect: Dialect) -> bool:
    return not dialect.quotes or line.count('"') % 2 == 0


def _reader(lines: Iterator[str], dialect: Dialect, *, strict: bool) -> csv._reader:  # type: ignore[name-defined]
    if not dialect.quotes:
        return csv.reader(lines, delimiter=dialect.separator, quoting=csv.QUOTE_NONE, strict=strict)
    return csv.reader(lines, delimiter=dialect.separator, strict=strict)
