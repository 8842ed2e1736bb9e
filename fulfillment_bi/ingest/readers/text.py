"""Text files: which encoding, and their content as UTF-8 in bounded pieces."""

from __future__ import annotations

import codecs
import gzip
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from io import BufferedReader
from pathlib import Path

from fulfillment_bi.errors import FileUnreadableError
from fulfillment_bi.ingest.readers.source import DEFAULT_LIMITS

BLOCK = 4 << 20
_SAMPLE = 64 << 10
_GZIP_SMALL = 256 << 20

_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_CANDIDATES = ("utf-8", "gb18030")


@dataclass(frozen=True, slots=True)
class TextFile:
    """A text file whose encoding is known to fit all of it. `carriage_returns`: lines end with CR alone."""

    path: Path
    encoding: str
    mark: bytes
    compressed: bool
    carriage_returns: bool = False
    ratio: int = DEFAULT_LIMITS.ratio

    def blocks(self) -> Iterator[tuple[bytes, int]]:
        """Pieces of UTF-8 without byte order mark, each with the number of file bytes used up so far."""
        direct = self.encoding == "utf-8"
        decoder = codecs.getincrementaldecoder(self.encoding)("strict")
        for piece, position in _raw_blocks(self.path, self.compressed, self.ratio, skip=len(self.mark)):
            data = piece if direct else decoder.decode(piece, final=not piece).encode("utf-8")
            if self.carriage_returns:
                data = data.replace(b"\r", b"\n")
            if data:
                yield data, position

    def is_longer_than(self, size: int) -> bool:
        """Whether there is more text than so many bytes."""
        total = 0
        return any((total := total + len(data)) > size for data, _ in self.blocks())

    def head(self) -> bytes:
        """The first 64 KiB as UTF-8; possibly cut in the middle of a line."""
        collected = b""
        for data, _ in self.blocks():
            collected += data
            if len(collected) >= _SAMPLE:
                break
        return collected[:_SAMPLE]


def open_text(path: Path, *, compressed: bool, ratio: int = DEFAULT_LIMITS.ratio) -> TextFile:
    """Find the encoding by reading the whole file once: byte order mark, UTF-8, UTF-16, then GB18030.

    FileUnreadableError when none fits every byte, when gzip data is damaged or unpack to more than `ratio` times their
    size, or when the content is not text.
    """
    head = next((piece for piece, _ in _raw_blocks(path, compressed, ratio)), b"")[:_SAMPLE]
    if not head:
        raise FileUnreadableError("The file is empty.", where=path.name)
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            found = TextFile(path, encoding, mark, compressed, ratio=ratio)
            _check(found)
            return _with_newlines(found)
    if b"\0" in head:
        wide = _guess_utf16(head)
        if wide:
            found = TextFile(path, wide, b"", compressed, ratio=ratio)
            _check(found)
            return _with_newlines(found)
    _refuse_binary(path, head)
    failures = {}
    for encoding in _CANDIDATES:
        found = TextFile(path, encoding, b"", compressed, ratio=ratio)
        try:
            _check(found)
        except FileUnreadableError as error:
            failures[encoding] = error
        else:
            return _with_newlines(found)
    raise failures["utf-8"]


def _with_newlines(text: TextFile) -> TextFile:
    head = text.head()
    if b"\n" in head or b"\r" not in head:
        return text
    return replace(text, carriage_returns=True)


def _check(text: TextFile) -> None:
    decoder = codecs.getincrementaldecoder(text.encoding)("strict")
    done = len(text.mark)
    newlines = 0
    for piece, _ in _raw_blocks(text.path, text.compressed, text.ratio, skip=len(text.mark)):
        try:
            decoder.decode(piece, final=not piece)
        except UnicodeDecodeError as error:
            line = newlines + piece.count(b"\n", 0, error.start) + 1
            raise FileUnreadableError(
                f"The encoding is broken: byte {done + error.start} (line {line}) is neither UTF-8 nor GB18030.",
                where=text.path.name,
                hint="Export it again as CSV UTF-8.",
            ) from error
        done += len(piece)
        newlines += piece.count(b"\n")


def _guess_utf16(head: bytes) -> str:
    """UTF-16 without a mark shows as NUL bytes on every other place; "" when it does not."""
    even = head[: len(head) // 2 * 2]
    for encoding in ("utf-16-le", "utf-16-be"):
        try:
            text = even.decode(encoding)
        except UnicodeDecodeError:
            continue
        plain = sum(character in ",;\t|\r\n" or character.isalnum() for character in text)
        if "\0" not in text and ("\n" in text or "\r" in text) and plain > len(text) * 0.6:
            ascii_share = sum(character < "\x80" for character in text) / len(text)
            if ascii_share > 0.05:
                return encoding
    return ""


def _refuse_binary(path: Path, head: bytes) -> None:
    control = sum(byte < 32 and byte not in b"\t\n\r\f\v\x1b" for byte in head)
    # Odd characters alone may be somebody's text; with zero bytes among them, few are many in a short file.
    if b"\0" in head and (control > max(8, len(head) // 50) or control * 4 > len(head)):
        raise FileUnreadableError(
            "This is a binary file, not a table of text.", where=path.name, hint="Export it as CSV or XLSX."
        )


def _raw_blocks(path: Path, compressed: bool, ratio: int, skip: int = 0) -> Iterator[tuple[bytes, int]]:
    """Decompressed pieces, each with the position in the file itself; ends with an empty piece."""
    with path.open("rb") as handle:
        opener: gzip.GzipFile | BufferedReader = gzip.GzipFile(fileobj=handle) if compressed else handle
        limit = max(_GZIP_SMALL, path.stat().st_size * ratio)
        total = 0
        while True:
            piece = _read(path, opener.read)
            total += len(piece)
            if compressed and total > limit:
                raise FileUnreadableError(
                    f"The gzip data unpack to more than {limit >> 20} MB.",
                    where=path.name,
                    hint="If it is a real export, raise max_unpacked_ratio.",
                )
            yield (piece[skip:] if skip else piece), handle.tell()
            skip = 0
            if not piece:
                return


def _read(path: Path, read: Callable[[int], bytes]) -> bytes:
    try:
        return read(BLOCK)
    except EOFError as error:
        raise FileUnreadableError(
            "The gzip file is truncated.", where=path.name, hint="Copy or download it again."
        ) from error
    except (gzip.BadGzipFile, zlib.error) as error:
        raise FileUnreadableError(f"The gzip file is damaged: {error}.", where=path.name) from error
