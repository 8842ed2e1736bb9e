"""CSV and XLSX of an answer: exact, whole, safe to open.

1. CSV is UTF-8 with a byte-order mark, comma, CRLF, one header row. Excel opens it by double click, pandas
   by `read_csv(path)`: every line after the header is a row of data.
2. The stamp (as_of, timezone, filters, version, row_count) is five more columns at the right, filled in the
   first row only; a table without rows has it in one line that starts with "# ". In XLSX: the sheet "about".
3. A text that a spreadsheet would run as a formula gets an apostrophe in front in CSV; in XLSX it is stored
   as text that stays text. Numbers are typed, so a negative number stays a number.
4. A text that a spreadsheet would read as a number and change (12 digits or more, leading zeros, 12E34) ends
   with a tab in CSV, as the Chinese platforms' own exports do: Excel keeps it whole, pandas reads it as
   before. In XLSX it is text.
5. No row is left out: XLSX goes on in further sheets after 1,048,575 rows.
6. A file is written aside and renamed. Undefined is an empty cell.
"""

from __future__ import annotations

import csv
import io
import math
import re
import shutil
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from itertools import chain, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, BinaryIO
from zoneinfo import ZoneInfo

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from fulfillment_bi.reports.aside import Target, opened
from fulfillment_bi.reports.table import Answer, Stamp, Table, clock_time, is_day, table_of

Formats = Mapping[str, Format]
Row = Sequence[Any]

STAMP_COLUMNS = ("as_of", "timezone", "filters", "version", "row_count")
SHEET_ROWS = 1_048_575  # one of Excel's 1,048,576 is the header
CELL_CHARACTERS = 32_767
_TRIGGERS = frozenset("=+-@＝＋－＠\t\r")
_IGNORED = re.compile(r"[\s\x00-\x1f\x7f\u00ad\u200b-\u200f\u2028-\u202f\u2060\ufeff]+")
_CHANGED_BY_SPREADSHEETS = re.compile(r"\d{12,}|0\d+|\d+(\.\d+)?[eE]\d+")


def write_csv(
    answer: Answer | Table,
    target: Target,
    *,
    filters: str = "",
    rates: Collection[str] | None = None,
    labels: Mapping[str, str] | None = None,
) -> int:
    """Write one table as CSV to a path or a binary buffer; return the number of data rows."""
    table = _table(answer, filters, rates, labels)
    cell = _csv_cells(ZoneInfo(table.stamp.timezone))
    with opened(target) as file:
        text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=False)
        rows = table.rows if isinstance(table.rows, Sequence) else list(table.rows)
        writer = csv.writer(text)
        writer.writerow([*map(defused, table.headers()), *_stamp_headers(table.columns)])
        stamp = [defused(str(value)) for value in _stamp_values(table.stamp, len(rows))]
        blank = [""] * len(stamp)
        for number, row in enumerate(rows):
            writer.writerow([*map(cell, row), *(blank if number else stamp)])
        if not rows:
            text.write(_stamp_line(table.stamp))
        text.flush()
        text.detach()
    return len(rows)


def write_xlsx(
    answer: Answer | Table | Sequence[Table],
    target: Target,
    *,
    filters: str = "",
    rates: Collection[str] | None = None,
    labels: Mapping[str, str] | None = None,
) -> int:
    """Write one table, or several as sheets of one book, as XLSX; return the number of data rows.

    Each sheet has its header in row 1; the sheet "about" lists as-of, time zone, filters, version and rows.
    """
    tables = list(answer) if isinstance(answer, Sequence) else [_table(answer, filters, rates, labels)]
    with opened(target) as file, _workbook(file) as book:
        formats = _formats(book)
        counts = [_write_table(book, formats, table) for table in tables]
        _write_about(book, formats, tables, counts)
    return sum(counts)


def defused(text: str) -> str:
    """A text that no spreadsheet runs as a formula: with an apostrophe in front where it would be one."""
    return f"'{text}" if is_formula(text) else text


def is_formula(text: str) -> bool:
    """Whether a spreadsheet could take this text for a formula, also behind spaces and invisible signs."""
    if not text:
        return False
    return text[0] in _TRIGGERS or _IGNORED.sub("", text[:64])[:1] in _TRIGGERS


def _table(
    answer: Answer | Table, filters: str, rates: Collection[str] | None, labels: Mapping[str, str] | None
) -> Table:
    if isinstance(answer, Table):
        return answer
    return table_of(answer, filters=filters, rates=rates, labels=labels)


def _stamp_headers(columns: Sequence[str]) -> list[str]:
    return [f"{name}_" if name in columns else name for name in STAMP_COLUMNS]


def _stamp_values(stamp: Stamp, count: int) -> tuple[str, str, str, str, int]:
    return stamp.as_of, stamp.timezone, stamp.filters, stamp.version, count


def _stamp_line(stamp: Stamp) -> str:
    pairs = zip(STAMP_COLUMNS, _stamp_values(stamp, 0), strict=True)
    line = "; ".join(f"{name}: {value}" for name, value in pairs)
    # Without commas and quotes the line is one cell, and readers can skip it as a comment
    return "# " + re.sub(r"[\s,\"]+", " ", line) + "\r\n"


