"""Extracts of enterprise systems: files that belong together become one order, whatever order they come in."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from fulfillment_bi.cli.describe import adapter_documents
from fulfillment_bi.errors import UnknownNameError
from fulfillment_bi.ingest.detect import find_adapter
from fulfillment_bi.ingest.mapping import built_in_adapters
from fulfillment_bi.ingest.project import hash_key
from fulfillment_bi.warehouse.build import build_models
from fulfillment_bi.warehouse.engine import Session
from tests.ingest.conftest import Bench
from tests.ingest.erp_samples import ERP, ERP_SAMPLES
from tests.ingest.samples import HOURS

SAP_SALES = ("VBAK.csv", "VBAP.csv", "VBEP.txt", "LIPS.csv", "LIKP.csv")
SAP_PURCHASES = ("EKKO.csv", "EKPO.csv", "EKET.csv", "EKBE.csv", "LFA1.csv")


def _load(bench: Bench, *names: str) -> None:
    paths = [bench.write(name, (ERP / name).read_bytes(), hours=HOURS) for name in names]
    assert [file.status for file in bench.load(*paths).files] == ["loaded"] * len(names)
    assert bench.rows("SELECT * FROM quarantine") == []


def _local(*moment: int) -> datetime:
    return datetime(*moment) - timedelta(hours=8)  # type: ignore[arg-type]


def _end(*day: int) -> datetime:
    """The end of a day in Beijing: when a promise given as a day falls due."""
    return _local(*day) + timedelta(days=1, microseconds=-1)


def _models(bench: Bench, question: str) -> list[tuple[Any, ...]]:
    """The answer of the star schema, built from what is loaded."""
    with bench.store.draft() as draft:
        session: Session = draft.session
        build_models(session, timezone="Asia/Shanghai")
        return session.rows(question)


def test_sap_orders_lines_and_dates_of_three_tables(bench: Bench) -> None:
    _load(bench, *SAP_SALES)
    columns = "order_no, shop, created_at, promised_delivery_at_original, status, hold_reason, order_value"
    assert bench.rows(f"SELECT {columns}, name_ok, phone_ok FROM state_orders ORDER BY 1") == [
        ("0000012001", "1000/10", _local(2026, 5, 4, 9, 15), _end(2026, 5, 12), "processing", None,
         Decimal("1250.5"), True, True),
        ("0000012002", "1000/20", _local(2026, 5, 5), None, "processing", "01", 80, False, False),
        ("0000012003", "1000/10", _local(2026, 5, 6, 23, 59, 59), _end(2026, 6, 1), None, None,
         Decimal("99.9"), True, False),
    ]  # fmt: skip
    columns = "order_no, line_no, sku, qty_ordered, qty_cancelled, unit_price"
    assert bench.rows(f"SELECT {columns} FROM state_order_lines ORDER BY 1, 2") == [
        ("0000012001", "000010", "000000000000004711", 10, None, Decimal("120.05")),
        ("0000012001", "000020", "ABC-1", 5, None, 10),
        ("0000012002", "000010", "000000000000004711", 1, 1, 80),
        ("0000012003", "000010", "ABC-1", Decimal("9.99"), None, 10),
    ]
    columns = "order_no, line_no, promised_ship_at_original, promised_ship_at_current"
    assert bench.rows(f"SELECT {columns} FROM state_order_lines ORDER BY 1, 2") == [
        ("0000012001", "000010", _end(2026, 5, 8), _end(2026, 5, 15)),
        ("0000012001", "000020", _end(2026, 5, 8), _end(2026, 5, 8)),
        ("0000012002", "000010", None, None),
        ("0000012003", "000010", None, None),
    ]


def test_sap_deliveries_have_their_days_from_the_header(bench: Bench) -> None:
    _load(bench, *SAP_SALES)
    assert bench.rows("SELECT fulfilment_no, shipped_at_warehouse FROM state_deliveries ORDER BY 1") == [
        ("0080003001", _local(2026, 5, 8)), ("0080003002", None),
    ]  # fmt: skip
    columns = "fulfilment_no, order_no, line_no, sku, qty_shipped, warehouse"
    assert bench.rows(f"SELECT {columns} FROM state_fulfilments ORDER BY 1, 3") == [
        ("0080003001", "0000012001", "000010", "000000000000004711", 4, "1000/0001"),
        ("0080003001", "0000012001", "000020", "ABC-1", 5, "1000/0001"),
        ("0080003002", "0000012001", "000010", "000000000000004711", 6, "1000/0001"),
    ]
    assert bench.rows("SELECT tracking_no, promised_at, delivered_at FROM state_parcels ORDER BY 1") == [
        ("0080003001", _end(2026, 5, 12), _local(2026, 5, 13)), ("0080003002", _end(2026, 5, 19), None),
    ]  # fmt: skip
    lines = (
        "SELECT s.sku, l.shipped_at, l.delivered_at FROM fct_order_line AS l INNER JOIN dim_sku AS s "
        "USING (sku_id) WHERE l.order_no = '0000012001' ORDER BY 1"
    )
    assert _models(bench, lines) == [
        ("000000000000004711", None, None), ("ABC-1", _local(2026, 5, 8), _local(2026, 5, 13)),
    ]  # fmt: skip


def test_sap_purchases_of_five_tables(bench: Bench) -> None:
    _load(bench, *SAP_PURCHASES)
    columns = "po_no, line_no, receipt_no, received_at, qty_ordered, qty_received, qty_rejected, unit_cost"
    assert bench.rows(f"SELECT {columns} FROM state_purchase_lines ORDER BY 1, 2, 3 NULLS FIRST") == [
        ("4500000001", "00010", None, None, 100, None, None, Decimal("1.5")),
        ("4500000001", "00010", "2026/5000000001/0001", _local(2026, 4, 19), None, 60, None, None),
        ("4500000001", "00020", None, None, 1, None, None, 20),
        ("4500000002", "00010", None, None, 40, None, None, 2),
        # Taken back, and received anew; of that, two pieces went back to the supplier.
        ("4500000002", "00010", "2026/5000000002/0001", _local(2026, 4, 24), None, 0, None, None),
        ("4500000002", "00010", "2026/5000000004/0001", _local(2026, 4, 25), None, 40, 2, None),
    ]
    columns = "promised_at_original, promised_at_current"
    dated = f"SELECT {columns} FROM state_purchase_lines WHERE promised_at_current IS NOT NULL ORDER BY po_no"
    assert bench.rows(dated) == [
        (_end(2026, 4, 15), _end(2026, 4, 27)), (_end(2026, 4, 25), _end(2026, 4, 25)),
    ]  # fmt: skip
    assert bench.rows("SELECT * EXCLUDE (_load_id, _source_line) FROM state_suppliers ORDER BY 1")[0][:5] == (
        "0000200001", "Gusswerk Nord AG", "DE", "04", "Bremen",
    )  # fmt: skip


def test_a_purchase_line_knows_its_order_and_its_suppliers_name(bench: Bench) -> None:
    _load(bench, *SAP_PURCHASES)
    lines = (
        "SELECT f.po_no, f.line_no, s.supplier, f.qty_ordered, f.qty_received, f.ordered_at, f.received_at "
        "FROM fct_purchase_line AS f INNER JOIN dim_supplier AS s USING (supplier_id) ORDER BY 1, 2"
    )
    assert _models(bench, lines) == [
        ("4500000001", "00010", "Gusswerk Nord AG", 100, 60, _local(2026, 4, 1), None),
        ("4500000001", "00020", "Gusswerk Nord AG", 1, 0, _local(2026, 4, 1), None),
        # Two suppliers have this name, so the number stands behind it.
        ("4500000002", "00010", "Dichtungen Müller (0000200002)", 40, 40, _local(2026, 4, 10), _local(2026, 4, 25)),
    ]


def test_the_files_of_one_system_come_in_any_order(bench: Bench, tmp_path: Any) -> None:
    names = [*SAP_SALES, *SAP_PURCHASES]
    _load(bench, *names)
    expected = {entity: [row[:-1] for row in rows] for entity, rows in bench.state().items()}
    other = Bench(tmp_path / "other")
    other.home.mkdir(parents=True)
    (other.home / "hash.key").write_bytes(hash_key(bench.home))
    mixed = random.Random(5).sample(names, len(names))
    for some in (mixed[:3], mixed[3:6], mixed[6:]):
        _load(other, *some)
    found = {entity: [row[:-1] for row in rows] for entity, rows in other.state().items()}
    other.store.close()
    assert found == expected


def test_sap_stock_with_a_minus_behind(bench: Bench) -> None:
    _load(bench, "MARD_20260510.csv", "MB52_20260510.csv")
    assert bench.rows("SELECT date, sku, warehouse, on_hand FROM state_stock_levels ORDER BY 2, 3") == [
        (date(2026, 5, 10), "000000000000004711", "1000/0001", Decimal("1234.5")),
        (date(2026, 5, 10), "4711", "1000/0001", Decimal("1480.5")),
        (date(2026, 5, 10), "4711", "1000/0002", -20),
        (date(2026, 5, 10), "ABC-1", "1000/0001", Decimal("-12.5")),
        (date(2026, 5, 10), "ABC-1", "1000/0002", 0),
    ]


def test_sap_lists_in_german_and_english(bench: Bench) -> None:
    _load(bench, "EKKO_de.csv", "EKPO_de.csv", "EKBE_de.csv", "Dispositionsliste.csv", "ME2N.csv", "MB51.txt")
    columns = "po_no, line_no, receipt_no, supplier, sku, received_at, qty_ordered, qty_received, qty_rejected"
    assert bench.rows(f"SELECT {columns}, unit_cost FROM state_purchase_lines ORDER BY 1, 2, 3 NULLS FIRST") == [
        ("4500000011", "00010", None, None, "GH-1", None, 1200, None, None, Decimal("1.5")),
        ("4500000011", "00010", "2026/5000000011/0001", None, "GH-1", _local(2026, 4, 15), None, 1000, 10, None),
        ("4500000011", "00010", "2026/5000000012/0001", None, "GH-1", _local(2026, 4, 16), None, 0, None, None),
        ("4500000031", "00010", None, "0000200001", "4711", None, 1500, None, None, Decimal("1.2")),
        ("4500000031", "00010", "5000000031/1", "0000200001", "4711", _local(2026, 5, 2), None, 1500, None, None),
        ("4500000031", "00010", "5000000033/1", "0000200001", "4711", _local(2026, 5, 4), None, Decimal("0.5"),
         None, None),
        ("45000021", "10", None, "200001", "GH-2", None, 24, None, None, None),
    ]  # fmt: skip
    assert bench.rows("SELECT po_no, supplier, ordered_at FROM state_purchase_orders") == [
        ("4500000011", "0000200001", _local(2026, 4, 1))
    ]
    promises = "SELECT po_no, promised_at_current FROM state_purchase_lines WHERE promised_at_current IS NOT NULL"
    assert bench.rows(f"{promises} ORDER BY 1") == [("4500000031", _end(2026, 5, 4)), ("45000021", _end(2026, 7, 20))]


def test_a_sap_list_of_sales_orders(bench: Bench) -> None:
    _load(bench, "sales_list.csv")
    columns = "order_no, line_no, sku, qty_ordered, qty_cancelled, unit_price"
    assert bench.rows(f"SELECT {columns} FROM state_order_lines ORDER BY 1, 2") == [
        ("12101", "4711", "4711", 10, None, Decimal("12.5")), ("12101", "4712", "4712", 2, 2, 3),
    ]  # fmt: skip
    assert bench.rows("SELECT line_no, qty_shipped, shipped_at_warehouse FROM state_fulfilments") == [
        ("4711", 8, _local(2026, 5, 6))
    ]


def test_oracle_ebs_orders_shipments_and_parcels(bench: Bench) -> None:
    _load(bench, "OE_ORDER_HEADERS_ALL.csv", "OE_ORDER_LINES_ALL.csv", "WSH_DELIVERY_DETAILS.csv")
    columns = "order_no, shop, created_at, promised_delivery_at_original, status, currency"
    assert bench.rows(f"SELECT {columns} FROM state_orders ORDER BY 1") == [
        ("700001", "83", _local(2026, 5, 4), _end(2026, 5, 12), "processing", "USD"),
        ("700002", "83", _local(2026, 5, 5, 10, 15), None, "created", "USD"),
        ("700003", "83", _local(2026, 5, 6), None, "shipped", "USD"),
        ("700004", "83", _local(2026, 5, 6), None, "cancelled", "USD"),
    ]
    columns = "line_no, sku, qty_ordered, qty_cancelled, unit_price, promised_ship_at_original"
    assert bench.rows(f"SELECT {columns}, promised_ship_at_current FROM state_order_lines ORDER BY 1") == [
        ("810001", "AS54888", 10, 0, Decimal("12.5"), _end(2026, 5, 8), _end(2026, 5, 8)),
        ("810002", "AS54999", 4, 1, 3, _end(2026, 5, 7), _end(2026, 5, 9)),
    ]
    assert bench.rows("SELECT line_no, qty_shipped, shipped_at_warehouse, warehouse FROM state_fulfilments") == [
        ("810001", 10, _local(2026, 5, 8), "204")
    ]
    assert bench.rows("SELECT tracking_no, order_no, carrier, weight FROM state_parcels") == [
        ("1Z0001", "700001", "301", Decimal("12.5"))
    ]


def test_oracle_fusion_orders_and_fulfilment_lines(bench: Bench) -> None:
    _load(bench, "DOO_HEADERS_ALL.csv", "DOO_LINES_ALL.csv", "DOO_FULFILL_LINES_ALL.csv")
    assert bench.rows("SELECT order_no, status, created_at, cancel_reason FROM state_orders ORDER BY 1") == [
        ("300001", "processing", _local(2026, 5, 4, 8), None),
        ("300002", "shipped", _local(2026, 5, 5, 8), None),
        ("300003", "cancelled", _local(2026, 5, 5, 9), "CUSTOMER_REQUEST"),
    ]
    columns = "line_no, sku, qty_ordered, qty_cancelled, unit_price, promised_ship_at_current"
    assert bench.rows(f"SELECT {columns} FROM state_order_lines ORDER BY 1") == [
        ("310001", "1001", 10, 0, Decimal("12.5"), _end(2026, 5, 15)), ("310002", "1002", 3, 1, None, None),
    ]  # fmt: skip
    assert bench.rows("SELECT line_no, fulfilment_no, qty_shipped, shipped_at_warehouse FROM state_fulfilments") == [
        ("310001", "320001", 6, _local(2026, 5, 8, 16, 30))
    ]


def test_oracle_purchases_and_receipts(bench: Bench) -> None:
    _load(bench, "PO_HEADERS_ALL.csv", "PO_LINES_ALL.csv", "PO_LINE_LOCATIONS_ALL.csv", "RCV_TRANSACTIONS.csv")
    assert bench.rows("SELECT po_no, supplier, ordered_at, sent_at FROM state_purchase_orders") == [
        ("500001", "42", _local(2026, 4, 1), _local(2026, 4, 2))
    ]
    columns = "line_no, receipt_no, sku, warehouse, promised_at_original, promised_at_current, received_at"
    columns += ", qty_ordered, qty_received, qty_rejected"
    assert bench.rows(f"SELECT {columns} FROM state_purchase_lines ORDER BY 1, 2 NULLS FIRST") == [
        ("510001", None, "1001", "204", _end(2026, 4, 20), _end(2026, 4, 24), None, 100, None, None),
        ("510001", "530001", None, "204", None, None, _local(2026, 4, 24), None, 100, 2),
        ("510002", None, "Installation", "204", _end(2026, 4, 20), _end(2026, 4, 20), None, 1, None, None),
    ]


def test_yonyou_u8_lists(bench: Bench) -> None:
    _load(bench, "U8_销售订单列表.csv", "U8_采购订单列表.csv", "U8_发货单列表.csv", "U8_现存量_20260510.csv")
    assert bench.rows("SELECT order_no, created_at, currency FROM state_orders ORDER BY 1") == [
        ("XSDD260500001", _local(2026, 5, 4), "CNY"), ("XSDD260500002", _local(2026, 5, 5), "CNY"),
    ]  # fmt: skip
    columns = "order_no, line_no, product_name, qty_ordered, unit_price, promised_ship_at_original"
    assert bench.rows(f"SELECT {columns} FROM state_order_lines ORDER BY 1, 2") == [
        ("XSDD260500001", "0101001", "水泵", 10, Decimal("12.5"), _end(2026, 5, 8)),
        ("XSDD260500001", "0101002", "密封圈", 200, Decimal("0.5"), _end(2026, 5, 9)),
        ("XSDD260500002", "0101001", "水泵", 1, Decimal("12.5"), _end(2026, 5, 10)),
    ]
    columns = "po_no, line_no, supplier, ordered_at, promised_at_current, qty_ordered, unit_cost"
    assert bench.rows(f"SELECT {columns} FROM state_purchase_lines ORDER BY 2") == [
        ("CGDD26040001", "0101001", "某某铸造厂", _local(2026, 4, 1), _end(2026, 4, 20), 100, 8),
        ("CGDD26040001", "0101001#2", "某某铸造厂", _local(2026, 4, 1), _end(2026, 4, 27), 20, 8),
    ]
    assert bench.rows("SELECT order_no, sku, qty_shipped, shipped_at_warehouse FROM state_fulfilments ORDER BY 2") == [
        ("XSDD260500001", "0101001", 10, _local(2026, 5, 8)), ("XSDD260500001", "0101002", 150, _local(2026, 5, 8)),
    ]  # fmt: skip
    assert bench.rows("SELECT date, sku, batch, on_hand, available FROM state_stock_levels ORDER BY 2") == [
        (date(2026, 5, 10), "0101001", None, 30, 25), (date(2026, 5, 10), "0101002", "B01", 50, 50),
    ]  # fmt: skip


def test_kingdee_lists(bench: Bench) -> None:
    _load(bench, *(sample.path for sample in ERP_SAMPLES if sample.adapter.startswith("kingdee")))
    columns = "order_no, line_no, qty_ordered, unit_price, promised_ship_at_original"
    assert bench.rows(f"SELECT {columns} FROM state_order_lines ORDER BY 2") == [
        ("XSDD000101", "1.01.001", 10, Decimal("12.5"), _end(2026, 5, 8)),
        ("XSDD000101", "1.01.002", 200, Decimal("0.5"), _end(2026, 5, 9)),
    ]
    columns = "line_no, receipt_no, received_at, promised_at_current, qty_ordered, qty_received, unit_cost"
    assert bench.rows(f"SELECT {columns} FROM state_purchase_lines ORDER BY 2 NULLS FIRST") == [
        ("1.01.001", None, None, _end(2026, 4, 20), 100, None, 8),
        ("1.01.001", "CGRK00031", _local(2026, 4, 19), None, None, 60, None),
        ("1.01.001", "CGRK00032", _local(2026, 4, 22), None, None, 40, None),
    ]
    assert bench.rows("SELECT order_no, sku, qty_shipped, carrier, tracking_no FROM state_fulfilments") == [
        ("XSDD000101", "1.01.001", 10, "某物流", "WL0001")
    ]
    assert bench.rows("SELECT sku, batch, on_hand, available FROM state_stock_levels ORDER BY 1") == [
        ("1.01.001", None, 30, 20), ("1.01.002", "L1", 1050, 1000),
    ]  # fmt: skip


def test_jiandaoyun_forms(bench: Bench) -> None:
    _load(bench, "jiandaoyun_orders.csv", "jiandaoyun_tickets.csv")
    columns = "channel, order_no, created_at, promised_ship_at_original, status, name_ok, phone_ok, address_ok"
    assert bench.rows(f"SELECT {columns} FROM state_orders ORDER BY 2") == [
        ("微信", "D0001", _local(2026, 5, 4, 9), _end(2026, 5, 6), "shipped", True, True, True),
        # Without a time of its own an order is of the time at which its form was handed in.
        ("jiandaoyun", "D0002", _local(2026, 5, 5, 10), None, "paid", True, False, False),
    ]
    columns = "ticket_no, order_no, category, complaint, opened_at, solved_at, compensation"
    assert bench.rows(f"SELECT {columns} FROM state_tickets") == [
        ("KS0001", "D0001", "破损", True, _local(2026, 5, 7, 9, 30), _local(2026, 5, 8, 12), 15)
    ]


@pytest.mark.parametrize(
    ("numbers", "comma", "expected"),
    [
        (["12,500", "1.200,000"], True, [Decimal("12.5"), 1200]),
        (["12.500", "1,200.000"], False, [Decimal("12.5"), 1200]),
        (["12,500", "5,000"], True, [Decimal("12.5"), 5]),
        (["12.500", "5.000", "0"], False, [Decimal("12.5"), 5, 0]),
        (["500", "12,5-"], True, [500, Decimal("-12.5")]),
        (["500", "1250"], False, [500, 1250]),
        (["0,500", "500"], True, [Decimal("0.5"), 500]),
        (["1.234.567", "5"], True, [1234567, 5]),
    ],
)
def test_each_file_shows_its_decimal_sign(bench: Bench, numbers: list[str], comma: bool, expected: list[Any]) -> None:
    rows = "".join(f"M{place};1000;0001;{number}\n" for place, number in enumerate(numbers))
    (file,) = bench.load_text("MARD_20260510.csv", "MATNR;WERKS;LGORT;LABST\n" + rows, hours=HOURS).files
    assert file.status == "loaded", file.message
    assert [row[0] for row in bench.rows("SELECT on_hand FROM state_stock_levels ORDER BY sku")] == expected
    named = f"sap_mard_decimal_{'comma' if comma else 'point'}"
    assert find_adapter(named).decimal_comma is comma
    assert not find_adapter(named).decimal_by_file


@pytest.mark.parametrize("numbers", [["500", "1.200"], ["500", "1,200"], ["1.200", "1,200"], ["1.5", "1,5"]])
def test_a_file_whose_numbers_do_not_decide_asks(bench: Bench, numbers: list[str]) -> None:
    rows = "".join(f"M{place};1000;0001;{number}\n" for place, number in enumerate(numbers))
    path = bench.write("MARD_20260510.csv", "MATNR;WERKS;LGORT;LABST\n" + rows, hours=HOURS)
    (file,) = bench.load(path).files
    assert file.status == "failed"
    assert "--adapter sap_mard_decimal_comma or --adapter sap_mard_decimal_point" in file.message
    assert bench.rows("SELECT count(*) FROM loads") == [(0,)] if bench.store.current() else True
    (file,) = bench.load(path, adapter="sap_mard_decimal_point").files
    assert file.status == "loaded"
    with pytest.raises(UnknownNameError):
        find_adapter("taobao_orders_decimal_comma")


def test_what_is_not_proven_is_marked_and_names_real_headers() -> None:
    for adapter in built_in_adapters().values():
        assert set(adapter.unproven_headers) <= set(adapter.headers), adapter.name
    for sample in ERP_SAMPLES:
        adapter = built_in_adapters()[sample.adapter]
        assert adapter.evidence or set(adapter.requires) - set(adapter.unproven_headers), sample.adapter
        assert adapter.evidence or adapter.unproven, sample.adapter


def test_the_list_of_adapters_says_what_is_unproven() -> None:
    listed = {one["name"]: one for one in adapter_documents()}
    assert listed["kingdee_receipts"]["unproven"][:2] == ["the header 实收数量", "the header 订单单号"]
    assert "datapanda.eu/en/sap/table (fields and values)" in listed["sap_vbak"]["evidence"]
    assert listed["taobao_orders"]["evidence"] == []


def test_every_erp_adapter_has_a_sample() -> None:
    platforms = ("sap_", "oracle_", "yonyou_u8_", "kingdee_", "jiandaoyun_")
    there = {name for name in built_in_adapters() if name.startswith(platforms)}
    assert there == {sample.adapter for sample in ERP_SAMPLES}
    assert {path.name for path in ERP.iterdir()} == {sample.path for sample in ERP_SAMPLES}
