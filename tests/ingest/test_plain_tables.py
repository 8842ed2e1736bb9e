"""Tables made by hand: every contract loads without a mapping from headers in Chinese, in English, or in both."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from fulfillment_bi.ingest.generic import generic_adapters
from tests.ingest.conftest import Bench

# Per contract: its name, and for each column (contract's name, English header, Chinese header, cell, value loaded).
Table = list[tuple[str, str, str, str, Any]]
DAY = datetime(2025, 5, 1) - timedelta(hours=8)
NINE = datetime(2025, 5, 1, 1)
DUE = datetime(2025, 5, 3, 15, 59, 59, 999999)

TABLES: dict[str, Table] = {
    "orders": [
        ("channel", "Platform", "平台", "taobao", "taobao"),
        ("order_no", "Order Number", "订单编号", "0001", "0001"),
        ("shop", "Store", "店铺", "A", "A"),
        ("created_at", "Order Date", "下单时间", "2025-05-01 09:00:00", NINE),
        ("promised_ship_at_original", "Ship By", "最晚发货时间", "2025-05-03", DUE),
        ("status", "Order Status", "订单状态", "已发货", "shipped"),
        ("order_value", "Order Amount", "订单金额", "¥1,250.50", Decimal("1250.5")),
        ("name_ok", "Consignee", "收货人", "某人", True),
        ("phone_ok", "Phone Number", "手机号", "", False),
    ],
    "order_lines": [
        ("channel", "Marketplace", "渠道", "jd", "jd"),
        ("order_no", "Order ID", "订单号", "A-1", "A-1"),
        ("line_no", "Line Number", "行号", "1", "1"),
        ("sku", "Product Code", "商品编码", "007", "007"),
        ("product_name", "Item Name", "商品名称", "杯子", "杯子"),
        ("qty_ordered", "Quantity", "数量", "3件", 3),
        ("unit_price", "Item Price", "单价", "9.90", Decimal("9.9")),
    ],
    "fulfilments": [
        ("channel", "Sales Channel", "销售渠道", "jd", "jd"),
        ("order_no", "Order Number", "订单号", "A-1", "A-1"),
        ("fulfilment_no", "Delivery No.", "出库单号", "D1", "D1"),
        ("warehouse", "Warehouse Name", "仓库名称", "主仓", "主仓"),
        ("qty_shipped", "Shipped Quantity", "出库数量", "2", 2),
        ("shipped_at_warehouse", "Outbound Time", "出库时间", "2025/5/1 9:00", NINE),
        ("carrier", "Courier", "快递公司", "顺丰", "顺丰"),
        ("tracking_no", "Tracking Number", "快递单号", '="0012"', "0012"),
    ],
    "parcels": [
        ("carrier", "Courier", "承运商", "SF", "SF"),
        ("tracking_no", "Waybill", "运单号", "SF1", "SF1"),
        ("order_no", "Order ID", "订单编号", "A-1", "A-1"),
        ("first_scan_at", "Pickup Time", "揽收时间", "2025-05-01 09:00", NINE),
        ("delivered_at", "Delivered Date", "签收时间", "2025-05-01", DAY),
        ("exception", "Exception Type", "异常类型", "丢失", "lost"),
        ("weight", "Weight (kg)", "重量", "0.5", Decimal("0.5")),
    ],
    "parcel_events": [
        ("carrier", "Courier", "物流公司", "SF", "SF"),
        ("tracking_no", "Tracking Number", "物流单号", "SF1", "SF1"),
        ("event_at", "Event Time", "轨迹时间", "2025-05-01 09:00", NINE),
        ("code", "Event Type", "轨迹类型", "pickup", "pickup"),
        ("location", "Facility", "网点", "杭州", "杭州"),
    ],
    "stock_levels": [
        ("date", "Snapshot Date", "库存日期", "2025-05-01", date(2025, 5, 1)),
        ("sku", "SKU Code", "货号", "007", "007"),
        ("warehouse", "Warehouse Code", "仓库编码", "W1", "W1"),
        ("on_hand", "Quantity on hand", "实际库存", "12", 12),
        ("available", "Available Stock", "可用库存", "-3", -3),
        ("safety_stock", "Safety Stock", "安全库存", "5", 5),
    ],
    "stock_counts": [
        ("counted_at", "Count Date", "盘点日期", "2025-05-01", DAY),
        ("sku", "SKU ID", "商品编码", "007", "007"),
        ("warehouse", "Warehouse Name", "仓库", "W1", "W1"),
        ("location", "Bin", "库位", "A-01", "A-01"),
        ("book_qty", "System Qty", "账面数量", "10", 10),
        ("counted_qty", "Actual Qty", "实盘数量", "9", 9),
    ],
    "purchase_lines": [
        ("po_no", "PO Number", "采购单号", "PO1", "PO1"),
        ("line_no", "Line", "行号", "1", "1"),
        ("supplier", "Vendor Name", "供应商", "某厂", "某厂"),
        ("sku", "Item Code", "商品编码", "007", "007"),
        ("ordered_at", "PO Date", "采购日期", "2025-05-01", DAY),
        ("promised_at_original", "Due Date", "承诺交期", "2025-05-03", DUE),
        ("qty_ordered", "Order Qty", "采购数量", "1,200", 1200),
        ("qty_received", "Received Quantity", "到货数量", "1,000", 1000),
    ],
    "after_sales": [
        ("channel", "Platform", "渠道", "jd", "jd"),
        ("case_no", "Refund ID", "售后单号", "R1", "R1"),
        ("order_no", "Order Number", "订单号", "A-1", "A-1"),
        ("kind", "Refund Type", "售后类型", "仅退款", "refund"),
        ("reason", "Return Reason", "退款原因", "质量问题", "quality"),
        ("opened_at", "Request Date", "申请时间", "2025-05-01 09:00", NINE),
        ("amount", "Refund Amount", "退款金额", "9.90元", Decimal("9.9")),
    ],
    "tickets": [
        ("source", "Helpdesk", "来源系统", "desk", "desk"),
        ("ticket_no", "Ticket ID", "工单号", "T1", "T1"),
        ("order_no", "Order Number", "订单号", "A-1", "A-1"),
        ("category", "Topic", "问题类型", "催件", "催件"),
        ("opened_at", "Start Time", "进线时间", "2025-05-01 09:00", NINE),
        ("first_human_reply_at", "First Response At", "首次回复时间", "2025-05-01 09:00:00", NINE),
        ("complaint", "Is Complaint", "是否投诉", "是", True),
    ],
    "reviews": [
        ("channel", "Platform", "平台", "jd", "jd"),
        ("order_no", "Order ID", "订单编号", "A-1", "A-1"),
        ("score", "Rating", "评分", "4", 4),
        ("text", "Comment", "评价内容", "好", "好"),
        ("created_at", "Review Date", "评价时间", "2025-05-01 09:00", NINE),
    ],
    "penalties": [
        ("channel", "Platform", "平台", "jd", "jd"),
        ("order_no", "Order ID", "订单编号", "A-1", "A-1"),
        ("kind", "Penalty Type", "罚款类型", "late", "late"),
        ("booked_at", "Penalty Date", "扣款时间", "2025-05-01 09:00", NINE),
        ("amount", "Penalty Amount", "罚款金额", "5", 5),
    ],
    "products": [
        ("sku", "Product Code", "商品编码", "007", "007"),
        ("name", "Product Name", "商品名称", "杯子", "杯子"),
        ("category", "Product Category", "类目", "家居", "家居"),
        ("brand", "Brand Name", "品牌", "B", "B"),
        ("list_price", "Retail Price", "零售价", "19.90", Decimal("19.9")),
        ("lead_time_days", "Lead Time", "采购周期", "14", 14),
    ],
    "calendar": [
        ("date", "Day", "日期", "2025-06-18", date(2025, 6, 18)),
        ("kind", "Event Type", "事件类型", "大促", "promotion"),
        ("scope", "Applies to", "适用范围", "jd", "jd"),
        ("name", "Event", "名称", "618", "618"),
    ],
}


def _headers(table: Table, manner: str) -> list[str]:
    place = {"own": 0, "en": 1, "zh": 2}
    if manner == "mixed":
        return [column[1 + number % 2] for number, column in enumerate(table)]
    return [column[place[manner]] for column in table]


@pytest.mark.parametrize("manner", ["own", "en", "zh", "mixed"])
@pytest.mark.parametrize("entity", sorted(TABLES))
def test_a_table_made_by_hand_needs_no_mapping(bench: Bench, entity: str, manner: str) -> None:
    table = TABLES[entity]
    # Under the contract's own name stands the flag itself, under any other the personal column it is made from.
    cells = [str(column[4]) if manner == "own" and isinstance(column[4], bool) else column[3] for column in table]
    rows = [[*_headers(table, manner), "说明 note"], [*cells, "x"]]
    text = "\n".join(",".join(f'"{cell}"' if "," in cell else cell for cell in row) for row in rows)
    content = text.encode("gb18030" if manner == "zh" else "utf-8")
    (file,) = bench.load_text(f"made_by_hand_{entity}.csv", content).files
    assert (file.status, file.adapter) == ("loaded", entity), file.message
    assert file.unknown_columns == ("说明 note",)
    assert bench.rows("SELECT * FROM quarantine") == []
    names = [column[0] for column in table]
    assert bench.rows(f"SELECT {', '.join(names)} FROM state_{entity}") == [tuple(column[4] for column in table)]


def test_every_contract_of_the_design_is_tried() -> None:
    assert TABLES.keys() <= generic_adapters().keys()
    assert len(TABLES) == 14
