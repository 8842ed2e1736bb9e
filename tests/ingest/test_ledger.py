"""The ledger: loads, refused rows, reasons and freshness as the Data page and the command line ask for them."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

import pytest

import fulfillment_bi.ingest as package
from fulfillment_bi.errors import UnknownNameError
from fulfillment_bi.ingest import ledger
from fulfillment_bi.ingest.contracts import contract_of
from fulfillment_bi.ingest.report import Counts
from fulfillment_bi.ingest.tables import SYSTEMS, ensure_tables, knows
from fulfillment_bi.warehouse.engine import Session
from tests.ingest.conftest import Bench

ORDERS = "channel,order_no,created_at,status\njd,1,2025-01-01 09:00:00,paid\njd,2,2025-01-0x,odd\njd,,2025-01-02,paid\n"
LINES = "channel,order_no,sku,qty_ordered\njd,1,A,-1\njd,1,B,2\n"


@pytest.fixture
def loaded(bench: Bench) -> Bench:
    bench.load_text("orders.csv", ORDERS)
    bench.load_text("lines.csv", LINES, hours=1)
    return bench


def test_loads_newest_first_with_their_counts(loaded: Bench) -> None:
    lines, orders = loaded.ask(ledger.list_loads)
    assert (orders.load_id, orders.file, orders.adapter, orders.status) == (1, "orders.csv", "orders", "loaded")
    assert (orders.format, orders.read, orders.quarantined) == ("CSV, UTF-8, comma", 3, 2)
    assert lines.entities == {"order_lines": Counts(read=2, new=1, quarantined=1)}
    assert lines.exported_at == datetime(2025, 6, 1, 13)
    assert loaded.ask(lambda session: len(ledger.list_loads(session, limit=1))) == 1


def test_refused_rows_can_be_narrowed_down_and_paged(loaded: Bench) -> None:
    everything = loaded.ask(ledger.list_quarantine)
    assert (everything.count, [row.source_line for row in everything.rows]) == (3, [2, 3, 4])
    first = everything.rows[0]
    assert (first.entity, first.file, first.reasons) == ("order_lines", "lines.csv", ("out_of_range:qty_ordered",))
    assert first.source == {"channel": "jd", "order_no": "1", "sku": "A", "qty_ordered": "-1"}
    page = loaded.ask(lambda session: ledger.list_quarantine(session, limit=1, offset=1))
    assert (page.count, page.rows) == (3, everything.rows[1:2])
    for options, lines in [
        ({"entity": "orders"}, [3, 4]),
        ({"reason": "missing"}, [4]),
        ({"reason": "missing:order_no"}, [4]),
        ({"reason": "missing:order"}, []),
        ({"load_id": 2}, [2]),
        ({"entity": "orders", "reason": "out_of_range"}, []),
    ]:
        found = loaded.ask(lambda session, options=options: ledger.list_quarantine(session, **options))
        assert ([row.source_line for row in found.rows], found.count) == (lines, len(lines))
    with pytest.raises(UnknownNameError, match="orders"):
        loaded.ask(lambda session: ledger.list_quarantine(session, entity="order"))


def test_reasons_are_counted_explained_and_shown_by_an_example(loaded: Bench) -> None:
    rows = loaded.ask(ledger.explain_quarantine)
    assert [(row.entity, row.reason, row.count, row.example, row.source_line) for row in rows] == [
        ("order_lines", "out_of_range:qty_ordered", 1, "-1", 2),
        ("orders", "missing:order_no", 1, "", 4),
        ("orders", "not_a_time:created_at", 1, "2025-01-0x", 3),
        ("orders", "unknown_word:status", 1, "odd", 3),
    ]
    assert all(row.meaning_en and row.meaning_zh and row.meaning_en != row.reason for row in rows)
    assert len(loaded.ask(lambda session: ledger.explain_quarantine(session, load_id=1))) == 3


def test_every_reason_code_in_the_sources_is_explained() -> None:
    folder = Path(package.__file__).parent
    text = "\n".join(path.read_text("utf-8") for path in folder.rglob("*.py") if path.name != "ledger.py")
    codes = set(re.findall(r'Reason\(f"([a-z_]+):', text)) | set(re.findall(r'\bfault = "([a-z_]+)"', text))
    readers = {"field_count", "nul_byte", "field_too_long", "bad_json"}
    codes |= set(re.findall(r'return (?:\{\}, )?"([a-z]+_[a-z_]+)"', text)) & readers
    assert {"missing", "unknown_word", "truncated_tail", "field_count", "bad_json"} <= codes
    assert codes <= set(ledger.REASONS)


def test_freshness_is_the_newest_event_of_each_adapter(loaded: Bench) -> None:
    lines, orders = loaded.ask(ledger.freshness)
    assert (orders.source, orders.adapter, orders.newest) == ("platform", "orders", datetime(2025, 1, 1, 1))
    assert (orders.files, orders.records, orders.exported_at) == (1, 3, datetime(2025, 6, 1, 12))
    assert (lines.adapter, lines.newest) == ("order_lines", None)


def test_an_empty_warehouse_has_an_empty_ledger(session: Session) -> None:
    assert ledger.list_loads(session) == []
    assert ledger.list_quarantine(session).count == 0
    assert ledger.explain_quarantine(session) == []
    assert ledger.freshness(session) == []


def test_a_contract_that_gained_a_column_keeps_its_rows(session: Session) -> None:
    ensure_tables(session)
    session.execute("ALTER TABLE state_products DROP COLUMN brand")
    session.execute("INSERT INTO state_products (sku, name) VALUES ('A', 'x')")
    ensure_tables(session)
    assert session.rows("SELECT sku, name, brand FROM state_products") == [("A", "x", None)]
    found = session.rows("SELECT column_name FROM information_schema.columns WHERE table_name = 'state_products'")
    kept = {*contract_of("products").names, "_load_id", "_source_line", *map(knows, SYSTEMS)}
    assert {name for (name,) in found} == kept
