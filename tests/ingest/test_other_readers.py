"""Workbooks, JSON lines and Parquet: the same text as a CSV would give, and no way to harm the loading process."""

from __future__ import annotations

import json
import time
import zipfile
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import openpyxl
import psutil
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from fulfillment_bi.errors import FileUnreadableError
from fulfillment_bi.ingest.readers.opening import open_source
from tests.ingest.reading import cells, read


def _workbook(path: Path, rows: list[list[object]], *, first_row: int = 1) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    for down, row in enumerate(rows):
        for right, value in enumerate(row):
            sheet.cell(first_row + down, right + 1, value)
    book.save(path)
    return path


def test_cells_of_a_workbook_as_text(tmp_path: Path) -> None:
    path = _workbook(
        tmp_path / "orders.xlsx",
        [
            ["订单号", "时间", "日期", "数量", "金额", "真"],
            ["5113837045333000004", datetime(2025, 6, 1, 9, 30), date(2025, 6, 2), 3, 12.5, True],
            [1234567890123456789, None, None, 0.1, -2, False],
        ],
    )
    assert cells(path) == [
        ["5113837045333000004", "2025-06-01 09:30:00", "2025-06-02", "3", "12.5", "true"],
        # A number cell holds 15 digits; the rest is lost, and the text says so.
        ["1.234567890123457e+18", "", "", "0.1", "-2", "false"],
    ]


@pytest.mark.parametrize("first_row", [1, 4])
def test_lines_of_a_workbook_are_its_row_numbers(tmp_path: Path, first_row: int) -> None:
    path = _workbook(tmp_path / "a.xlsx", [["a", "b"], ["1", "x"], [None, None], ["2", "y"]], first_row=first_row)
    assert [(line, row) for line, _, row in read(path)] == [(first_row + 1, ["1", "x"]), (first_row + 3, ["2", "y"])]


def test_a_workbook_named_csv_is_read_as_what_it_is(tmp_path: Path) -> None:
    path = _workbook(tmp_path / "a.xlsx", [["a", "b"], ["1", "x"]])
    assert cells(path.rename(tmp_path / "a.csv")) == [["1", "x"]]


def test_a_far_cell_costs_neither_memory_nor_the_process(tmp_path: Path) -> None:
    path = _workbook(tmp_path / "far.xlsx", [["a", "b"], ["1", "x"]])
    book = openpyxl.load_workbook(path)
    book.active["XFD1048576"] = "far"
    book.save(path)
    before, started = psutil.Process().memory_info().rss, time.monotonic()
    with pytest.raises(FileUnreadableError, match="workbook cannot be read"):
        open_source(path)
    assert time.monotonic() - started < 30
    assert psutil.Process().memory_info().rss - before < 200 << 20


def test_a_zip_bomb_is_refused_by_its_directory(tmp_path: Path) -> None:
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (40 << 20))
    with pytest.raises(FileUnreadableError, match="expands beyond all measure"):
        open_source(path)


def test_an_archive_that_is_no_workbook(tmp_path: Path) -> None:
    path = tmp_path / "some.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.txt", "x")
    with pytest.raises(FileUnreadableError, match="not an XLSX workbook"):
        open_source(path)


def test_json_lines_keep_digits_and_count_bad_lines(tmp_path: Path) -> None:
    path = tmp_path / "orders.jsonl"
    first = '{"id": 1234567890123456789, "qty": 1.50, "ok": true, "none": null, "list": ["x", 1]}'
    records = [first, "{broken", "[1]", ""]
    path.write_text("\n".join([*records, '{"id": "7", "later": "z"}']) + "\n", "utf-8")
    assert [(line, fault, row) for line, fault, row in read(path)] == [
        (1, None, ["1234567890123456789", "1.50", "true", "", '["x", "1"]', ""]),
        (2, "bad_json", [None] * 6),
        (3, "bad_json", [None] * 6),
        (5, None, ["7", "", "", "", "", "z"]),
    ]


def test_json_that_is_not_lines(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps([{"a": 1}, {"a": 2}]), "utf-8")
    with pytest.raises(FileUnreadableError, match="one JSON object a line"):
        open_source(path)


def test_parquet_as_text(tmp_path: Path) -> None:
    path = tmp_path / "orders.parquet"
    table = pa.table(
        {
            "id": pa.array(["007", None]),
            "at": pa.array([datetime(2025, 6, 1, 9, 30), None], pa.timestamp("us")),
            "amount": pa.array([Decimal("12.50"), None]),
            "number": pa.array([1e17, 3.0]),
            "word": pa.array(["x", "y"]).dictionary_encode(),
        }
    )
    pq.write_table(table, path)
    assert [(line, row) for line, _, row in read(path)] == [
        (1, ["007", "2025-06-01 09:30:00.000000", "12.50", "1e+17", "x"]),
        (2, ["", "", "", "3", "y"]),
    ]


@pytest.mark.parametrize("keep", [0.3, 0.9])
def test_a_truncated_parquet_file(tmp_path: Path, keep: float) -> None:
    path = tmp_path / "orders.parquet"
    pq.write_table(pa.table({"a": list(range(1000))}), path)
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * keep)])
    with pytest.raises(FileUnreadableError, match="damaged or truncated"):
        open_source(path)
