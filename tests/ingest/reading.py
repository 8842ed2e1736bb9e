"""Reading a whole file the way a load does, for tests of readers."""

from __future__ import annotations

from pathlib import Path

from fulfillment_bi.ingest.readers.opening import open_source
from fulfillment_bi.ingest.readers.source import MAX_CELL, Layout

Row = tuple[int, str | None, list[str | None]]


def read(path: Path, *, quotes: bool = True, max_cell: int = MAX_CELL) -> list[Row]:
    """(line, fault, cells) of every record after the first row, which is taken for the header."""
    source = open_source(path)
    header = source.preview[0]
    wanted = range(len(header.cells))
    rows: list[Row] = []
    for chunk in source.chunks(Layout(header, quotes, max_cell), wanted):
        for record in chunk.batch.to_pylist():
            rows.append((record["_line"], record["_fault"], [record[f"c{place}"] for place in wanted]))
    return rows


def cells(path: Path) -> list[list[str | None]]:
    """The cells of the records that are whole."""
    return [row for _, fault, row in read(path) if fault is None]
