"""What the mapping language can say beyond "this column is that one": each means of it on a small file of its own."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from fulfillment_bi.errors import SettingsError
from fulfillment_bi.ingest import detect as detect_module
from fulfillment_bi.ingest.mapping import parse_mapping
from tests.ingest.conftest import Bench

HEAD = """
platform = "p"
source = "platform"
label = { en = "P", zh = "P" }
[[file]]
kind = "lines"
requires = ["Nr", "Item"]
"""
LINES = """
[[file.target]]
entity = "order_lines"
[file.target.columns]
channel = { value = "p" }
order_no = "Nr"
"""
ORDERS = LINES.replace("order_lines", "orders")


@pytest.fixture
def loaded(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Load text with a mapping; the report's only file."""

    def load(mapping: str, text: str) -> Any:
        adapters = {one.name: one for one in parse_mapping(mapping, "p.toml")}
        monkeypatch.setattr(detect_module, "built_in_adapters", lambda: adapters)
        (file,) = bench.load_text("p.csv", text).files
        assert file.status == "failed" or all(counts.balanced for counts in file.entities.values())
        return file

    return load


def test_values_are_carried_down_and_lines_named_within_their_order(bench: Bench, loaded: Any) -> None:
    mapping = (
        HEAD
        + 'block = { by = "Nr", carry = ["Town"], line = ["Item", "Name"] }'
        + LINES
        + ('line_no = "@line"\nsku = { first = ["Item", "Name"] }\nproduct_name = "Town"\nqty_ordered = "@row"\n')
    )
    rows = "1,a,x,Ulm\n1,,y,\n1,a,x,\nshort\n1,a,x,Bonn\n2,a,x,\n2,,y,-\n1,b,z,\n"
    loaded(mapping, "Nr,Item,Name,Town\n" + rows)
    query = "SELECT order_no, line_no, product_name, qty_ordered FROM state_order_lines ORDER BY _source_line"
    assert bench.rows(query) == [
        ("1", "a", "Ulm", 1), ("1", "y", "Ulm", 2), ("1", "a#2", "Ulm", 3), ("1", "a#3", "Bonn", 4),
        ("2", "a", None, 1), ("2", "y", None, 2), ("1", "b", None, 1),
    ]  # fmt: skip
    assert bench.rows("SELECT source_line, reasons FROM quarantine") == [(5, ["field_count"])]


