"""Rows that need their neighbours: values carried down an order's rows, and names for its lines."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pyarrow as pa

from fulfillment_bi.ingest.adapter import MADE_HEADERS, Adapter, header_key, header_positions
from fulfillment_bi.ingest.cells import NULL_WORDS, clean_cell
from fulfillment_bi.ingest.readers.source import FAULT, column_name

Column = list[str | None]


class Reshaper:
    """Adds the columns we make to the batches of one file, in order, and fills in what is carried down."""

    def __init__(self, adapter: Adapter, header: Sequence[str], exported_on: date) -> None:
        self._block = adapter.block
        self._nulls = (*NULL_WORDS, *adapter.null_words)
        self._positions = header_positions(header)
        self._exported_on = exported_on.isoformat()
        self._key: str | None = None
        self._carried: dict[int, str | None] = {}
        self._names: dict[str, int] = {}
        self._row = 0
        # Where the name of the block is carried itself, a row without it belongs to the block above.
        self._continues = self._block is not None and bool(set(self._block.by) & set(self._block.carry))

    def apply(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """The batch with those columns."""
        columns = {name: batch.column(name) for name in batch.schema.names}
        count = batch.num_rows
        if self._block is not None:
            columns |= self._blocked(batch)
        day = pa.array([self._exported_on], pa.string()).take(pa.array([0] * count, pa.int64()))
        columns[column_name(self._positions["@file_date"])] = day
        return pa.RecordBatch.from_arrays(list(columns.values()), list(columns))

    def _blocked(self, batch: pa.RecordBatch) -> dict[str, pa.Array]:
        assert self._block is not None
        keys = self._first_filled(batch, self._block.by)
        names = self._first_filled(batch, self._block.line)
        carried = {
            position: batch.column(column_name(position)).to_pylist() for position in self._found(self._block.carry)
        }
        lines: Column = []
        rows: Column = []
        for place, fault in enumerate(batch.column(FAULT).to_pylist()):
            if fault is not None:
                lines.append(None)
                rows.append(None)
                continue
            key = keys[place] or (self._key if self._continues else None)
            if key is None or key != self._key:
                self._key = key
                self._carried.clear()
                self._names.clear()
                self._row = 0
            self._row += 1
            rows.append(str(self._row))
            for position, cells in carried.items():
                if clean_cell(cells[place], self._nulls) is None:
                    cells[place] = self._carried.get(position, cells[place])
                self._carried[position] = cells[place]
            lines.append(self._line(names[place]))
        made = {column_name(position): pa.array(cells, pa.string()) for position, cells in carried.items()}
        made[column_name(self._positions["@line"])] = pa.array(lines, pa.string())
        made[column_name(self._positions["@row"])] = pa.array(rows, pa.string())
        return made

    def _line(self, name: str | None) -> str | None:
        if name is None:
            return None
        self._names[name] = count = self._names.get(name, 0) + 1
        return name if count == 1 else f"{name}#{count}"

    def _first_filled(self, batch: pa.RecordBatch, headers: Sequence[str]) -> Column:
        found: Column = [None] * batch.num_rows
        for position in self._found(headers):
            cells = batch.column(column_name(position)).to_pylist()
            known: dict[str | None, str | None] = {}
            for place, text in enumerate(cells):
                if found[place] is None:
                    if text not in known:
                        known[text] = clean_cell(text, self._nulls)
                    found[place] = known[text]
        return found

    def _found(self, headers: Sequence[str]) -> list[int]:
        return [self._positions[key] for key in map(header_key, headers) if key in self._positions]


def is_made(position: int, width: int) -> bool:
    """Whether a position is that of a column we make."""
    return width <= position < width + len(MADE_HEADERS)
