"""Parquet files: every column turned into the text it would have in a CSV."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from fulfillment_bi.errors import FileUnreadableError
from fulfillment_bi.ingest.readers.jsonl import cell_text
from fulfillment_bi.ingest.readers.source import (
    FAULT,
    LINE,
    PREVIEW_ROWS,
    Chunk,
    Layout,
    PreviewRow,
    column_name,
    finish,
)  # fmt: skip

_BATCH = 50_000


@dataclass(frozen=True, slots=True)
class ParquetSource:
    """A Parquet file. The line of a record is its number, counted from 1."""

    path: Path
    names: tuple[str, ...]
    preview: tuple[PreviewRow, ...]
    description: str = "Parquet"

    def chunks(self, layout: Layout, wanted: Sequence[int]) -> Iterator[Chunk]:
        """See `Source.chunks`."""
        size = self.path.stat().st_size
        done = 0
        try:
            with _open(self.path) as file:
                names = [self.names[position] for position in wanted]
                total = max(file.metadata.num_rows, 1)
                for batch in file.iter_batches(_BATCH, columns=names):
                    columns = [as_text(batch.column(name)) for name in names]
                    lines = pa.array(range(done + 1, done + batch.num_rows + 1), pa.int64())
                    done += batch.num_rows
                    arrays = [lines, pa.nulls(batch.num_rows, pa.string()), *columns]
                    labels = [LINE, FAULT, *(column_name(position) for position in wanted)]
                    text = pa.RecordBatch.from_arrays(arrays, labels)
                    yield finish(text, layout, wanted, size * done // total)
        except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
            raise _damaged(self.path) from error


def open_parquet(path: Path) -> ParquetSource:
    """Read the schema and the first rows; FileUnreadableError when the file is damaged or has a column name twice."""
    try:
        with _open(path) as file:
            names = tuple(file.schema_arrow.names)
            head = next(file.iter_batches(PREVIEW_ROWS - 1), None)
            rows = list(zip(*(as_text(column).to_pylist() for column in head.columns), strict=True)) if head else []
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise _damaged(path) from error
    if len(set(names)) != len(names):
        raise FileUnreadableError("A column name occurs twice.", where=path.name)
    header = PreviewRow(0, 0, names)
    body = [PreviewRow(line, line, tuple(cell or "" for cell in row)) for line, row in enumerate(rows, start=1)]
    return ParquetSource(path, names, (header, *body))


def as_text(column: pa.Array) -> pa.Array:
    """The column as text: times ISO, numbers with their digits, nested values as JSON, nothing as ""."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        column = column.dictionary_decode()
        kind = column.type
    try:
        if pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_nested(kind):
            raise pa.ArrowNotImplementedError
        text = column.cast(pa.string())
    except (pa.ArrowNotImplementedError, pa.ArrowInvalid):
        text = pa.array([cell_text(_plain(value)) for value in column.to_pylist()], pa.string())
    return pc.fill_null(text, "")


def _plain(value: object) -> object:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return value if isinstance(value, str | bool | int | float | None) else str(value)


def _open(path: Path) -> pq.ParquetFile:
    return pq.ParquetFile(path, page_checksum_verification=True)


def _damaged(path: Path) -> FileUnreadableError:
    return FileUnreadableError("The Parquet file is damaged or truncated.", where=path.name)
