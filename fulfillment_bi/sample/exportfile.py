"""Writing one export file in pieces, with its bad rows, and counting what was written."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fulfillment_bi.sample.layout import BadRow, Export
from fulfillment_bi.sample.text import Column

Columns = dict[str, Column]


class ExportWriter:
    """An open export file. Everything is written in the order it comes, so the same calls make the same bytes."""

    def __init__(self, directory: Path, export: Export) -> None:
        self.export = export
        self.rows = 0
        self.bad: dict[str, int] = {}
        self._owed = {bad.reason: 1.0 for bad in export.bad}  # at least one of each kind
        self._file = (directory / export.name).open("wb")
        mark = export.quote
        header = export.separator.join(f"{mark}{header}{mark}" for header in export.headers.values())
        self._file.write((export.preamble + header + export.newline).encode(export.encoding))

    def __enter__(self) -> ExportWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.write(self.export.trailer.replace("{rows}", str(self.rows)).encode(self.export.plain_encoding))
        self._file.close()

    def write(self, columns: Columns, orders: int = 0) -> None:
        """Append rows (columns under the names of the layout), then the bad rows that `orders` orders bring."""
        cells = [columns[name] for name in self.export.headers]
        count = max((len(cell) for cell in cells if isinstance(cell, pa.Array)), default=0)
        if count == 0:
            return
        self._append(cells)
        self.rows += count
        for bad in self.export.bad:
            wanted = min(self._due(bad, orders), count)
            if wanted:
                self._append(self._spoil(cells, bad, wanted, count))
                self.bad[bad.reason] = self.bad.get(bad.reason, 0) + wanted

    def _due(self, bad: BadRow, orders: int) -> int:
        owed = self._owed[bad.reason] + orders * bad.per_thousand / 1000
        self._owed[bad.reason] = owed - int(owed)
        return int(owed)

    def _spoil(self, cells: list[Column], bad: BadRow, wanted: int, count: int) -> list[Column]:
        """Copies of `wanted` rows under keys of their own, with one value that cannot be accepted."""
        place = pa.array(np.linspace(0, count - 1, wanted).astype(np.int64))
        names = list(self.export.headers)
        rows = [cell.take(place) if isinstance(cell, pa.Array) else cell for cell in cells]
        # A running number that no good row has: the rows written so far, with a nine in front.
        fresh = [b"9%08d%04d" % (self.rows, number) for number in range(wanted)]
        rows[names.index(self.export.own_key)] = pa.array(fresh, pa.binary())
        spoilt = bad.value.encode(self.export.plain_encoding) or None
        rows[names.index(bad.column)] = pa.array([spoilt] * wanted, pa.binary())
        return rows

    def _append(self, cells: list[Column]) -> None:
        mark, newline = self.export.quote.encode(), self.export.newline.encode()
        # What ends a row is put to its last cell, and blank cells are written in one: rows are copied only once.
        cells = [_joined([pa.scalar(mark), cells[0]], b""), *cells[1:]] if mark else list(cells)
        cells[-1] = _joined([cells[-1], pa.scalar(mark + newline)], b"")
        separator = mark + self.export.separator.encode() + mark
        rows = _joined(_folded(cells, separator), separator)
        start = int.from_bytes(rows.buffers()[1][:4], "little")
        self._file.write(memoryview(rows.buffers()[2])[start : start + _size(rows)])


def _folded(cells: list[Column], separator: bytes) -> list[Column]:
    """The cells with constants that stand side by side made one."""
    made: list[Column] = []
    for constant, run in groupby(cells, key=lambda cell: isinstance(cell, pa.Scalar)):
        if constant:
            made.append(pa.scalar(separator.join(cell.as_py() or b"" for cell in run), pa.binary()))
        else:
            made += run
    return made


def _joined(cells: list[Column], separator: bytes) -> Any:
    return pc.binary_join_element_wise(
        *cells, pa.scalar(separator, pa.binary()), null_handling="replace", null_replacement=b""
    )


def _size(rows: Any) -> int:
    offsets = np.frombuffer(rows.buffers()[1], dtype=np.int32, count=len(rows) + 1)
    return int(offsets[-1] - offsets[0])