def test_a_block_goes_on_in_the_next_batch(bench: Bench, loaded: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fulfillment_bi.ingest.readers.text.BLOCK", 16)
    mapping = (
        HEAD
        + 'block = { by = "Nr", carry = ["Town"], line = "Item" }'
        + LINES
        + ('line_no = "@line"\nsku = "Item"\nproduct_name = "Town"\nqty_ordered = "@row"\n')
    )
    loaded(mapping, "Nr,Item,Town\n1,a,Ulm\n" + "1,a,\n" * 30)
    assert bench.rows("SELECT count(*), count(DISTINCT line_no), min(product_name) FROM state_order_lines") == [
        (31, 31, "Ulm")
    ]


def test_item_groups_in_any_number(bench: Bench, loaded: Any) -> None:
    mapping = (
        HEAD.replace('"Item"', '"Item 1 Code"')
        + LINES
        + ('line_no = "@item"\nsku = "Item {} Code"\nqty_ordered = "Item {} Qty"\n')
    )
    mapping = mapping.replace("[file.target.columns]", 'when = { present = ["Item {} Code"] }\n[file.target.columns]')
    header = ",".join(["Nr", *(f"item {n} {part}" for n in (1, 2, 11) for part in ("CODE", "qty"))])
    file = loaded(mapping, f"{header}\n7,a,1,b,2,,\n8,,,c,3,d,4\nshort\n")
    assert file.unknown_columns == ()
    assert bench.rows("SELECT order_no, line_no, sku, qty_ordered FROM state_order_lines ORDER BY 1, 2") == [
        ("7", "1", "a", 1), ("7", "2", "b", 2), ("8", "11", "d", 4), ("8", "2", "c", 3),
    ]  # fmt: skip
    assert (file.entities["order_lines"].read, file.entities["order_lines"].quarantined) == (5, 1)


def test_cells_that_hold_several_values(bench: Bench, loaded: Any) -> None:
    split = 'split = { separator = ";", columns = ["Item", "Qty"], count = "Number" }\n[file.target.columns]'
    mapping = (HEAD + LINES).replace("[file.target.columns]", split) + (
        'line_no = "@item"\nsku = "Item"\nqty_ordered = "Qty"\n'
    )
    file = loaded(mapping, "Nr,Item,Qty,Number\n1,a;b,1;2,2\n2,c,3,\n3,a;b;,4;5,\n4,a;b,1;2,5\n5,a;b,1,2\n")
    assert bench.rows("SELECT order_no, line_no, sku, qty_ordered FROM state_order_lines ORDER BY 1, 2") == [
        ("1", "1", "a", 1), ("1", "2", "b", 2), ("2", "1", "c", 3), ("3", "1", "a", 4), ("3", "2", "b", 5),
    ]  # fmt: skip
    assert bench.rows("SELECT source_line, reasons[1] FROM quarantine") == [(6, "pieces_differ")]
    assert file.entities["order_lines"].read == 6


CHOICES = (
    ORDERS
    + """created_at = { first = ["At", { from = "Nr", pattern = "^D(\\\\d{8})" }] }
city = { join = ["Town", "Part"], separator = "-" }
cancel_reason = { value = "late", if = { Item = ["x", ""] } }
hold_reason = { from = "Item", words = { x = "held" }, only = true }
review_mode = { from = "Item", otherwise = "manual" }
customer_no = { hash_all = ["Town", "Part"] }
[file.target.columns.status]
first = [
    { from = "Gone", filled = "cancelled" },
    { from = "State", words = { ok = "shipped", no = "" } },
    { value = "created" },
]
"""
)


def test_choices_patterns_conditions_and_joined_cells(bench: Bench, loaded: Any) -> None:
    rows = "D20250102-1,x,2025-01-03,a,b,ok,\nD20250102-2,y,,a,-,no,1\n3,,2025-01-05,,,no,-\n"
    rows += "4,z,2025-01-05,,,odd,\n5,z,,,,,\n"
    loaded(HEAD + CHOICES, "Nr,Item,At,Town,Part,State,Gone\n" + rows)
    columns = "order_no, status, CAST(created_at + INTERVAL 8 HOUR AS DATE)::VARCHAR, city, cancel_reason, hold_reason"
    assert bench.rows(f"SELECT {columns}, review_mode, customer_no IS NULL FROM state_orders ORDER BY 1") == [
        ("3", "created", "2025-01-05", None, "late", None, None, True),
        ("D20250102-1", "shipped", "2025-01-03", "a-b", "late", "held", "manual", False),
        ("D20250102-2", "cancelled", "2025-01-02", "a", None, None, "manual", True),
    ]
    assert bench.rows("SELECT source_line, reasons FROM quarantine ORDER BY 1") == [
        (5, ["unknown_word:status"]), (6, ["missing:created_at"]),
    ]  # fmt: skip


def test_an_order_has_the_status_that_the_mapping_prefers_and_totals_are_divided(bench: Bench, loaded: Any) -> None:
    orders = ORDERS + 'created_at = "At"\nstatus = { from = "State", prefer = ["paid", "shipped", "cancelled"] }\n'
    lines = (
        LINES
        + 'line_no = "Item"\nsku = "Item"\nqty_ordered = "Qty"\nunit_price = { from = "Total", per = "qty_ordered" }\n'
    )
    rows = "1,a,shipped,3,10.00\n1,b,cancelled,0,\n1,c,paid,2,7-\n2,a,cancelled,1,$1.50\n3,a,created,0,4元\n"
    loaded(HEAD + orders + lines, "Nr,Item,State,Qty,Total,At\n" + rows.replace("\n", ",2025-01-01\n"))
    assert bench.rows("SELECT order_no, status FROM state_orders ORDER BY 1") == [
        ("1", "paid"), ("2", "cancelled"), ("3", "created"),
    ]  # fmt: skip
    assert bench.rows("SELECT order_no, line_no, unit_price FROM state_order_lines ORDER BY 1, 2") == [
        ("1", "a", Decimal("3.3333")), ("1", "b", None), ("2", "a", Decimal("1.5")), ("3", "a", 4),
    ]  # fmt: skip
    assert bench.rows("SELECT reasons FROM quarantine") == [(["out_of_range:unit_price"],)]


def test_rows_are_chosen_by_what_they_are_not(bench: Bench, loaded: Any) -> None:
    when = 'when = { absent = ["Void"], differs = { Kind = ["gift", "sample"] } }\n[file.target.columns]'
    mapping = (HEAD + ORDERS).replace("[file.target.columns]", when) + 'created_at = "At"\n'
    loaded(
        mapping,
        "Nr,Item,At,Kind,Void\n1,a,2025-01-01,sale,\n2,a,2025-01-01,gift,\n3,a,2025-01-01,,\n4,a,2025-01-01,sale,x\n",
    )
    assert bench.rows("SELECT order_no FROM state_orders") == [("1",)]


DATES = "channel,order_no,created_at,paid_at\n"


@pytest.mark.parametrize(
    ("cells", "first"),
    [
        ("03/04/2025,25/04/2025", "2025-04-03"),
        ("03/04/2025,04/25/2025", "2025-03-04"),
        ("3.4.25,25.4.25 10:30", "2025-04-03"),
        ("3-4-2025 9:05:00 PM,4-25-2025", "2025-03-04"),
        ("05/05/2025,06/06/2025", "2025-05-05"),
    ],
)
def test_the_order_of_day_and_month_is_that_of_the_whole_file(bench: Bench, cells: str, first: str) -> None:
    (file,) = bench.load_text("a.csv", f"{DATES}x,1,{cells}\n").files
    assert (file.status, file.entities["orders"].quarantined) == ("loaded", 0)
    assert bench.rows("SELECT CAST(created_at + INTERVAL 8 HOUR AS DATE)::VARCHAR FROM state_orders") == [(first,)]


def test_dates_that_nothing_decides_are_asked_about(bench: Bench) -> None:
    path = bench.write("a.csv", f"{DATES}x,1,03/04/2025,04/04/2025\n")
    (file,) = bench.load(path).files
    assert file.status == "failed"
    assert "day first or month first, for example '03/04/2025'" in file.message
    assert "--adapter orders_day_first or --adapter orders_month_first" in file.message
    (file,) = bench.load(path, adapter="orders_month_first").files
    assert (file.status, file.adapter) == ("loaded", "orders_month_first")
    assert bench.rows("SELECT created_at::VARCHAR FROM state_orders") == [("2025-03-03 16:00:00",)]


def test_one_row_against_the_rest_is_refused_and_not_turned_round(bench: Bench) -> None:
    bench.load_text("a.csv", f"{DATES}x,1,13/04/2025,\nx,2,14/04/2025,\nx,3,04/15/2025,\nx,4,01/02/2025,\n")
    assert bench.rows("SELECT source_line, reasons FROM quarantine") == [(4, ["not_a_time:created_at"])]
    assert bench.rows("SELECT max(created_at)::DATE::VARCHAR, min(created_at)::DATE::VARCHAR FROM state_orders") == [
        ("2025-04-13", "2025-01-31")
    ]


def test_numbers_of_another_unit_are_multiplied(bench: Bench, loaded: Any) -> None:
    lines = (
        LINES + 'line_no = "Item"\nsku = "Item"\nqty_ordered = { from = "Dozens", times = 12 }\n'
        'unit_price = { from = "Fen", times = 0.01, per = "qty_ordered" }\n'
    )
    rows = '1,a,0.5,"1,200"\n1,b,2,\n1,c,x,100\n1,d,1,1e99\n1,e,100000000000,1\n'
    loaded(HEAD + lines, "Nr,Item,Dozens,Fen\n" + rows)
    assert bench.rows("SELECT line_no, qty_ordered, unit_price FROM state_order_lines ORDER BY 1") == [
        ("a", 6, 2), ("b", 24, None),
    ]  # fmt: skip
    assert bench.rows("SELECT source_line, reasons FROM quarantine ORDER BY 1") == [
        (4, ["not_a_number:qty_ordered"]),
        (5, ["not_a_number:unit_price"]),
        (6, ["out_of_range:qty_ordered"]),
    ]


@pytest.mark.parametrize("text", ["12.50-", "-12.50", "$12.50-", "￥12.50-"])
def test_a_minus_may_stand_behind(bench: Bench, text: str) -> None:
    bench.load_text("a.csv", f"channel,order_no,created_at,discount\nx,1,2025-01-01,{text}\n")
    assert bench.rows("SELECT discount FROM state_orders") == [(Decimal("-12.5"),)]


@pytest.mark.parametrize(
    ("columns", "says"),
    [
        ('line_no = "@line"\nsku = "x"\nqty_ordered = "y"', "@line needs a block"),
        ('line_no = "@item"\nsku = "x"\nqty_ordered = "y"', "@item needs a block"),
        ('line_no = "@none"\nsku = "x"\nqty_ordered = "y"', "there is no @none"),
        ('sku = { from = "x", pattern = "(" }\nqty_ordered = "y"', "not a regular expression"),
        ('sku = { first = [{ hash = "x" }] }\nqty_ordered = "y"', "a choice of first"),
        ('sku = "x"\nqty_ordered = { from = "y", per = "units" }', "units"),
        ('sku = { from = "x", prefer = ["a"] }\nqty_ordered = "y"', "prefer ranks words"),
        ('sku = { from = "x", times = 2 }\nqty_ordered = "y"', "times multiplies a number"),
        *(
            (f'sku = "x"\nqty_ordered = {{ from = "y", times = {factor} }}', "times is a number such as")
            for factor in ('"2"', "0", "-1", "true", "nan", "inf", "1e-10", "1e9")
        ),
    ],
)
def test_a_mapping_that_cannot_work_says_why(columns: str, says: str) -> None:
    with pytest.raises(SettingsError, match=says):
        parse_mapping(HEAD + LINES + columns, "p.toml")


def test_personal_columns_can_only_be_hashed_or_flagged() -> None:
    with pytest.raises(SettingsError, match="only whether it is present"):
        parse_mapping(HEAD + ORDERS + 'created_at = "At"\nname_ok = "Name"\n', "p.toml")


REPLIES = """
platform = "desk"
source = "service"
label = { en = "Desk", zh = "客服" }
timezone = "America/New_York"
[[file]]
kind = "tickets"
requires = ["Nr", "Opened", "Wait"]
formats = ["%d.%m.%Y %H:%M"]
[[file.target]]
entity = "tickets"
[file.target.columns]
source = { value = "desk" }
ticket_no = "Nr"
opened_at = "Opened"
first_human_reply_at = { from = "Opened", plus = "Wait", unit = "minutes" }
solved_at = { first = ["Solved", { from = "Opened", plus = "Days", unit = "days" }] }
"""


def test_a_duration_is_added_to_a_time(bench: Bench, loaded: Any) -> None:
    rows = [
        ("1", "05.05.2025 10:00", "15", "", ""), ("2", "05.05.2025 10:00", "0.5", "2025-05-06 10:00", "3"),
        ("3", "05.05.2025 10:00", "-", "", "3"), ("4", "-", "15", "", ""), ("5", "05.05.2025 10:00", "soon", "", ""),
        # The clocks go forward at 2:00 that night: ninety minutes later it is 3:30 on the wall.
        ("6", "09.03.2025 01:00", "90", "", ""),
    ]  # fmt: skip
    text = "Nr,Opened,Wait,Solved,Days\n" + "".join(",".join(row) + "\n" for row in rows)
    loaded(REPLIES, text)
    query = "SELECT ticket_no, first_human_reply_at, solved_at FROM state_tickets ORDER BY 1"
    assert [tuple(str(cell) for cell in row) for row in bench.rows(query)] == [
        ("1", "2025-05-05 14:15:00", "None"),
        ("2", "2025-05-05 14:00:30", "2025-05-06 14:00:00"),
        ("3", "None", "2025-05-08 14:00:00"),
        ("6", "2025-03-09 07:30:00", "None"),
    ]
    assert bench.rows("SELECT source_line, reasons FROM quarantine ORDER BY 1") == [
        (5, ["missing:opened_at"]), (6, ["not_a_time:first_human_reply_at"]),
    ]  # fmt: skip
    assert "05.05.2025 10:00 + soon minutes" in str(bench.rows("SELECT source FROM quarantine"))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('unit = "minutes"', 'unit = "months"', "unit is one of"),
        (', unit = "minutes"', "", "unit is one of"),
        ('plus = "Wait", ', "", "plus names a header"),
        ('ticket_no = "Nr"', 'ticket_no = { from = "Nr", plus = "Wait", unit = "days" }', "adds a duration to a time"),
        ('kind = "tickets"', 'kind = "tickets"\ndecimal_comma = "maybe"', "by_file"),
    ],
)
def test_durations_and_decimal_signs_that_make_no_sense_are_refused(old: str, new: str, said: str) -> None:
    assert old in REPLIES
    with pytest.raises(SettingsError, match=said):
        parse_mapping(REPLIES.replace(old, new, 1), "p.toml")


def test_what_describes_a_mapping_does_not_change_its_fingerprint() -> None:
    (plain,) = parse_mapping(REPLIES, "p.toml")
    described = REPLIES.replace('kind = "tickets"', 'kind = "tickets"\nevidence = "seen"\nunproven_headers = ["Wait"]')
    (proven,) = parse_mapping(described, "p.toml")
    assert (proven.evidence, proven.unproven_headers) == (("seen",), ("Wait",))
    assert proven.fingerprint == plain.fingerprint
    (other,) = parse_mapping(REPLIES.replace("minutes", "hours"), "p.toml")
    assert other.fingerprint != plain.fingerprint
