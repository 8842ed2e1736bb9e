"""Writing one export file in pieces, with its bad rows, and counting what was written."""

from __future__ import annotations

import codecs
import io
from pathlib import Path
from types import TracebackType

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv

from fulfillment_bi.sample.columns import Column
from fulfillment_bi.sample.layout import BadRow, Export
from fulfillment_bi.sample.orderfiles import Columns


class ExportWriter:
    """An open export file. Everything is written in the order it comes, so the same calls make the same bytes."""

    def __init__(self, directory: Path, export: Export) -> None:
        self.export = export
        self.rows = 0
        self.bad: dict[str, int] = {}
        self._owed = {bad.reason: 1.0 for bad in export.bad}  # at least one of each kind
        self._encode = codecs.getincrementalencoder(export.encoding)()
        self._file = (directory / export.name).open("wb")
        self._file.write(self._encode.encode(",".join(export.headers.values()) + "\n"))

    def __enter__(self) -> ExportWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def write(self, columns: Columns, orders: int = 0) -> None:
        """Append rows (columns under the contract's names), then the bad rows that `orders` orders bring with them."""
        table = pa.table({header: columns[name] for name, header in self.export.headers.items()})
        if table.num_rows == 0:
            return
        self._append(table)
        self.rows += table.num_rows
        for bad in self.export.bad:
            count = self._due(bad, orders)
            if count:
                self._append(self._spoil(table, bad, min(count, table.num_rows)))
                self.bad[bad.reason] = self.bad.get(bad.reason, 0) + min(count, table.num_rows)

    def _due(self, bad: BadRow, orders: int) -> int:
        owed = self._owed[bad.reason] + orders * bad.per_thousand / 1000
        self._owed[bad.reason] = owed - int(owed)
        return int(owed)

    def _spoil(self, table: pa.Table, bad: BadRow, count: int) -> pa.Table:
        """Copies of `count` rows under keys of their own, with one value that cannot be accepted."""
        place = np.linspace(0, table.num_rows - 1, count).astype(np.int64)
        rows = table.take(pa.array(place))
        headers = self.export.headers
        spoilt = {name: column.cast(pa.string()) for name, column in zip(rows.column_names, rows.columns, strict=True)}
        key = headers[self.export.own_key]
        # A running number that no good row has: the rows written so far, with a nine in front.
        fresh = [f"9{self.rows:08d}{number:04d}" for number in range(count)]
        spoilt[key] = pa.chunked_array([pa.array(fresh, pa.string())])
        spoilt[headers[bad.column]] = pa.chunked_array([pa.array([bad.value or None] * count, pa.string())])
        return pa.table(spoilt)

    def _append(self, table: pa.Table) -> None:
        buffer = io.BytesIO()
        options = pacsv.WriteOptions(include_header=False, quoting_style=self.export.quoting)
        pacsv.write_csv(_printable(table), buffer, options)
        text = buffer.getvalue()
        self._file.write(text if self.export.encoding.startswith("utf-8") else self._encode.encode(text.decode()))


def _printable(table: pa.Table) -> pa.Table:
    """Decimals as text, which the CSV writer would otherwise refuse."""
    made: list[Column] = [
        column.cast(pa.string()) if pa.types.is_decimal(column.type) else column for column in table.columns
    ]
    return pa.table(made, names=table.column_names)
