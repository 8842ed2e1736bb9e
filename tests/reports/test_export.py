"""CSV and XLSX: what a person and a program read back is what was asked, and nothing runs."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fulfillment_bi.errors import RenderError
from fulfillment_bi.metrics.query import Query, Result
from fulfillment_bi.reports import export
from fulfillment_bi.reports.aside import opened
from fulfillment_bi.reports.export import STAMP_COLUMNS, is_formula, write_csv, write_xlsx
from fulfillment_bi.reports.table import table_of

PAYLOADS = [
    "=1+1",
    "=cmd|' /C calc'!A0",
    '=HYPERLINK("http://example.test","open")',
    '=WEBSERVICE("http://example.test")',
    "=IMPORTXML(A1)",
    "+1+1",
    "+cmd|' /C calc'!A0",
    "-1+1",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "@A1",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    " =1+1",
    "   +1",
    "\u00a0=1+1",
    "\u3000=1+1",
    "\u200b=1+1",
    "\ufeff=1+1",
    "\u200e=1+1",
    "＝1+1",
    "＋1+1",
    "－1+1",
    "＠SUM(1)",
    " ＝1+1",
    "\t",
    "\r",
    '="0"&A1',
    '="="',
    "+",
    "-",
    "=",
    "@",
]


def result(columns=("channel", "otif"), rows=(("tmall", 0.5),)):
    return Result(
        Query(("otif",)), tuple(columns), tuple(rows), "2026-11-22T08:00:00+00:00", "Asia/Shanghai", "v00000007"
    )


def csv_rows(answer, **options):
    buffer = io.BytesIO()
    write_csv(answer, buffer, **options)
    text = buffer.getvalue().decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline="")))


def book(answer, **options):
    buffer = io.BytesIO()
    write_xlsx(answer, buffer, **options)
    return openpyxl.load_workbook(buffer)


def test_csv_begins_with_a_byte_order_mark_and_keeps_chinese():
    buffer = io.BytesIO()
    write_csv(result(rows=(("天猫", 0.5),)), buffer)
    assert buffer.getvalue().startswith(b"\xef\xbb\xbfchannel,otif,")
    assert "天猫" in buffer.getvalue().decode("utf-8-sig")


def test_csv_is_read_by_pandas_without_options(tmp_path: Path):
    rows = tuple((f"c{i}", i / 10, date(2026, 1, i + 1)) for i in range(9))
    write_csv(result(("channel", "otif", "day"), rows), tmp_path / "a.csv", filters="channel is tmall, jd")
    frame = pd.read_csv(tmp_path / "a.csv", parse_dates=["day"])
    assert len(frame) == 9
    assert frame["otif"].tolist() == [i / 10 for i in range(9)]
    assert frame["day"].dt.day.tolist() == list(range(1, 10))
    assert frame["version"][0] == "v00000007"
    assert frame["row_count"][0] == 9


def test_csv_stamp_fills_the_first_row_only():
    header, first, second = csv_rows(result(rows=(("a", 1.0), ("b", 0.5))), filters="channel is a or b")
    assert header[2:] == list(STAMP_COLUMNS)
    assert first[2:] == ["2026-11-22T08:00:00+00:00", "Asia/Shanghai", "channel is a or b", "v00000007", "2"]
    assert second[2:] == [""] * 5


def test_csv_without_rows_still_says_where_it_comes_from():
    header, line = csv_rows(result(rows=()), filters='channel is "a, b"')
    assert header[:2] == ["channel", "otif"]
    assert len(line) == 1
    assert line[0].startswith("# ")
    assert "v00000007" in line[0]
    assert "row_count: 0" in line[0]
    frame = pd.read_csv(io.StringIO(",".join(header) + "\n" + line[0]), comment="#")
    assert len(frame) == 0


def test_stamp_columns_do_not_shadow_a_column_of_the_same_name():
    header = csv_rows(result(("version", "otif")))[0]
    assert header.count("version") == 1
    assert "version_" in header


@pytest.mark.parametrize("payload", PAYLOADS)
def test_formula_is_defused_in_csv(payload: str):
    rows = csv_rows(result(("name", "otif"), ((payload, 1.0), ("x", 0.5))), filters=payload)
    assert rows[1][0] == "'" + payload
    assert rows[1][4] == "'" + payload
    assert rows[1][1] == "1.0"


@pytest.mark.parametrize("payload", PAYLOADS)
def test_formula_is_defused_in_a_header(payload: str):
    assert csv_rows(result((payload, "otif")))[0][0] == "'" + payload


@pytest.mark.parametrize("payload", PAYLOADS)
def test_formula_is_text_in_xlsx(payload: str):
    sheet = book(result(("name", "otif"), ((payload, 1.0),)), filters=payload).worksheets[0]
    assert sheet["A2"].data_type == "s"
    assert sheet["A2"].quotePrefix
    assert sheet["A2"].value.replace("\r", "\n").replace("_x000D_", "\n").strip() == payload.replace("\r", "\n").strip()


@pytest.mark.parametrize("text", ["tmall", "广州2仓", "2026-01-01", "a=b", "1-2", "", "#1", "'quoted"])
def test_harmless_text_stays_as_it_is(text: str):
    assert not is_formula(text)
    assert csv_rows(result(("name", "otif"), ((text, 1.0),)))[1][0] == text


@given(st.text(max_size=12))
def test_no_csv_cell_ever_begins_with_a_trigger(text: str):
    cell = csv_rows(result(("name", "otif"), ((text, -1.0),)))[1][0] if text else ""
    assert cell.strip()[:1] not in set("=+-@＝＋－＠") or cell == ""


def test_negative_numbers_stay_numbers():
    row = csv_rows(result(("a", "b", "c"), ((-5, -0.25, Decimal("-12.50")),)))[1]
    assert row[:3] == ["-5", "-0.25", "-12.50"]
    sheet = book(result(("a", "b", "c"), ((-5, -0.25, Decimal("-12.50")),))).worksheets[0]
    assert [cell.data_type for cell in sheet[2]] == ["n", "n", "n"]
    assert [cell.value for cell in sheet[2]] == [-5, -0.25, -12.5]


@pytest.mark.parametrize("identity", ["1234567890123456789", "4100020261109000017", "00123", "12E34", "123456789012"])
def test_long_ids_stay_text(identity: str):
    buffer = io.BytesIO()
    write_csv(result(("order_no", "otif"), ((identity, 1.0),)), buffer)
    text = buffer.getvalue().decode("utf-8-sig")
    assert f"\n{identity}\t," in text
    frame = pd.read_csv(io.StringIO(text), dtype={"order_no": str})
    assert frame["order_no"].str.strip().tolist() == [identity]
    cell = book(result(("order_no", "otif"), ((identity, 1.0),))).worksheets[0]["A2"]
    assert (cell.value, cell.data_type, cell.number_format) == (identity, "s", "@")


def test_a_long_whole_number_becomes_text_in_xlsx_because_a_spreadsheet_keeps_15_digits():
    cell = book(result(("order_no", "otif"), ((1234567890123456789, 1.0),))).worksheets[0]["A2"]
    assert (cell.value, cell.data_type) == ("1234567890123456789", "s")


def test_rates_are_numbers_with_a_format():
    sheet = book(result()).worksheets[0]
    assert (sheet["B2"].value, sheet["B2"].number_format) == (0.5, "0.00%")


def test_undefined_is_an_empty_cell():
    rows = ((None, float("nan"), float("inf"), Decimal("NaN")),)
    assert csv_rows(result("abcd", rows))[1][:4] == ["", "", "", ""]
    assert [cell.value for cell in book(result("abcd", rows)).worksheets[0][2]] == [None] * 4


def test_times_are_shown_in_the_business_zone():
    rows = ((datetime(2026, 1, 1, 17, 30, tzinfo=UTC), date(2026, 1, 1)),)
    assert csv_rows(result(("at", "day"), rows))[1][:2] == ["2026-01-02 01:30:00", "2026-01-01"]
    sheet = book(result(("at", "day"), rows)).worksheets[0]
    assert sheet["A2"].value == datetime(2026, 1, 2, 1, 30)
    assert sheet["B2"].value == datetime(2026, 1, 1)


def test_xlsx_says_where_it_comes_from():
    about = book(result(), filters="渠道 = 天猫")["about"]
    names, values = [[cell.value for cell in row] for row in about.iter_rows()]
    assert names == ["sheet", *STAMP_COLUMNS]
    assert values == ["data", "2026-11-22T08:00:00+00:00", "Asia/Shanghai", "渠道 = 天猫", "v00000007", 1]


def test_xlsx_goes_on_in_further_sheets(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(export, "SHEET_ROWS", 4)
    workbook = book(result(("n", "otif"), tuple((i, 0.5) for i in range(10))))
    assert workbook.sheetnames == ["data", "data 2", "data 3", "about"]
    numbers = [row[0].value for sheet in workbook.worksheets[:3] for row in sheet.iter_rows(min_row=2)]
    assert numbers == list(range(10))
    assert workbook["about"]["F2"].value == 10


def test_xlsx_of_several_tables_is_one_sheet_each():
    tables = [table_of(result(), name="otif [1]"), table_of(result(rows=()), name="empty")]
    workbook = book(tables)
    assert workbook.sheetnames == ["otif  1", "empty", "about"] or workbook.sheetnames[1:] == ["empty", "about"]
    assert workbook["empty"].max_row == 1


def test_labels_rename_headers():
    assert csv_rows(result(), labels={"otif": "订单满足率"})[0][1] == "订单满足率"


def test_a_file_is_never_half_written(tmp_path: Path):
    path = tmp_path / "a.csv"
    write_csv(result(), path)
    before = path.read_bytes()

    def broken_rows():
        yield ("a", 1.0)
        raise RuntimeError("the disk went away")

    for write in (write_csv, write_xlsx):
        with pytest.raises(RuntimeError):
            write(replace(table_of(result()), rows=broken_rows()), path)
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["a.csv"]


def test_a_fault_while_renaming_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def refuse(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", refuse)
    with pytest.raises(RenderError, match="no space left on device"):
        write_csv(result(), tmp_path / "a.csv")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path: Path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(RenderError, match="cannot be written"), opened(tmp_path / "file" / "a.csv"):
        pass
