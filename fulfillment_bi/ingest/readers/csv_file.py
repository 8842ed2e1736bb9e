"""CSV and its relatives: any encoding, separator and compression, in bounded memory."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from fulfillment_bi.errors import FileUnreadableError
from fulfillment_bi.ingest.readers.records import Dialect, parse_block, split_lines
from fulfillment_bi.ingest.readers.source import PREVIEW_ROWS, Chunk, Layout, PreviewRow, finish
from fulfillment_bi.ingest.readers.text import BLOCK, TextFile

_SEPARATORS = (",", "\t", ";", "|")
_LONGEST_RECORD = 16 << 20
_NAMES = {",": "comma", "\t": "tab", ";": "semicolon", "|": "bar"}


@dataclass(frozen=True, slots=True)
class CsvSource:
    """A text table whose encoding and separator are known."""

    text: TextFile
    separator: str
    preview: tuple[PreviewRow, ...]

    @property
    def description(self) -> str:
        """For people: format, encoding, separator."""
        packed = ", gzip" if self.text.compressed else ""
        return f"CSV, {self.text.encoding.upper()}, {_NAMES[self.separator]}{packed}"

    def chunks(self, layout: Layout, wanted: Sequence[int]) -> Iterator[Chunk]:
        """See `Source.chunks`."""
        dialect = Dialect(self.separator, layout.quotes, len(layout.header.cells), layout.max_cell, layout.trailers)
        pending = b""
        position = 0
        line = layout.header.last_line + 1
        to_skip = layout.header.last_line
        for data, position in self.text.blocks():
            pending += data
            if len(pending) > BLOCK + max(layout.max_cell, _LONGEST_RECORD):
                raise FileUnreadableError(
                    f"The record in line {line} has no end: it is longer than {len(pending) >> 20} MB.",
                    where=self.text.path.name,
                    hint="A quote is never closed, or this is no table.",
                )
            if to_skip:
                pending, to_skip = _skip_lines(pending, to_skip)
                if to_skip:
                    continue
            parsed = parse_block(pending, line, dialect, wanted, final=False)
            if parsed is not None:
                yield finish(parsed.batch, layout, wanted, position)
                pending, line = pending[parsed.used :], line + parsed.lines
        while pending and not to_skip:
            parsed = parse_block(pending, line, dialect, wanted, final=True)
            if parsed is None:
                break
            yield finish(parsed.batch, layout, wanted, position)
            pending, line = pending[parsed.used :], line + parsed.lines


def open_csv(text: TextFile) -> CsvSource:
    """Find the separator and the first rows; FileUnreadableError when the file is blank."""
    head = text.head()
    if not head.strip():
        raise FileUnreadableError("The file is empty.", where=text.path.name)
    if b"\n" not in head and text.is_longer_than(len(head)):
        raise FileUnreadableError(
            f"The first line is longer than {len(head) >> 10} KiB, which no header is.",
            where=text.path.name,
            hint="Export only the columns that are needed.",
        )
    lines = head.decode("utf-8", "ignore").split("\n")
    if len(lines) > PREVIEW_ROWS * 4:
        lines = lines[: PREVIEW_ROWS * 4]
    elif len(lines) > 1 and not lines[-1]:
        lines.pop()
    lines = [f"{line}\n" for line in lines]
    best = max(_SEPARATORS, key=lambda separator: _consistency(lines, separator))
    return CsvSource(text, best, _preview(lines, best))


def _preview(lines: Sequence[str], separator: str) -> tuple[PreviewRow, ...]:
    rows = []
    for first, count, cells, fault in split_lines(lines, Dialect(separator, True, 0)):
        if fault is None and any(cell.strip() for cell in cells):
            rows.append(PreviewRow(first + 1, first + count, tuple(cells)))
        if len(rows) == PREVIEW_ROWS:
            break
    return tuple(rows)


def _consistency(lines: Sequence[str], separator: str) -> float:
    """How many separators a row usually has, times the share of rows that have that many."""
    widths = [len(row.cells) for row in _preview(lines, separator)]
    # Titles and rules of dashes have one cell whatever the separator is, and short lists have many of them.
    cut = sorted((width for width in widths if width > 1), reverse=True)
    if not cut:
        return 0.0
    usual = statistics.mode(cut)
    return (usual - 1) * widths.count(usual) / len(widths)


def _skip_lines(data: bytes, count: int) -> tuple[bytes, int]:
    """`data` without its first `count` lines, and how many are still to be skipped."""
    position = 0
    while count:
        found = data.find(b"\n", position)
        if found < 0:
            return data[position:], count
        position = found + 1
        count -= 1
    return data[position:], 0
