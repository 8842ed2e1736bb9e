"""fbi metrics, dimensions, query, rows: shapes, files, and what a wrong request gets."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from tests.cli.conftest import Fbi, one_sentence


def test_query_prints_the_contracted_document(fbi: Fbi, home: Path):
    done = fbi("query", "otif,cycle_time_p50", "--by", "channel", "--json", home=home)
    assert done.code == 0
    document = done.json
    assert list(document) == ["as_of", "timezone", "version", "columns", "rows"]
    assert document["timezone"] == "Asia/Shanghai"
    assert document["version"] == "v00000001"
    assert document["as_of"].startswith("2026-10-31T")
    assert document["columns"][:4] == ["channel", "otif", "otif_n", "otif_d"]
    assert all(list(row) == document["columns"] for row in document["rows"])
    for row in document["rows"]:
        assert row["otif"] == (row["otif_n"] / row["otif_d"] if row["otif_d"] else None)


def test_undefined_is_null_and_a_dash(fbi: Fbi, home: Path):
    asked = ("query", "otif", "--from", "2020-01-01", "--to", "2020-01-31")
    (row,) = fbi(*asked, "--json", home=home).json["rows"]
    assert row == {"otif": None, "otif_n": 0, "otif_d": 0, "otif_target": 0.95, "otif_status": None}
    assert "–" in fbi(*asked, home=home).out


def test_table_says_as_of_zone_version_and_filters(fbi: Fbi, home: Path):
    out = fbi("query", "otif", "--where", "channel=tmall", "--where", "channel=jd", home=home).out
    assert "%" in out.splitlines()[1]
    last = out.splitlines()[-1]
    for words in ("as of 2026-10-31", "Asia/Shanghai", "v00000001", "tmall or jd"):
        assert words in last


def test_values_of_one_dimension_are_alternatives(fbi: Fbi, home: Path):
    def orders(*where: str) -> int:
        options = [part for one in where for part in ("--where", one)]
        return fbi("query", "orders", *options, "--json", home=home).json["rows"][0]["orders"]

    assert orders("channel=tmall", "channel=jd") == orders("channel=tmall") + orders("channel=jd") > 0


def test_every_option_reaches_the_query(fbi: Fbi, home: Path):
    options = "--by month --from 2026-10-01 --to 2026-10-31 --basis order --level line --event ship --promise current"
    more = "--causes seller --timestamps all --compare previous --order-by -month --limit 5"
    done = fbi("query", "otif", *options.split(), *more.split(), "--json", home=home)
    assert done.code == 0
    assert {"month", "otif", "otif_before", "otif_change", "otif_pending"} <= set(done.json["columns"])


def test_rows_are_as_many_as_the_number_counts(fbi: Fbi, home: Path):
    where = ("--where", "channel=tmall", "--from", "2026-10-05", "--to", "2026-10-25")
    (number,) = fbi("query", "otif", *where, "--json", home=home).json["rows"]
    for part, column in (("numerator", "otif_n"), ("denominator", "otif_d")):
        document = fbi("rows", "otif", "--part", part, *where, "--json", home=home).json
        assert document["count"] == number[column] == len(document["rows"])
        assert list(document["rows"][0]) == document["columns"]
        assert len({row["order_no"] for row in document["rows"]}) == document["count"]


def test_rows_on_a_screen_are_a_page_and_say_so(fbi: Fbi, home: Path):
    out = fbi("rows", "orders", "--part", "numerator", home=home).out
    count = fbi("rows", "orders", "--part", "numerator", "--limit", "0", "--json", home=home).json["count"]
    assert f"50 of {count} shown; --limit" in out
    assert len(out.splitlines()) == 53


def test_csv_file_holds_every_row_and_its_stamp(fbi: Fbi, home: Path, tmp_path: Path):
    target = tmp_path / "rows.csv"
    done = fbi("rows", "orders", "--part", "numerator", "--csv", str(target), home=home)
    assert done.code == 0
    frame = pd.read_csv(target, dtype={"order_no": str})
    count = fbi("rows", "orders", "--part", "numerator", "--limit", "0", "--json", home=home).json["count"]
    assert len(frame) == count == frame["row_count"][0]
    assert frame["version"][0] == "v00000001"
    assert frame["order_no"].str.strip().str.fullmatch(r"[\w#-]+").all()


def test_csv_without_a_file_goes_to_standard_output(fbi: Fbi, home: Path):
    for arguments in (["--csv", "--by", "channel"], ["--by", "channel", "--csv"], ["--by", "channel", "--csv", "-"]):
        done = fbi("query", "otif", *arguments, home=home)
        assert done.code == 0
        rows = list(csv.DictReader(io.StringIO(done.out.removeprefix("\ufeff"))))
        assert {"tmall", "jd"} <= {row["channel"] for row in rows}


def test_xlsx_file_has_rates_as_formatted_numbers(fbi: Fbi, home: Path, tmp_path: Path):
    target = tmp_path / "otif.xlsx"
    assert fbi("query", "otif", "--by", "channel", "--xlsx", str(target), home=home).code == 0
    sheet = openpyxl.load_workbook(target).worksheets[0]
    assert [cell.value for cell in sheet[1]] == ["channel", "otif", "otif_n", "otif_d"]
    assert sheet["B2"].number_format == "0.00%"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["query", "ottif"], ["'ottif'", "otif"]),
        (["query", "otif", "--by", "chanel"], ["'chanel'", "channel"]),
        (["query", "otif", "--by", "sku"], ["--level line"]),
        (["query", "backlog", "--by", "day"], ["as of now"]),
        (["query", "otif", "--where", "channel"], ["DIM=VALUE"]),
        (["query", "otif", "--where", "=x"], ["DIM=VALUE"]),
        (["query", "otif", "--from", "31.10.2026"], ["--from", "2026-01-31"]),
        (["query", "otif", "--from", "2026-10-31", "--to", "2026-10-01"], ["Swap"]),
        (["query", "otif", "--level", "ordr"], ["--level", "order"]),
        (["query", "otif", "--compare", "previous"], ["--from"]),
        (["query", "otif", "--order-by", "otiff"], ["otiff"]),
        (["query", "otif", "--bye", "x"], ["--bye", "--by"]),
        (["query", "cancellation_rate", "--event", "sign"], ["event"]),
        (["query"], ["METRIC"]),
        (["rows", "otif"], ["--part"]),
        (["rows", "otif", "--part", "nominator"], ["numerator"]),
        (["order", "tmal", "1"], ["tmall"]),
        (["order", "tmall", "no-such-order"], ["no-such-order"]),
        (["quer", "otif"], ["query"]),
        (["versions", "lst"], ["list"]),
    ],
)
def test_a_wrong_request_is_one_sentence_and_exit_2(fbi: Fbi, home: Path, arguments: list[str], words: list[str]):
    done = fbi(*arguments, home=home)
    assert done.code == 2
    assert done.out == ""
    one_sentence(done.err, *words)


def test_nothing_loaded_is_said(fbi: Fbi):
    for arguments in (["query", "otif"], ["rows", "otif", "--part", "numerator"], ["order", "tmall", "1"]):
        done = fbi(*arguments)
        assert done.code == 1
        one_sentence(done.err, "Nothing has been loaded yet", "fbi load")


def test_lists_have_names_labels_and_definitions(fbi: Fbi):
    for command, known in (("metrics", "otif"), ("dimensions", "channel"), ("adapters", "olist_orders")):
        done = fbi(command, "--json")
        assert done.code == 0
        listed = done.json
        assert known in [one["name"] for one in listed]
        assert all(one["labels"]["en"] and one["labels"]["zh"] and one["definition"] for one in listed)
        assert known in fbi(command).out


def test_order_tells_its_story(fbi: Fbi, home: Path):
    rows = fbi("rows", "delivery_delay_rate", "--part", "numerator", "--limit", "1", "--json", home=home).json["rows"]
    channel, number = rows[0]["channel"], rows[0]["order_no"]
    document = fbi("order", channel, number, "--json", home=home).json
    assert document["order_no"] == number
    assert {"as_of", "timezone", "version", "events", "promise", "stages", "lines"} <= set(document)
    assert set(document["promise"]) == {"ship", "delivery", "delivery_renegotiated"}
    assert all(event["at"].endswith("Z") for event in document["events"])
    for stage in document["stages"]:
        if stage["budget_seconds"] is not None:
            assert stage["overrun_seconds"] == stage["seconds"] - stage["budget_seconds"]
    shown = fbi("order", channel, number, home=home).out
    assert number in shown
    assert "late" in shown