def _csv_cells(timezone: ZoneInfo) -> Callable[[object], object]:
    def cell(value: object) -> object:
        if isinstance(value, str):
            text = defused(value)
            return f"{text}\t" if _CHANGED_BY_SPREADSHEETS.fullmatch(text) else text
        if value is None or isinstance(value, bool | int):
            return value
        if isinstance(value, float):
            return value if math.isfinite(value) else None
        if isinstance(value, Decimal):
            return format(value, "f") if value.is_finite() else None
        if isinstance(value, datetime):
            return clock_time(value, timezone).isoformat(sep=" ", timespec="seconds")
        if isinstance(value, list | tuple):
            return defused(" ".join(map(str, value)))
        return value.isoformat() if is_day(value) else defused(str(value))

    return cell


@contextmanager
def _workbook(file: BinaryIO) -> Iterator[Workbook]:
    """A workbook that holds one row in memory at a time; its temporary files are gone afterwards, whatever happens."""
    with TemporaryDirectory(prefix="fbi-xlsx-") as folder:
        # Packed by name, not into `file`: a packing that fails half-way would go on writing into it once it is closed.
        packed = Path(folder, "book.xlsx")
        book = Workbook(packed, {"constant_memory": True, "strings_to_formulas": False, "tmpdir": folder})
        try:
            yield book
            book.close()
        finally:
            for sheet in book.worksheets():
                sheet.row_data_fh.close()
        with packed.open("rb") as whole:
            shutil.copyfileobj(whole, file)


def _formats(book: Workbook) -> Formats:
    return {
        "header": book.add_format({"bold": True, "bottom": 1, "quote_prefix": True}),
        "rate": book.add_format({"num_format": "0.00%"}),
        "number": book.add_format({"num_format": "#,##0.00"}),
        "integer": book.add_format({"num_format": "#,##0"}),
        "day": book.add_format({"num_format": "yyyy-mm-dd"}),
        "time": book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
        "text": book.add_format({"num_format": "@", "quote_prefix": True}),
    }


def _write_table(book: Workbook, formats: Formats, table: Table) -> int:
    rows, count = iter(table.rows), 0
    for part in range(1, 10_000):
        chunk = islice(rows, SHEET_ROWS)
        first = next(chunk, None)
        if first is None and part > 1:
            break
        sheet = book.add_worksheet(_sheet_name(table.name if part == 1 else f"{table.name} {part}"))
        count += _write_sheet(sheet, formats, table, chain([first], chunk) if first is not None else iter(()))
    return count


def _write_sheet(sheet: Worksheet, formats: Formats, table: Table, rows: Iterator[Row]) -> int:
    headers = table.headers()
    sheet.freeze_panes(1, 0)
    sheet.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})
    sheet.set_footer(f"&L{_footer(table.stamp)}&R&P / &N")
    for index, header in enumerate(headers):
        sheet.set_column(index, index, min(40, max(12, len(header) + 4)))
        sheet.write_string(0, index, header, formats["header"])
    zone, number = ZoneInfo(table.stamp.timezone), 0
    rates = [column in table.rates for column in table.columns]
    for number, row in enumerate(rows, start=1):
        for index, value in enumerate(row):
            _write_cell(sheet, number, index, value, formats, zone, rates[index])
    if headers:
        sheet.autofilter(0, 0, max(number, 1), len(headers) - 1)
    return number


def _write_cell(
    sheet: Worksheet, row: int, column: int, value: object, formats: Formats, zone: ZoneInfo, is_rate: bool
) -> None:
    if value is None:
        return
    if isinstance(value, bool):
        sheet.write_boolean(row, column, value)
    elif isinstance(value, int | float | Decimal):
        # A spreadsheet keeps 15 digits: a longer whole number is an id, and becomes text
        if isinstance(value, int) and abs(value) >= 10**15:
            sheet.write_string(row, column, str(value), formats["text"])
        elif math.isfinite(value):
            kind = "rate" if is_rate else "integer" if value == int(value) else "number"
            sheet.write_number(row, column, float(value), formats[kind])
    elif isinstance(value, datetime):
        sheet.write_datetime(row, column, clock_time(value, zone), formats["time"])
    elif is_day(value):
        sheet.write_datetime(row, column, value, formats["day"])
    else:
        text = " ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
        text = text if len(text) <= CELL_CHARACTERS else text[: CELL_CHARACTERS - 1] + "…"
        sheet.write_string(row, column, text, formats["text"])


def _write_about(book: Workbook, formats: Formats, tables: Iterable[Table], counts: Iterable[int]) -> None:
    sheet = book.add_worksheet("about")
    sheet.set_column(0, len(STAMP_COLUMNS), 28)
    for index, name in enumerate(("sheet", *STAMP_COLUMNS)):
        sheet.write_string(0, index, name, formats["header"])
    for line, (table, count) in enumerate(zip(tables, counts, strict=True), start=1):
        values = (table.name, *_stamp_values(table.stamp, count))
        for index, value in enumerate(values):
            write = sheet.write_number if isinstance(value, int) else sheet.write_string
            write(line, index, value, formats["integer" if isinstance(value, int) else "text"])


def _footer(stamp: Stamp) -> str:
    text = f"{stamp.local_as_of()} {stamp.timezone} · {stamp.version} · {stamp.filters}"
    return text.replace("&", "&&")[:200]


def _sheet_name(name: str) -> str:
    return re.sub(r"[\[\]:*?/\\']", " ", name)[:31]
