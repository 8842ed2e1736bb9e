"""XLSX workbooks, read in a child process with limits: a few kilobytes can make a parser eat all memory or abort."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO, Any

from fulfillment_bi.errors import FileUnreadableError
from fulfillment_bi.ingest.readers.source import (
    DEFAULT_LIMITS,
    PREVIEW_ROWS,
    Chunk,
    Layout,
    PreviewRow,
    ReadLimits,
    Records,
    finish,
)  # fmt: skip

_SMALL = 10 << 20
_MAX_ENTRIES = 10_000
_BATCH = 20_000
_CHILD = Path(__file__).with_name("xlsx_child.py")
_HINT = "Open and save it again in a spreadsheet program, or export it as CSV."


@dataclass(frozen=True, slots=True)
class XlsxSource:
    """The first sheet of a workbook that has any rows."""

    path: Path
    preview: tuple[PreviewRow, ...]
    description: str = "XLSX"

    def chunks(self, layout: Layout, wanted: Sequence[int]) -> Iterator[Chunk]:
        """See `Source.chunks`."""
        width = len(layout.header.cells)
        with _rows(self.path) as rows:
            body = (row for row in rows if row[0] > layout.header.line)
            while batch := list(islice(body, _BATCH)):
                records = Records.empty(width, wanted, layout.max_cell, layout.trailers)
                for line, cells in batch:
                    records.add(line, [*cells, *[""] * (width - len(cells))])
                yield finish(records.batch(), layout, wanted, 0)


def open_xlsx(path: Path, limits: ReadLimits = DEFAULT_LIMITS) -> XlsxSource:
    """Check the archive's directory, then read the first rows; FileUnreadableError when either fails."""
    _check_directory(path, limits)
    with _rows(path, PREVIEW_ROWS) as rows:
        preview = tuple(PreviewRow(line, line, tuple(cells)) for line, cells in islice(rows, PREVIEW_ROWS))
    if not preview:
        raise FileUnreadableError("The workbook is empty.", where=path.name)
    return XlsxSource(path, preview)


def _check_directory(path: Path, limits: ReadLimits) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except zipfile.BadZipFile as error:
        raise FileUnreadableError("The workbook is damaged or truncated.", where=path.name, hint=_HINT) from error
    size = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries) or 1
    too_large = size > limits.unpacked or (size > _SMALL and size / packed > limits.ratio)
    if len(entries) > _MAX_ENTRIES or too_large:
        raise FileUnreadableError("The workbook expands beyond all measure.", where=path.name, hint=_HINT)
    if not any(entry.filename == "xl/workbook.xml" for entry in entries):
        raise FileUnreadableError("This archive is not an XLSX workbook.", where=path.name)


@contextmanager
def _rows(path: Path, limit: int = 0) -> Iterator[Iterator[tuple[int, list[str]]]]:
    with tempfile.TemporaryFile() as complaints:
        child = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-I", str(_CHILD), str(path.resolve()), str(limit)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=complaints,
            text=False,
        )
        try:
            yield _parse(path, child, complaints)
        finally:
            child.kill()
            child.wait()
            if child.stdout is not None:
                child.stdout.close()


def _parse(path: Path, child: subprocess.Popen[bytes], complaints: IO[bytes]) -> Iterator[tuple[int, list[str]]]:
    assert child.stdout is not None
    finished = False
    for text in child.stdout:
        row: Any = json.loads(text)
        if row is None:
            finished = True
            break
        yield row[0], row[1]
    if not finished:
        child.wait()
        complaints.seek(0)
        said = complaints.read(4000).decode("utf-8", "replace").strip().splitlines()
        reason = said[-1] if said and child.returncode == 1 else "it needs more memory or time than allowed"
        raise FileUnreadableError(f"The workbook cannot be read: {reason}.", where=path.name, hint=_HINT)
