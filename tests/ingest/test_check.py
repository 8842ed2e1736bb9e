"""The contract pass: literal cells in, typed values or reasons out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fulfillment_bi.ingest.adapter import Adapter
from fulfillment_bi.ingest.casts import format_pattern
from fulfillment_bi.ingest.cells import clean_cell
from fulfillment_bi.ingest.check import Setup, check_sql
from fulfillment_bi.ingest.contracts import contract_of, load_contracts
from fulfillment_bi.ingest.generic import generic_adapters
from fulfillment_bi.ingest.mapping import parse_mapping
from fulfillment_bi.warehouse.engine import Session

LATEST = datetime(2025, 6, 3, 12)
Judge = Callable[..., tuple[dict[str, Any], list[str]]]

MAPPING = """
platform = "test"
source = "platform"
label = {{ en = "Test", zh = "测试" }}
timezone = "{zone}"
[[file]]
kind = "orders"
requires = ["nr"]
formats = {formats}
decimal_comma = {comma}
[[file.target]]
entity = "orders"
[file.target.columns]
channel = {{ value = "test" }}
order_no = "nr"
created_at = "created"
status = {{ from = "status", words = {{ "Erledigt" = "delivered" }} }}
order_value = "total"
city = {{ from = "city", default = "nowhere" }}
"""


def mapped(zone: str = "business", formats: str = "[]", comma: str = "false") -> Adapter:
    (adapter,) = parse_mapping(MAPPING.format(zone=zone, formats=formats, comma=comma), "test.toml")
    return adapter


@pytest.fixture
def judge(session: Session) -> Judge:
    """Check one record; its typed values (without the empty ones) and its reasons."""

    def of(entity: str, *, adapter: Adapter | None = None, fault: str | None = None, **given: str | None) -> Any:
        chosen = adapter or generic_adapters()[entity]
        (target,) = chosen.targets
        table = pa.table({"_line": [2], "_fault": pa.array([fault], pa.string())} | {
            name: pa.array([text], pa.string()) for name, text in given.items()
        })  # fmt: skip
        session.execute("DROP TABLE IF EXISTS incoming")
        session.append("incoming", table)
        sql = check_sql("incoming", target, tuple(given), Setup(chosen, "Asia/Shanghai", LATEST))
        names, (row,) = session.columns(sql.text, sql.values)
        found = dict(zip(names, row, strict=True))
        reasons = found.pop("_reasons")
        assert (found.pop("_record") is not None) == bool(reasons)
        found.pop("_source_line")
        return {name: value for name, value in found.items() if value is not None}, reasons

    return of


ORDER = {"channel": "jd", "order_no": "1", "created_at": "2025-06-01 08:00:00"}


def _order(judge: Judge, **cells: str | None) -> tuple[dict[str, Any], list[str]]:
    values, reasons = judge("orders", **{**ORDER, **cells})
    return values, reasons


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2025-06-01 08:00:00", datetime(2025, 6, 1, 0, 0)),
        ("2025-06-01 08:00", datetime(2025, 6, 1, 0, 0)),
        ("2025-06-01T08:00:00.5", datetime(2025, 6, 1, 0, 0, 0, 500000)),
        ("2025/6/1 8:00:00", datetime(2025, 6, 1, 0, 0)),
        ("2025.06.01 8:00", datetime(2025, 6, 1, 0, 0)),
        ("2025年6月1日 8:00:00", datetime(2025, 6, 1, 0, 0)),
        ("２０２５-０６-０１ ０８：００：００", datetime(2025, 6, 1, 0, 0)),
        ("20250601", datetime(2025, 5, 31, 16, 0)),
        ("20250601080000", datetime(2025, 6, 1, 0, 0)),
        ("2025-06-01", datetime(2025, 5, 31, 16, 0)),
        ("2025-06-01T08:00:00Z", datetime(2025, 6, 1, 8, 0)),
        ("2025-06-01T08:00:00+00:00", datetime(2025, 6, 1, 8, 0)),
        ("2025-06-01 08:00:00 +0900", datetime(2025, 5, 31, 23, 0)),
        ("2025-06-01 08:00:00 -0530", datetime(2025, 6, 1, 13, 30)),
        ("2025-06-01 08:00:00.123+02", datetime(2025, 6, 1, 6, 0, 0, 123000)),
        ('="2025-06-01 08:00:00"', datetime(2025, 6, 1, 0, 0)),
        ("\t2025-06-01 08:00:00\t", datetime(2025, 6, 1, 0, 0)),
    ],
)
def test_times_become_utc(judge: Judge, text: str, utc: datetime) -> None:
    values, reasons = _order(judge, created_at=text)
    assert (values["created_at"], reasons) == (utc, [])


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("2025-02-30 10:00:00", "not_a_time"), ("2025-13-01", "not_a_time"), ("22-06-01 10:00:00", "not_a_time"),
        ("06/01/2025", "not_a_time"), ("2025-06-01 25:00:00", "not_a_time"), ("yesterday", "not_a_time"),
        ("45809", "not_a_time"), ("2025-06-01 08:00:00 CST", "not_a_time"), ("1999-12-30 00:00:00", "too_early"),
        ("2025-06-05 08:00:00", "in_future"),
    ],
)  # fmt: skip
def test_times_that_are_none(judge: Judge, text: str, reason: str) -> None:
    _, reasons = _order(judge, paid_at=text)
    assert reasons == [f"{reason}:paid_at"]


@pytest.mark.parametrize(
    "text",
    ["1970-01-01 08:00:00", "1900-01-01", "2000-01-01 00:00:00", "0000-00-00 00:00:00", "00000000", "9999-12-31", "-"],
)
def test_days_that_mean_never_are_no_value(judge: Judge, text: str) -> None:
    values, reasons = _order(judge, paid_at=text)
    assert ("paid_at" in values, reasons) == (False, [])
    assert _order(judge, created_at=text)[1] == ["missing:created_at"]


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2025-06-10", datetime(2025, 6, 10, 15, 59, 59, 999999)),
        ("2025-06-10 00:00:00", datetime(2025, 6, 10, 15, 59, 59, 999999)),
        ("2025-06-10 18:00:00", datetime(2025, 6, 10, 10, 0)),
        ("2025-06-10T00:00:01Z", datetime(2025, 6, 10, 0, 0, 1)),
    ],
)
def test_a_promised_day_lasts_until_its_end_in_the_business_zone(judge: Judge, text: str, utc: datetime) -> None:
    values, reasons = _order(judge, promised_delivery_at_original=text)
    assert (values["promised_delivery_at_original"], reasons) == (utc, [])


def test_a_promised_day_of_a_platform_abroad_still_ends_with_the_business_day(judge: Judge) -> None:
    text = MAPPING.replace('created_at = "created"', 'created_at = "created"\npromised_ship_at_original = "ship"')
    (adapter,) = parse_mapping(text.format(zone="America/New_York", formats="[]", comma="false"), "test.toml")
    cells = {"order_no": "1", "created_at": "2025-06-01 08:00:00", "promised_ship_at_original": "2025-06-10"}
    values, _ = judge("orders", adapter=adapter, **cells)
    assert values["created_at"] == datetime(2025, 6, 1, 12, 0)
    assert values["promised_ship_at_original"] == datetime(2025, 6, 10, 15, 59, 59, 999999)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("12", "12"), ("12.50", "12.5"), ("1,234.5", "1234.5"), ("1,234,567", "1234567"), ("¥12.50", "12.5"),
        ("￥1,234.50", "1234.5"), ("12.5元", "12.5"), ("$1,045.99", "1045.99"), ("１２．５", "12.5"), ("R$ 3", "3"),
        ("12 USD", "12"), ("0", "0"), ("+3", "3"), ('="12"', "12"),
    ],
)  # fmt: skip
def test_money(judge: Judge, text: str, number: str) -> None:
    values, reasons = _order(judge, order_value=text)
    assert (values.get("order_value"), reasons) == (Decimal(number), [])


@pytest.mark.parametrize(
    "text", ["1e3", "0x10", "1_000", "nan?", "inf", "1.2.3", "1,23", "12,3456", "abc", "1" * 20, "--5"]
)
def test_numbers_that_are_none(judge: Judge, text: str) -> None:
    assert _order(judge, order_value=text)[1] == ["not_a_number:order_value"]


def test_numbers_out_of_range(judge: Judge) -> None:
    line = {"channel": "jd", "order_no": "1", "sku": "A"}
    assert judge("order_lines", **line, qty_ordered="-1")[1] == ["out_of_range:qty_ordered"]
    assert judge("order_lines", **line, qty_ordered="1000001")[1] == ["out_of_range:qty_ordered"]
    assert judge("order_lines", **line, qty_ordered="0.5")[1] == []


@pytest.mark.parametrize("text", ["1.23457E+17", "4.31093E+18", "2E+17", "1.5e17"])
def test_ids_that_lost_their_digits_are_refused(judge: Judge, text: str) -> None:
    assert _order(judge, order_no=text)[1] == ["id_scientific:order_no"]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("0012", "0012"),
        ('="0012"', "0012"),
        ("'0012", "0012"),
        ("12E34567", "12E34567"),
        ("１２３", "123"),
        (" A-1 ", "A-1"),
    ],
)
def test_ids_keep_every_character(judge: Judge, text: str, kept: str) -> None:
    assert _order(judge, order_no=text)[0]["order_no"] == kept


def test_words_by_contract_and_in_any_case(judge: Judge) -> None:
    assert _order(judge, status="交易成功")[0]["status"] == "delivered"
    assert _order(judge, status="SHIPPED")[0]["status"] == "shipped"
    assert _order(judge, status="on_fire")[1] == ["unknown_word:status"]
    assert _order(judge, status="null")[1] == []


def test_words_numbers_and_defaults_of_a_mapping(judge: Judge) -> None:
    adapter = mapped(formats='["%d/%m/%Y %H:%M", "%d.%m.%y"]', comma="true")
    cells = {"order_no": "1", "created_at": "03/04/2025 10:00", "status": "erledigt", "order_value": "1.234,50"}
    cells |= {"city": "-"}
    values, reasons = judge("orders", adapter=adapter, **cells)
    assert reasons == []
    assert values == {
        "channel": "test", "order_no": "1", "created_at": datetime(2025, 4, 3, 2, 0), "status": "delivered",
        "order_value": Decimal("1234.5"), "city": "nowhere",
    }  # fmt: skip
    assert judge("orders", adapter=adapter, **cells | {"created_at": "03.04.25"})[0]["created_at"].day == 2
    assert judge("orders", adapter=adapter, **cells | {"created_at": "03.04.2025"})[1] == ["not_a_time:created_at"]
    assert judge("orders", adapter=adapter, **cells | {"created_at": "03/04/25 10:00"})[1] == ["not_a_time:created_at"]


def test_booleans_whole_numbers_and_dates(judge: Judge) -> None:
    ticket = {"source": "s", "ticket_no": "1", "opened_at": "2025-06-01"}
    assert (
        judge("tickets", **ticket, complaint="是", reopened="2.0")[0] | {}
        == judge("tickets", **ticket, complaint="TRUE", reopened="2")[0]
    )
    assert judge("tickets", **ticket, complaint="perhaps")[1] == ["not_a_yes_or_no:complaint"]
    assert judge("tickets", **ticket, reopened="1.5")[1] == ["not_a_whole_number:reopened"]
    stock = {"sku": "A", "warehouse": "W", "on_hand": "-3"}
    values, reasons = judge("stock_levels", **stock, date="2025/6/1 00:00:00")
    assert (values["date"], values["on_hand"], reasons) == (date(2025, 6, 1), Decimal(-3), [])


def test_all_reasons_of_a_row_together(judge: Judge) -> None:
    _, reasons = judge("orders", channel="", order_no="1E+17", created_at="?", status="?", order_value="x")
    assert reasons == [
        "missing:channel", "id_scientific:order_no", "not_a_time:created_at", "unknown_word:status",
        "not_a_number:order_value",
    ]  # fmt: skip


def test_a_broken_row_has_only_the_readers_reason(judge: Judge) -> None:
    _, reasons = judge("orders", fault="field_count", channel=None, order_no=None, created_at=None)
    assert reasons == ["field_count"]


def test_blank_keys_are_filled_where_the_contract_says_how(judge: Judge) -> None:
    order = {"channel": "jd", "order_no": "1"}
    assert judge("fulfilments", **order, tracking_no="SF1")[0]["fulfilment_no"] == "SF1"
    assert judge("fulfilments", **order)[0]["fulfilment_no"] == "1"
    assert judge("order_lines", **order, sku="A", qty_ordered="1")[0]["line_no"] == "A"
    assert judge("parcels", tracking_no="SF1", carrier="")[0]["carrier"] == "unknown"


def test_an_empty_table_of_every_contract_can_be_checked(session: Session) -> None:
    for entity, adapter in generic_adapters().items():
        names = load_contracts()[entity].names
        fields = [("_line", pa.int64()), ("_fault", pa.string()), *((name, pa.string()) for name in names)]
        session.execute("DROP TABLE IF EXISTS incoming")
        session.append("incoming", pa.schema(fields).empty_table())
        sql = check_sql("incoming", adapter.targets[0], names, Setup(adapter, "UTC", LATEST))
        found, rows = session.columns(sql.text, sql.values)
        assert (found[: len(names)], rows) == (list(contract_of(entity).names), [])


PIECES = st.sampled_from(["a", "1", " ", "\t", "'", '="', '"', "=", "##", "-", "null", "NaN", "\u3000", "\ufeff", "店"])


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(parts=st.lists(PIECES, max_size=5))
def test_personal_and_other_cells_are_cleaned_alike(judge: Judge, parts: list[str]) -> None:
    text = "".join(parts)
    values, _ = _order(judge, city=text)
    assert values.get("city") == clean_cell(text)


def test_formats_check_widths() -> None:
    assert format_pattern("%d/%m/%Y %H:%M") == r"\d{1,2}/\d{1,2}/\d{4} \d{1,2}:\d{1,2}"
