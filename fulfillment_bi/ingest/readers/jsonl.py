"""JSON lines: one object a line, its keys are the columns."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from fulfillment_bi.errors import FileUnreadableError
from fulfillment_bi.ingest.readers.source import (
    MAX_CELL,
    PREVIEW_ROWS,
    Chunk,
    Layout,
    PreviewRow,
    Records,
    finish,
)  # fmt: skip
from fulfillment_bi.ingest.readers.text import TextFile

_HEADER_RECORDS = 1000
_MAX_LINE = 16 << 20
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


@dataclass(frozen=True, slots=True)
class JsonlSource:
    """A text file of JSON objects. The header is the union of the keys of the first thousand."""

    text: TextFile
    preview: tuple[PreviewRow, ...]

    @property
    def description(self) -> str:
        """For people: format and encoding."""
        return f"JSON lines, {self.text.encoding.upper()}{', gzip' if self.text.compressed else ''}"

    def chunks(self, layout: Layout, wanted: Sequence[int]) -> Iterator[Chunk]:
        """See `Source.chunks`."""
        keys = layout.header.cells
        for lines, first, position in _line_blocks(self.text):
            records = Records.empty(len(keys), wanted, layout.max_cell)
            for offset, line in enumerate(lines):
                if not line.strip():
                    continue
                entry, fault = _parse(line)
                cells = [cell_text(entry.get(key)) for key in keys]
                records.add(first + offset, cells, fault=fault)
            yield finish(records.batch(), layout, wanted, position)


def open_jsonl(text: TextFile) -> JsonlSource:
    """Read the keys; FileUnreadableError when the first line is no object."""
    keys: dict[str, None] = {}
    sample: list[dict[str, Any]] = []
    seen = 0
    for lines, _, _ in _line_blocks(text):
        for line in lines:
            if line.strip() and seen < _HEADER_RECORDS:
                entry, fault = _parse(line)
                seen += 1
                keys |= dict.fromkeys(entry)
                if not fault:
                    sample.append(entry)
        if seen >= _HEADER_RECORDS:
            break
    if not keys:
        raise FileUnreadableError(
            "The file does not hold one JSON object a line.",
            where=text.path.name,
            hint="Export it as JSON lines or CSV.",
        )
    header = PreviewRow(0, 0, tuple(keys))
    body = [
        PreviewRow(number, number, tuple(cell_text(entry.get(key)) for key in keys))
        for number, entry in enumerate(sample[: PREVIEW_ROWS - 1], start=1)
    ]
    return JsonlSource(text, (header, *body))


def cell_text(value: Any) -> str:
    """The text of a JSON value; numbers keep the digits they were written with."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _parse(line: str) -> tuple[dict[str, Any], str | None]:
    if len(line) > _MAX_LINE:
        return {}, "field_too_long"
    try:
        entry = json.loads(line, parse_float=str, parse_int=str, parse_constant=str)
        if _SURROGATE.search(line):
            json.dumps(entry, ensure_ascii=False).encode("utf-8")  # half a character, which no text can hold
    except (ValueError, RecursionError):
        return {}, "bad_json"
    if not isinstance(entry, dict):
        return {}, "bad_json"
    return entry, None


def _line_blocks(text: TextFile) -> Iterator[tuple[list[str], int, int]]:
    """(lines, number of the first, bytes used up) in pieces."""
    pending = b""
    line = 1
    position = 0
    for data, position in text.blocks():
        pending += data
        end = pending.rfind(b"\n") + 1
        if not end:
            if len(pending) > _MAX_LINE + MAX_CELL:
                raise FileUnreadableError("A line has no end.", where=text.path.name)
            continue
        lines = pending[:end].decode("utf-8").split("\n")[:-1]
        yield lines, line, position
        pending, line = pending[end:], line + len(lines)
    if pending:
        yield pending.decode("utf-8").split("\n"), line, position
