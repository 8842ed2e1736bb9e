"""Which reader a file needs, by its content: exports are often named wrongly."""

from __future__ import annotations

import gzip
import stat
import zlib
from pathlib import Path

from fulfillment_bi.errors import FileUnreadableError
from fulfillment_bi.ingest.readers.csv_file import open_csv
from fulfillment_bi.ingest.readers.jsonl import open_jsonl
from fulfillment_bi.ingest.readers.parquet import open_parquet
from fulfillment_bi.ingest.readers.source import DEFAULT_LIMITS, ReadLimits, Source
from fulfillment_bi.ingest.readers.text import open_text
from fulfillment_bi.ingest.readers.xlsx import open_xlsx

_OTHER_FORMATS = (
    (b"%PDF", "a PDF document"),
    (b"\x89PNG", "an image"),
    (b"\xff\xd8\xff", "an image"),
    (b"GIF8", "an image"),
    (b"\x7fELF", "a program"),
    (b"\xd0\xcf\x11\xe0", "an old .xls workbook or an encrypted one"),
    (b"Rar!", "a RAR archive"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"SQLite format 3", "a database"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ", "an xz archive"),
    (b"\x28\xb5\x2f\xfd", "a zstd archive"),
)


def open_source(path: Path, limits: ReadLimits = DEFAULT_LIMITS) -> Source:
    """Open any supported table file; FileUnreadableError says in one sentence why it cannot be read."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise FileUnreadableError("This is not a regular file.", where=path.name)
        with path.open("rb") as handle:
            head = handle.read(32)
        source = _open(path, head, limits)
    except PermissionError as error:
        raise FileUnreadableError("There is no permission to read the file.", where=path.name) from error
    except FileNotFoundError as error:
        raise FileUnreadableError("There is no such file or folder.", where=str(path)) from error
    except OSError as error:
        raise FileUnreadableError(f"The file cannot be read: {error.strerror or error}.", where=path.name) from error
    widest = max((len(row.cells) for row in source.preview), default=0)
    if widest > limits.columns:
        raise FileUnreadableError(
            f"The table has {widest:,} columns, more than the {limits.columns:,} allowed.",
            where=path.name,
            hint="Export only the columns that are needed, or raise max_columns.",
        )
    return source


def _open(path: Path, head: bytes, limits: ReadLimits) -> Source:
    if not head:
        raise FileUnreadableError("The file is empty.", where=path.name)
    if head.startswith(b"PK\x03\x04"):
        return open_xlsx(path, limits)
    if head.startswith(b"PAR1"):
        return open_parquet(path)
    for magic, name in _OTHER_FORMATS:
        if head.startswith(magic):
            raise FileUnreadableError(
                f"This is {name}, not a table.", where=path.name, hint="Export it as CSV or XLSX."
            )
    compressed = head.startswith(b"\x1f\x8b")
    if compressed:
        _check_gzip(path)
    text = open_text(path, compressed=compressed, ratio=limits.ratio)
    start = text.head()[:64].lstrip()
    if start.startswith(b"{") or start.startswith(b"["):
        return open_jsonl(text)
    return open_csv(text)


def _check_gzip(path: Path) -> None:
    """A gzip file may hold text only; the reader for text finds truncation later."""
    try:
        with gzip.open(path) as handle:
            inner = handle.read(8)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise FileUnreadableError("The gzip file is truncated or damaged.", where=path.name) from error
    if inner.startswith((b"PK\x03\x04", b"PAR1")):
        raise FileUnreadableError("Unpack this file first.", where=path.name)
