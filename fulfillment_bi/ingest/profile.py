"""What an unknown file looks like: its header row, and for each column what kind of values stand in it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path

from fulfillment_bi.errors import FileUnknownError, UsageError
from fulfillment_bi.ingest.cells import NARROW, WIDE, clean_cell
from fulfillment_bi.ingest.contracts import ColumnType
from fulfillment_bi.ingest.dateorder import COMMON_ORDERS
from fulfillment_bi.ingest.readers.opening import open_source
from fulfillment_bi.ingest.readers.source import Layout, PreviewRow, Source, column_name
from fulfillment_bi.ingest.resemblance import is_personal

SAMPLED, MOST_WORDS = 2_000, 40
_SHOWN = 3
_ISO = re.compile(r"\d{4}(?:[-/.]|年)\d{1,2}(?:[-/.]|月)\d{1,2}日?(?:[T ].*)?|20\d{6}(?:\d{6})?")
_DIGITS = r"(?:\d[\d,]*(?:\.\d+)?|\d{1,3}(?:\.\d{3})+(?:,\d+)?)"
_NUMBER = re.compile(rf"[¥￥$€£]?\s*[+-]?[¥￥$€£]?\s*{_DIGITS}\s*(?:元|件|个|€)?-?")
_COMMA, _POINT = re.compile(r"\d,\d{1,2}(?!\d)(?!.*\.)"), re.compile(r"\d\.\d{1,2}(?!\d)(?!.*[,.])")
_WHOLE = re.compile(r"[+-]?\d{1,9}(?:\.0+)?")
_ID = re.compile(r"[\w#./:@*-]{1,64}")
_FLAGS = frozenset({"true", "false", "t", "f", "yes", "no", "y", "n", "1", "0", "是", "否", "真", "假", "有", "无"})
_PHONE = re.compile(r"(?:\+?86[- ]?)?1[3-9]\d{9}|\+?\d{1,3}[ -]?\(?\d{2,4}\)?[ -]\d{3,4}[ -]?\d{3,4}")
_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.\w+")
_IDENTITY = re.compile(r"\d{17}[\dXx]")
_MONTH_NAMES = ("%b-%d-%y", "%d-%b-%y", "%d-%b-%Y", "%d %b %Y", "%b %d, %Y", "%B %d, %Y", "%d %B %Y")
_CLOCKS = ("", " %H:%M:%S", " %H:%M", " %I:%M:%S %p", " %I:%M %p")
NAMED_FORMATS = tuple(date + clock for date in _MONTH_NAMES for clock in _CLOCKS)
_TRANSLATION = str.maketrans(WIDE, NARROW)


@dataclass(frozen=True, slots=True)
class Profile:
    """One column of a file. `shares` is, by type, the share of its filled cells that can be read as that.

    `filled` is the share of cells with a value, `words` how often each text stands there (only where they are few),
    `orders` and `formats` what its dates need besides year-first ones, `comma` whether numbers show a decimal comma.
    `examples` are masked in personal columns. `marks` has a number for each text in its cells, None for blank ones.
    """

    header: str
    position: int
    filled: float
    distinct: int
    shares: Mapping[ColumnType, float]
    examples: tuple[str, ...]
    personal: bool
    words: Mapping[str, int] = field(default_factory=dict)
    orders: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()
    comma: bool = False
    marks: tuple[int | None, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class FileView:
    """A file as shown before anything is decided. `rows` are its first rows, personal cells masked."""

    name: str
    description: str
    header: PreviewRow
    rows: tuple[PreviewRow, ...]
    profiles: tuple[Profile, ...]
    sampled: int

    @property
    def headers(self) -> tuple[str, ...]:
        """The filled cells of the header row."""
        return tuple(profile.header for profile in self.profiles)

    def profile(self, header: str) -> Profile:
        """The column under `header`; UsageError naming the headers otherwise."""
        for profile in self.profiles:
            if profile.header == header:
                return profile
        raise UsageError(
            f"The file has no column '{header}'.", where=self.name, hint=f"It has {_quoted(self.headers)}."
        )


def look_at(path: Path, *, name: str = "", header_line: int | None = None) -> FileView:
    """Read the beginning of a file. `header_line` says which line holds the header; otherwise it is found.

    Raises FileUnreadableError for what is no table, FileUnknownError when no row can be a header, UsageError for a
    `header_line` that is not among the first rows.
    """
    source = open_source(path)
    header = _chosen(source.preview, header_line) if header_line is not None else find_header(source.preview)
    if header is None:
        raise FileUnknownError("No row among the first 20 can be a header.", where=name or path.name)
    positions = [place for place, cell in enumerate(header.cells) if cell.strip()]
    columns = _sample(source, header, positions)
    profiles = tuple(_profile(header.cells[place].strip(), place, columns[place]) for place in positions)
    hidden = {profile.position for profile in profiles if profile.personal}
    rows = tuple(
        PreviewRow(
            row.line, row.last_line, tuple(_shown(cell, place in hidden) for place, cell in enumerate(row.cells))
        )
        if row.line != header.line
        else row
        for row in source.preview
    )
    sampled = len(next(iter(columns.values()), []))
    return FileView(name or path.name, source.description, header, rows, profiles, sampled)


def find_header(preview: Sequence[PreviewRow]) -> PreviewRow | None:
    """The row that most looks like a header: many filled cells, all different, none of them a number or a date."""
    best, score = None, 0.0
    usual = Counter(sum(bool(cell.strip()) for cell in row.cells) for row in preview).most_common(1)
    width = usual[0][0] if usual else 0
    for place, row in enumerate(preview):
        cells = [cell.strip() for cell in row.cells if cell.strip()]
        if len(cells) < 2:
            continue
        names = sum(not (_ISO.fullmatch(cell) or _NUMBER.fullmatch(cell) or len(cell) > 60) for cell in cells)
        alike = len(set(cells)) / len(cells)
        found = names / len(cells) * alike * min(len(cells), width) / max(width, 1) - 0.02 * place
        best, score = (row, found) if found > score else (best, score)
    return best


def mask(text: str) -> str:
    """The first character of a personal cell, and that there is more."""
    return f"{text[:1]}***" if text.strip() else text


def _shown(cell: str, hidden: bool) -> str:
    bare = cell.strip()
    return mask(bare) if hidden or _looks_personal(bare) else bare[:80]


def _looks_personal(cell: str) -> bool:
    return bool(_PHONE.fullmatch(cell) or _MAIL.fullmatch(cell) or _IDENTITY.fullmatch(cell))


def _chosen(preview: Sequence[PreviewRow], line: int) -> PreviewRow:
    for row in preview:
        if row.line == line:
            return row
    known = ", ".join(str(row.line) for row in preview)
    raise UsageError(f"Line {line} cannot be the header.", where="header line", hint=f"The first lines are {known}.")


def _sample(source: Source, header: PreviewRow, positions: Sequence[int]) -> dict[int, list[str | None]]:
    """The cleaned cells of the first rows, by position."""
    cells: dict[int, list[str | None]] = {place: [] for place in positions}
    count = 0
    for chunk in source.chunks(Layout(header), positions):
        batch = chunk.batch.slice(0, SAMPLED - count)
        for place in positions:
            cells[place] += [clean_cell(text) for text in batch.column(column_name(place)).to_pylist()]
        count += batch.num_rows
        if count >= SAMPLED:
            break
    return cells


def _profile(header: str, position: int, cells: Sequence[str | None]) -> Profile:
    filled = [cell for cell in cells if cell is not None]
    counts = Counter(filled)
    personal = is_personal(header) or _share(filled, _looks_personal) > 0.5
    orders, formats, dated = _dates(counts)
    shares: dict[ColumnType, float] = {
        "time": dated,
        "money": _share(filled, lambda cell: bool(_NUMBER.fullmatch(cell.translate(_TRANSLATION)))),
        "integer": _share(filled, lambda cell: bool(_WHOLE.fullmatch(cell.translate(_TRANSLATION)))),
        "boolean": _share(filled, lambda cell: cell.lower() in _FLAGS),
        "id": _share(filled, lambda cell: bool(_ID.fullmatch(cell))),
    }
    examples = tuple(islice((_shown(cell, personal) for cell in counts), _SHOWN))
    words = dict(counts.most_common()) if len(counts) <= MOST_WORDS and not personal else {}
    share = len(filled) / len(cells) if cells else 0.0
    numeric = shares["money"] > 0.5 and shares["time"] < 0.5
    comma = numeric and any(map(_COMMA.search, counts)) and not any(map(_POINT.search, counts))
    numbers = {text: number for number, text in enumerate(counts)}
    marks = tuple(None if cell is None else numbers[cell] for cell in cells)
    return Profile(
        header, position, share, len(counts), shares, examples, personal, words, orders, formats, comma, marks
    )


def _share(cells: Sequence[str], fits: Callable[[str], bool]) -> float:
    return sum(map(fits, cells)) / len(cells) if cells else 0.0


def _dates(counts: Counter[str]) -> tuple[tuple[str, ...], tuple[str, ...], float]:
    """The orders of day and month that read the dates which do not begin with the year, formats for the others, and
    the share of cells that are dates at all."""
    total = sum(counts.values())
    if not total:
        return (), (), 0.0
    dated, orders, formats = 0, Counter[str](), Counter[str]()
    for cell, count in islice(counts.items(), 300):
        bare = cell.translate(_TRANSLATION)
        if _ISO.fullmatch(bare):
            dated += count
        elif any(sign in bare for sign in "/.- ") and any(letter.isdigit() for letter in bare):
            fits = [order for order, known in COMMON_ORDERS.items() if _format_of(bare, known)]
            named = None if fits else _format_of(bare, NAMED_FORMATS)
            orders.update(dict.fromkeys(fits, count))
            formats.update({named: count} if named else {})
            dated += count if fits or named else 0
    looked_at = sum(count for _, count in islice(counts.items(), 300))
    most = max(orders.values(), default=0)
    return (
        tuple(order for order, count in orders.items() if count == most),
        tuple(formats),
        dated / looked_at,
    )


def _format_of(cell: str, formats: Sequence[str]) -> str | None:
    for one in formats:
        try:
            datetime.strptime(cell, one)
        except ValueError:
            continue
        return one
    return None


def _quoted(names: Sequence[str]) -> str:
    return ", ".join(f"'{name}'" for name in names)
