"""The samples of every platform's exports: all of each arrives, and means what the platform means."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from fulfillment_bi.ingest.readers.opening import open_source
from tests.ingest.conftest import Bench
from tests.ingest.samples import FORMATS, HOURS, SAMPLES, SCMS, Sample, changed
from tests.ingest.test_samples import load

pytestmark = [
    pytest.mark.real_data,
    pytest.mark.skipif(not FORMATS.is_dir(), reason="the samples of export formats are not here (FBI_FORMATS)"),
]
LINES = "SELECT order_no, line_no, sku, qty_ordered, unit_price FROM state_order_lines ORDER BY 1, 2"


def _sample(adapter: str) -> Sample:
    return next(sample for sample in SAMPLES if sample.adapter == adapter)


def _local(*moment: int) -> datetime:
    """A Beijing time in UTC."""
    return datetime.fromtimestamp(datetime(*moment, tzinfo=UTC).timestamp() - 8 * 3600, UTC).replace(tzinfo=None)  # type: ignore[arg-type, misc]


def _quarantine(bench: Bench) -> list[tuple[Any, ...]]:
    return bench.rows("SELECT entity, source_line, reasons FROM quarantine ORDER BY ALL")


def test_taobao(bench: Bench) -> None:
    for adapter in ("taobao_orders", "taobao_details", "taobao_items", "taobao_refunds"):
        load(bench, _sample(adapter))
    orders = "SELECT order_no, status, cancelled_by, order_value, paid_at IS NOT NULL FROM state_orders ORDER BY 1"
    assert bench.rows(orders) == [
        ("1930679858170001", "paid", None, Decimal(598), True),
        ("1930679858170002", "shipped", None, Decimal(1196), True),
        ("1930679858170003", "delivered", None, Decimal(598), True),
        ("1930679858170004", "cancelled", "customer", Decimal(598), False),
        ("1930679858170005", "created", None, Decimal(598), False),
        ("5113837045333000001", "delivered", None, None, True),
        ("5113837045333000002", "shipped", None, None, True),
    ]
    first = (
        "SELECT DISTINCT province, city, name_ok, phone_ok, address_ok, created_at, cancel_reason FROM state_orders "
    )
    assert bench.rows(first + "WHERE order_no = '1930679858170004'") == [
        ("浙江", "杭州市", True, True, True, _local(2016, 5, 23, 22, 2, 1), "买家误拍或不想买了")
    ]
    assert bench.rows(LINES) == [
        ("1930679858170002", "SKU-A", "SKU-A", 1, 598),
        ("1930679858170002", "SKU-B", "SKU-B", 1, 598),
        ("1930679858170003", "SKU-A", "SKU-A", 1, 598),
        ("5113837045333000001", "SKU-A", "SKU-A", 1, 99),
        ("5113837045333000002", "SKU-A", "SKU-A", 1, 99),
        ("5113837045333000002", "SKU-A#2", "SKU-A", 1, 99),
    ]
    assert bench.rows("SELECT carrier, tracking_no, order_no FROM state_parcels ORDER BY 2") == [
        ("申通快递", "3310000000001", "1930679858170002"),
        ("申通快递", "3310000000002", "1930679858170003"),
        ("顺丰速运", "SF0000000000001", "5113837045333000001"),
        ("顺丰速运", "SF0000000000002", "5113837045333000002"),
    ]
    assert bench.rows("SELECT DISTINCT shipped_at_platform FROM state_fulfilments") == [(_local(2026, 8, 2, 9),)]
    assert bench.rows(
        "SELECT case_no, sku, kind, reason, opened_at, amount, before_shipping FROM state_after_sales"
    ) == [("100000000000001", "SKU-A", "return", "quality", _local(2026, 8, 3, 8), 99, False)]


def test_jd_counts_the_amount_of_an_order_once_and_refuses_rounded_numbers(bench: Bench) -> None:
    file = load(bench, _sample("jd_orders"))
    assert bench.rows("SELECT order_no, status, cancelled_by, order_value FROM state_orders ORDER BY 1") == [
        ("3553498017440001", "paid", None, 500),
        ("3553498017440002", "delivered", None, 250),
        ("3553498017440003", "cancelled", "platform", 250),
        ("3553498017440005", "shipped", None, 250),
    ]
    assert (file.entities["orders"].superseded, file.entities["orders"].quarantined) == (1, 1)
    assert bench.rows("SELECT sum(qty_ordered), sum(qty_ordered * unit_price) FROM state_order_lines") == [(6, 1500)]
    assert bench.rows("SELECT DISTINCT province, city FROM state_orders") == [("广东", "深圳市")]


def test_pinduoduo_takes_a_missing_day_from_the_order_number(bench: Bench) -> None:
    load(bench, _sample("pinduoduo_orders"))
    assert bench.rows("SELECT order_no, status, created_at, paid_at IS NULL FROM state_orders ORDER BY 1") == [
        ("260517-607198974340001", "delivered", _local(2026, 5, 17, 10), False),
        ("260517-607198974340002", "delivered", _local(2026, 5, 17), True),
        ("260518-607198974340003", "shipped", _local(2026, 5, 18, 10), False),
        ("260518-607198974340004", "cancelled", _local(2026, 5, 18, 11), False),
    ]
    assert bench.rows("SELECT order_no, before_shipping FROM state_after_sales") == [("260518-607198974340004", True)]
    assert bench.rows("SELECT tracking_no, delivered_at FROM state_parcels ORDER BY 1")[0] == (
        "777000000000001", _local(2026, 5, 20, 9)
    )  # fmt: skip


@pytest.mark.parametrize(
    ("said", "status", "by", "before"),
    [
        ("已发货，退款成功", "closed", "customer", False),
        ("已收货，退款成功", "delivered", None, False),
        ("未发货，退款成功", "cancelled", "customer", True),
    ],
)
def test_pinduoduo_refunds_before_and_after_shipping(
    bench: Bench, said: str, status: str, by: str | None, before: bool
) -> None:
    sample = _sample("pinduoduo_orders")
    header, body, *_ = sample.rows()
    body[header.index("订单状态")], body[header.index("售后状态")] = said, "退款成功"
    load(bench, sample, sample.write([header, body]))
    assert bench.rows("SELECT status, cancelled_by FROM state_orders") == [(status, by)]
    assert bench.rows("SELECT kind, before_shipping FROM state_after_sales") == [("refund", before)]


def test_douyin(bench: Bench) -> None:
    load(bench, _sample("douyin_orders"))
    assert bench.rows("SELECT order_no, status, created_at, name_ok, phone_ok FROM state_orders ORDER BY 1") == [
        ("6917926768823640001", "delivered", _local(2026, 9, 22, 0, 54, 10), None, None),
        ("6917926768823640002", "shipped", _local(2026, 9, 25, 10), None, None),
    ]
    assert bench.rows("SELECT line_no, sku, qty_cancelled, unit_price FROM state_order_lines ORDER BY 1") == [
        ("6917926768823640001", "300400001", None, Decimal("28.9")),
        ("6917926768823640002", "300400001", None, 20),
        ("69179267688236400029", "300400002", 1, 0),
    ]
    assert bench.rows("SELECT line_no, shipped_at_platform FROM state_fulfilments ORDER BY 1")[1] == (
        "6917926768823640002", _local(2026, 9, 25, 18)
    )  # fmt: skip
    assert bench.rows("SELECT exported_at FROM loads") == [(datetime(2026, 10, 8, 3, 26, 40),)]


def test_douyin_rows_that_hold_several_sub_orders(bench: Bench) -> None:
    sample = _sample("douyin_orders")
    header, first, *_ = sample.rows()
    row = dict(zip(header, first, strict=True))
    several = row | {
        "子订单编号": "\t11;\t12", "选购商品": "甲;乙", "商品数量": "1;2",
        "商家编码": "A;B", "订单应付金额": "5.00;8.00",
    }  # fmt: skip
    uneven = several | {"主订单编号": "\t6917926768823640009", "商品数量": "3"}
    content = sample.write([header, list(several.values()), list(uneven.values())])
    file = load(bench, sample, content)
    assert bench.rows("SELECT line_no, sku, qty_ordered, unit_price FROM state_order_lines ORDER BY 1") == [
        ("11", "A", 1, 5), ("12", "B", 2, 4),
    ]  # fmt: skip
    assert (file.entities["order_lines"].read, file.entities["order_lines"].quarantined) == (3, 1)
    assert ("order_lines", 3, ["pieces_differ"]) in _quarantine(bench)


def test_tiktok_reads_the_order_of_day_and_month_by_the_clock(bench: Bench) -> None:
    sample = _sample("tiktok_shop_orders")
    load(bench, sample)
    orders = "SELECT order_no, status, created_at, order_value FROM state_orders ORDER BY 1"
    assert bench.rows(orders) == [
        ("583870900000000001", "shipped", _local(2026, 5, 10, 22, 5, 43), 238),
        ("583870900000000002", "cancelled", _local(2026, 5, 10, 12), 67),
    ]
    assert bench.rows("SELECT line_no, sku, unit_price FROM state_order_lines ORDER BY 1")[0] == (
        "1729000000000000001", "SKU-1", 100
    )  # fmt: skip
    mixed = changed(sample, "Created Time", lambda *_: "10/05/2026 02:05:43 PM\t")
    file = load(bench, sample, mixed)
    assert file.status == "failed"
    assert "'10/05/2026 02:05:43 PM'" in file.message
    assert "--adapter tiktok_shop_orders_day_first or --adapter tiktok_shop_orders_month_first" in file.message
    american = mixed.replace(b"10/05/2026 22:06:01\t", b"")
    assert load(bench, sample, american).status == "loaded"
    assert bench.rows("SELECT DISTINCT created_at FROM staged_orders WHERE created_at > TIMESTAMP '2026-07-01'") == [
        (_local(2026, 10, 5, 14, 5, 43),)
    ]


@pytest.mark.parametrize(
    ("said", "means"),
    [
        ("จัดส่งแล้ว", "shipped"),
        ("ยกเลิกแล้ว", "cancelled"),
        ("ที่จะจัดส่ง", "paid"),
        ("Dikirim", "shipped"),
        ("To ship", "paid"),
    ],
)
def test_tiktok_statuses_in_the_languages_of_its_sellers(bench: Bench, said: str, means: str) -> None:
    sample = _sample("tiktok_shop_orders")
    load(bench, sample, changed(sample, "Order Status", lambda *_: said))
    assert bench.rows("SELECT DISTINCT status FROM state_orders") == [(means,)]


def test_shopify_fills_in_what_only_the_first_row_of_an_order_has(bench: Bench) -> None:
    sample = _sample("shopify_orders")
    load(bench, sample)
    columns = "order_no, status, order_value, freight, created_at, cancelled_at IS NOT NULL"
    assert bench.rows(f"SELECT {columns} FROM state_orders ORDER BY 1") == [
        ("#1001", "processing", 75, 5, datetime(2026, 5, 1, 7), False),
        ("#1002", "cancelled", 0, 5, datetime(2026, 5, 2, 8), True),
    ]
    assert bench.rows(LINES) == [
        ("#1001", "01234", "01234", 1, 50), ("#1001", "ab12", "ab12", 2, 10), ("#1002", "01234", "01234", 1, 50),
    ]  # fmt: skip
    assert bench.rows("SELECT line_no, qty_shipped, shipped_at_platform FROM state_fulfilments") == [
        ("01234", 1, datetime(2026, 5, 2, 13))
    ]
    both = changed(sample, "Lineitem fulfillment status", lambda number, cell: "fulfilled" if number < 2 else cell)
    load(bench, sample, both)
    assert bench.rows("SELECT DISTINCT shipped_at_platform, count(*) FROM state_fulfilments GROUP BY 1") == [
        (datetime(2026, 5, 2, 13), 2)
    ]


def test_shopify_with_75_columns_and_a_line_of_the_same_sku_twice(bench: Bench) -> None:
    sample = _sample("shopify_orders")
    rows = [row[:75] for row in sample.rows()]
    rows[2][rows[0].index("Lineitem sku")] = "01234"
    load(bench, sample, sample.write(rows))
    assert bench.rows("SELECT line_no, qty_ordered FROM state_order_lines WHERE order_no = '#1001' ORDER BY 1") == [
        ("01234", 1), ("01234#2", 2),
    ]  # fmt: skip


def test_woocommerce_item_groups(bench: Bench) -> None:
    load(bench, _sample("woocommerce_orders"))
    assert bench.rows("SELECT order_no, status, order_value, customer_no FROM state_orders ORDER BY 1") == [
        ("9002", "delivered", 55, None), ("9003", "created", None, None),
    ]  # fmt: skip
    assert bench.rows(LINES) == [
        ("9002", "1", "10645", 5, Decimal("6.5")), ("9002", "2", "SKU-M", 1, Decimal("17.5")),
    ]  # fmt: skip


def test_amazon(bench: Bench) -> None:
    sample = _sample("amazon_orders")
    for adapter in ("amazon_orders", "amazon_fba_stock", "amazon_fba_returns"):
        load(bench, _sample(adapter))
    assert bench.rows("SELECT right(order_no, 1), status, country, shop, created_at FROM state_orders ORDER BY 1") == [
        (number, status, "DE", "Amazon.de", datetime(2026, 4, 10, 9, 15))
        for number, status in [("1", "shipped"), ("2", "shipped"), ("3", "cancelled"), ("4", "created")]
    ]
    assert bench.rows(LINES.replace("order_no, line_no, sku", "right(order_no, 1), line_no")) == [
        ("1", "SKU-A", 1, Decimal("89.95")), ("2", "SKU-A", 2, 21), ("2", "SKU-B", 0, None),
        ("3", "SKU-A", 0, None), ("4", "SKU-A", 1, None),
    ]  # fmt: skip
    assert bench.rows("SELECT batch, on_hand, available FROM state_stock_levels ORDER BY 1") == [
        ("CUSTOMER_DAMAGED", 1, 0), ("SELLABLE", 12, 12),
    ]  # fmt: skip
    assert bench.rows("SELECT case_no, kind, reason, qty FROM state_after_sales") == [
        ("LPN00000000001", "return", "other", 1)
    ]
    header, *body = sample.rows()
    shorter = [row[:32] for row in [header, *body]]
    body[0][header.index("order-status")] = "Shipped - Lost in Transit"
    assert load(bench, sample, sample.write(shorter)).status == "loaded"
    load(bench, sample, sample.write([header, *body]))
    assert bench.rows("SELECT tracking_no, exception FROM state_parcels") == [("112-0000000-0000001", "lost")]
    for name in ("fba_inventory_received.txt", "fba_inventory_adjustments.txt"):
        (file,) = bench.load(FORMATS / "amazon" / name).files
        assert file.status == "not_used"


@pytest.mark.parametrize("before", ["", "sep=,\n", '\n"Seller ID : test-seller"\n\n'])
def test_ebay_lines_around_the_table_are_no_records(bench: Bench, before: str) -> None:
    sample = _sample("ebay_orders")
    file = load(bench, sample, before.encode() + sample.file.read_bytes())
    assert file.notes == ("2 lines left out that repeat the header or close the report",)
    columns = (
        "order_no, status, order_value, freight, created_at, promised_ship_at_original, promised_delivery_at_original"
    )
    assert bench.rows(f"SELECT {columns} FROM state_orders") == [
        (
            "12-34567-80001", "shipped", Decimal("1057.99"), 12, _local(2025, 7, 21),
            _local(2025, 7, 23, 23, 59, 59, 999999), _local(2025, 7, 29, 23, 59, 59, 999999),
        )
    ]  # fmt: skip
    assert bench.rows("SELECT line_no, sku, unit_price FROM state_order_lines") == [
        ("2857301", "SKU-1", Decimal("1045.99"))
    ]
    assert bench.rows("SELECT tracking_no, shipped_at_platform FROM state_fulfilments") == [
        ("9400100000000000000001", _local(2025, 7, 22))
    ]


def test_etsy_cuts_the_skus_of_an_order_apart_and_items_say_more(bench: Bench) -> None:
    orders, items = _sample("etsy_orders"), _sample("etsy_items")
    load(bench, orders)
    lines = "SELECT line_no, sku, qty_ordered, unit_price FROM state_order_lines ORDER BY 1"
    assert bench.rows(lines) == [("1", "SKU-101", 1, None), ("2", "SKU-102", 1, None)]
    header, body = orders.rows()
    assert bench.rows("SELECT order_value, status, created_at FROM state_orders") == [
        (55, "shipped", _local(2026, 9, 25))
    ]
    load(bench, items)
    assert bench.rows(lines) == [("1", "1500000001", 1, 30), ("2", "1500000002", 1, 20)]
    assert bench.rows("SELECT count(*), min(paid_at) FROM state_orders") == [(1, _local(2026, 9, 25))]
    body[header.index("Number of Items")] = "3"
    file = load(bench, orders, orders.write([header, body]))
    assert file.entities["order_lines"].read == 0


def test_a_list_with_times_goes_before_one_that_knows_only_days(bench: Bench) -> None:
    text = "channel,order_no,created_at,status\nebay,12-34567-80001,2025-07-21 10:30:00,delivered\n"
    bench.load_text("orders.csv", text)
    load(bench, _sample("ebay_orders"))
    assert bench.rows("SELECT created_at, status, order_value FROM state_orders") == [
        (_local(2025, 7, 21, 10, 30), "delivered", Decimal("1057.99"))
    ]


def test_tickets(bench: Bench) -> None:
    for adapter in ("zendesk_tickets", "chat_online", "chat_qidian"):
        load(bench, _sample(adapter))
    columns = "source, length(ticket_no), order_no, category, opened_at, solved_at, satisfaction"
    assert bench.rows(f"SELECT {columns} FROM state_tickets ORDER BY 1") == [
        ("online_chat", 5, None, "催件", _local(2026, 8, 3, 9), None, 4),
        ("qidian", 24, None, None, _local(2026, 8, 3, 9, 0, 5), None, None),
        ("zendesk", 5, "5000000000001", "Late delivery", _local(2026, 5, 1, 9), _local(2026, 5, 3, 10), 5),
    ]
    # A reply so many minutes after the ticket was opened, or seconds after the session began.
    assert bench.rows("SELECT source, first_human_reply_at FROM state_tickets ORDER BY 1") == [
        ("online_chat", _local(2026, 8, 3, 9, 0, 17)),
        ("qidian", None),
        ("zendesk", _local(2026, 5, 1, 9, 15)),
    ]


def test_a_session_without_the_moment_of_the_reply_has_its_duration(bench: Bench) -> None:
    sample = _sample("chat_qidian")
    content = changed(sample, "首次响应时长(秒)", lambda *_: "40")
    load(bench, sample, content)
    assert bench.rows("SELECT first_human_reply_at FROM state_tickets") == [(_local(2026, 8, 3, 9, 0, 45),)]
    header, body = sample.rows()
    for name, cell in (("首次响应时长(秒)", "40"), ("客服首次发送消息时间", "2026-08-03 09:00:20")):
        body[header.index(name)] = cell
    load(bench, sample, sample.write([header, body]))
    assert bench.rows("SELECT max(first_human_reply_at) FROM staged_tickets") == [(_local(2026, 8, 3, 9, 0, 45),)]
    assert bench.rows("SELECT min(first_human_reply_at) FROM staged_tickets") == [(_local(2026, 8, 3, 9, 0, 20),)]


def test_warehouses_and_carriers(bench: Bench) -> None:
    for adapter in (
        "taobao_items",
        "wangdiantong_outbound",
        "wangdiantong_inbound",
        "cainiao_orders",
        "jushuitan_stock",
    ):
        load(bench, _sample(adapter))
    columns = "channel, fulfilment_no, line_no, sku, qty_shipped, warehouse, shipped_at_warehouse"
    found = bench.rows(f"SELECT {columns} FROM state_fulfilments WHERE warehouse IS NOT NULL ORDER BY 1, 2")
    assert found == [
        ("taobao", "LP00000000000001/SKU-A", None, "SKU-A", 1, "菜鸟杭州仓", _local(2026, 8, 1, 20)),
        ("unknown", "JY202608010001/GIFT-1", None, "GIFT-1", 1, "主仓", _local(2026, 8, 2, 9)),
        ("unknown", "JY202608010001/SKU-A", None, "SKU-A", 1, "主仓", _local(2026, 8, 2, 9)),
    ]
    assert bench.rows("SELECT tracking_no, channel, delivered_at, weight FROM state_parcels ORDER BY 1") == [
        ("SF0000000000001", "taobao", None, Decimal("0.55")),
        ("SF0000000000002", "taobao", None, None),
        ("YT0000000000001", "taobao", _local(2026, 8, 3, 11), None),
    ]
    assert bench.rows("SELECT po_no, receipt_no, sku, qty_received, received_at FROM state_purchase_lines") == [
        ("CG202607250001", "RK202608010001", "SKU-A", 100, _local(2026, 8, 1, 15))
    ]
    assert bench.rows("SELECT sku, on_hand, reserved, available, in_transit FROM state_stock_levels ORDER BY 1") == [
        ("SKU-A", 120, 15, 105, 50), ("SKU-B", 0, 3, -3, 0),
    ]  # fmt: skip
    assert bench.rows(
        "SELECT DISTINCT date = (SELECT max(exported_at + INTERVAL 8 HOUR)::DATE FROM loads WHERE adapter = "
        "'jushuitan_stock') FROM state_stock_levels"
    ) == [(True,)]


def test_1688_by_its_names(bench: Bench) -> None:
    bench.load_text(
        "1688.csv",
        "订单号,下单时间,物流公司,实付款,运单号,买家,收货地址,货品标题,规格,数量,单品金额,退款状态,订单状态\n"
        "2001,2026-05-01 10:00:00,中通,30.00,ZT1,张三,浙江省金华市义乌市某路1号,杯子,红,2,10.00,,已发货\n"
        "2001,2026-05-01 10:00:00,中通,30.00,ZT1,张三,浙江省金华市义乌市某路1号,杯子,蓝,1,10.00,,已发货\n",
        hours=HOURS,
    )
    assert bench.rows("SELECT order_no, status, order_value, province, city FROM state_orders") == [
        ("2001", "shipped", 30, "浙江", "金华市")
    ]
    assert bench.rows("SELECT line_no, sku, qty_ordered FROM state_order_lines ORDER BY 1") == [
        ("杯子", "杯子/红", 2), ("杯子#2", "杯子/蓝", 1),
    ]  # fmt: skip


@pytest.mark.skipif(not SCMS.is_file(), reason="the real data sets are not here (FBI_REAL_DATA)")
def test_scms_purchases_have_their_published_figures(bench: Bench) -> None:
    (file,) = bench.load(SCMS).files
    counts = file.entities["purchase_lines"]
    assert (counts.read, counts.new, counts.quarantined) == (10_324, 10_324, 0)
    on_time = "round(100.0 * count(*) FILTER (received_at <= promised_at_original) / count(*), 2)"
    assert bench.rows(f"SELECT {on_time} FROM state_purchase_lines") == [(88.51,)]
    by_mode = f"SELECT shipment_mode, count(*), {on_time} FROM state_purchase_lines GROUP BY 1 ORDER BY 2 DESC LIMIT 2"
    assert bench.rows(by_mode) == [("Air", 6_113, 90.4), ("Truck", 2_830, 83.92)]
    days = (
        "avg(date_diff('day', (promised_at_original + INTERVAL 8 HOUR)::DATE, (received_at + INTERVAL 8 HOUR)::DATE))"
    )
    assert bench.rows(f"SELECT round({days}, 4) FROM state_purchase_lines") == [(-6.0235,)]


def test_every_sample_is_tried() -> None:
    there = {str(path.relative_to(FORMATS)) for path in FORMATS.rglob("*") if path.is_file() and path.suffix != ".md"}
    not_used = {"amazon/fba_inventory_received.txt", "amazon/fba_inventory_adjustments.txt"}
    assert there == {sample.path for sample in SAMPLES} | not_used
    assert all(open_source(sample.file).preview for sample in SAMPLES)
