"""What a mapping lets through: columns, conditions, hashes and flags."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fulfillment_bi.errors import WarehouseError
from fulfillment_bi.ingest.adapter import FileDate
from fulfillment_bi.ingest.cells import NULL_WORDS, keyed_hash, presence
from fulfillment_bi.ingest.compute import filled_in
from fulfillment_bi.ingest.files import exported_at
from fulfillment_bi.ingest.generic import FILE_DATE
from fulfillment_bi.ingest.mapping import parse_mapping
from fulfillment_bi.ingest.project import hash_key, make_plans, project, wanted_positions
from tests.ingest.conftest import Bench

KEY = b"k" * 32
MAPPING = """
platform = "p"
source = "platform"
label = { en = "P", zh = "P" }
[[file]]
kind = "orders"
requires = ["nr"]
[[file.target]]
entity = "orders"
when = { equals = { Type = ["sale", "gift"] } }
[file.target.columns]
channel = { value = "p" }
order_no = ["number", "nr"]
created_at = "at"
name_ok = { present = "name" }
customer_no = { hash = "name" }
[[file.target]]
entity = "parcels"
when = { present = ["sent", "arrived"] }
[file.target.columns]
tracking_no = "nr"
delivered_at = "arrived"
"""
HEADER = ("nr", "at", "name", "Type", "sent", "arrived", "unmapped")
ROWS = [
    ("1", "t1", "Ada", "sale", "", "", "x"),
    ("2", "t2", "", " gift ", "s", "-", "x"),
    ("3", "t3", "##enc", "return", "", "a", "x"),
]


def _batch() -> pa.RecordBatch:
    columns = list(zip(*ROWS, strict=True))
    arrays = [pa.array([2, 3, 4, 5], pa.int64()), pa.array([None, None, None, "field_count"], pa.string())]
    arrays += [pa.array([*column, None], pa.string()) for column in columns]
    return pa.RecordBatch.from_arrays(arrays, ["_line", "_fault", *(f"c{place}" for place in range(len(HEADER)))])


def test_each_target_takes_its_rows_and_the_first_the_broken_ones() -> None:
    (adapter,) = parse_mapping(MAPPING, "p.toml")
    orders, parcels = make_plans(adapter, HEADER)
    assert wanted_positions((orders, parcels)) == (0, 1, 2, 3, 4, 5)
    projected = project(_batch(), orders, KEY)
    assert projected.schema.names == ["_line", "_fault", "order_no", "created_at", "name_ok", "customer_no"]
    assert [tuple(row.values()) for row in projected.to_pylist()] == [
        (2, None, "1", "t1", "true", keyed_hash("Ada", KEY)),
        (3, None, "2", "t2", "false", None),
        (5, "field_count", None, None, None, None),
    ]
    assert project(_batch(), parcels, KEY).to_pylist() == [
        {"_line": 3, "_fault": None, "tracking_no": "2", "delivered_at": "-"},
        {"_line": 4, "_fault": None, "tracking_no": "3", "delivered_at": "a"},
    ]


def test_hashes_and_flags_see_the_cleaned_cell() -> None:
    assert keyed_hash('="Ada"', KEY) == keyed_hash(" Ada\t", KEY) != keyed_hash("ada", KEY)
    assert keyed_hash("Ada", KEY) != keyed_hash("Ada", b"j" * 32)
    assert keyed_hash("null", KEY) is None
    assert [presence(text) for text in ("x", "", "-", "##abc", None)] == ["true", "false", "false", None, "false"]


@given(st.lists(st.sampled_from(["a", " ", "\t", "'", '="', '"', "##", "-", "null", "NaN", "\u3000", "İ"]), max_size=4))
def test_a_column_of_flags_is_made_like_each_of_them(parts: list[str]) -> None:
    text = "".join(parts)
    for other in ("x", "'x"):
        column = pa.array([text, other, None], pa.string())
        assert filled_in(column, NULL_WORDS).to_pylist() == [presence(text), "true", None]


def test_a_column_named_like_the_flag_holds_the_flag(bench: Bench) -> None:
    bench.load_text("a.csv", "channel,order_no,created_at,name_ok\njd,1,2025-01-01,false\njd,2,2025-01-01,true\n")
    assert bench.rows("SELECT order_no, name_ok FROM state_orders ORDER BY 1") == [("1", False), ("2", True)]


def test_the_key_is_made_once_and_a_damaged_one_is_not_replaced(tmp_path: Path) -> None:
    assert hash_key(tmp_path) == hash_key(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["hash.key"]
    (tmp_path / "hash.key").write_bytes(b"short")
    with pytest.raises(WarehouseError, match="damaged"):
        hash_key(tmp_path)


@pytest.mark.parametrize(
    ("name", "rule", "expected"),
    [
        ("orders.csv", FILE_DATE, datetime(2020, 1, 1)),
        ("orders_2025-05-02.csv", FILE_DATE, datetime(2025, 5, 1, 16)),
        ("orders_20250502.csv", FILE_DATE, datetime(2025, 5, 1, 16)),
        ("orders_20250502_103000.csv", FILE_DATE, datetime(2025, 5, 2, 2, 30)),
        ("ExportOrderList202505021030.csv", FileDate(r"(\d{12})", "%Y%m%d%H%M"), datetime(2025, 5, 2, 2, 30)),
        ("orders_20251399.csv", FILE_DATE, datetime(2020, 1, 1)),
        ("1791430000_orders.csv", FILE_DATE, datetime(2020, 1, 1)),
        ("orders_2025-05-02.csv", None, datetime(2020, 1, 1)),
    ],
)
def test_export_time_from_the_name(name: str, rule: FileDate | None, expected: datetime) -> None:
    assert exported_at(name, rule, "Asia/Shanghai", datetime(2020, 1, 1)) == expected
