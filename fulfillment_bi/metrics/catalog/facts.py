"""The tables that metrics count, the days that put a row into a period, and the columns shown behind a number."""

from __future__ import annotations

from fulfillment_bi.metrics.catalog.facts_causes import CAUSE_FACTS
from fulfillment_bi.metrics.catalog.facts_service import ORDER_CUBE, SERVICE_FACTS
from fulfillment_bi.metrics.catalog.facts_systems import SYSTEM_FACTS
from fulfillment_bi.metrics.types import Fact, Text, TimeBasis

ORDER = Fact("fct_order", Text("每单一行", "one row per order"), "created_day", "created_hour", cube=ORDER_CUBE)
LINE = Fact(
    "fct_order_line",
    Text("每订单行一行", "one row per order line"),
    "created_day",
    "created_hour",
    key=("channel_id", "order_no", "line_no"),
    cube=ORDER_CUBE,
    beside=("category_id",),
    alone=("sku_id",),
)
STAGE = Fact(
    "fct_order_stage",
    Text("每单每环节一行", "one row per order and stage"),
    "created_day",
    "created_hour",
    key=("channel_id", "order_no", "stage_no"),
    cube=ORDER_CUBE,
)
ISSUE = Fact(
    "fct_order_issue",
    Text("每单每问题一行", "one row per order and data issue"),
    "created_day",
    "created_hour",
    key=("channel_id", "order_no", "issue"),
    cube=ORDER_CUBE,
)
REVIEW = Fact(
    "fct_review",
    Text("每条评价一行", "one row per review"),
    key=("channel_id", "order_no", "review_no"),
    cube=ORDER_CUBE,
)
STOCK_DAY = Fact(
    "fct_stock_day",
    Text("每商品每仓每日一行", "one row per SKU, warehouse and day"),
    key=("sku_id", "warehouse_id", "snapshot_day"),
    of_order=False,
    texts=(),
    cube=("warehouse_id", "category_id"),
    alone=("sku_id",),
)
STOCK_ITEM = Fact(
    "fct_stock_item",
    Text("每商品每仓一行，截至最新快照", "one row per SKU and warehouse, at its newest snapshot"),
    key=("sku_id", "warehouse_id"),
    of_order=False,
    texts=(),
)
STOCK_BATCH = Fact(
    "fct_stock_batch",
    Text("每商品每仓每批次一行，截至最新快照", "one row per SKU, warehouse and batch, at its newest snapshot"),
    key=("sku_id", "warehouse_id", "batch"),
    of_order=False,
    texts=("batch",),
)
STOCK_COUNT = Fact(
    "fct_stock_count",
    Text("每次盘点每库位一行", "one row per count of a location"),
    key=("counted_at", "sku_id", "warehouse_id", "location"),
    of_order=False,
    texts=("location",),
)
PURCHASE = Fact(
    "fct_purchase_line",
    Text("每采购单每行一行", "one row per purchase order line"),
    "ordered_day",
    key=("po_no", "line_no"),
    of_order=False,
    texts=("po_no",),
    cube=("supplier_id", "warehouse_id", "category_id"),
)
SUPPLY = Fact(
    "fct_sku_supply",
    Text("每商品一行，截至最新数据", "one row per SKU, as of the newest data"),
    key=("sku_id",),
    of_order=False,
    texts=(),
)
SUPPLIER = Fact(
    "fct_supplier",
    Text("每供应商一行，截至最新数据", "one row per supplier, as of the newest data"),
    key=("supplier_id",),
    of_order=False,
    texts=(),
)

FACTS = {
    fact.name: fact
    for fact in (
        ORDER,
        LINE,
        STAGE,
        ISSUE,
        REVIEW,
        STOCK_DAY,
        STOCK_ITEM,
        STOCK_BATCH,
        STOCK_COUNT,
        PURCHASE,
        SUPPLY,
        SUPPLIER,
        *SERVICE_FACTS,
        *CAUSE_FACTS,
        *SYSTEM_FACTS,
    )
}

PROMISE_DUE = TimeBasis(
    "promise_due",
    Text("承诺到期日", "the day the promise falls due"),
    "{side}_due_{promise}_day",
    "{side}_due_{promise}_hour",
)
DELIVERY_DUE = TimeBasis(
    "delivery_due",
    Text("承诺送达日", "the day delivery was promised"),
    "sign_due_{promise}_day",
    "sign_due_{promise}_hour",
)
FIRST_DELIVERY_DUE = TimeBasis(
    "delivery_due_original",
    Text("最初承诺送达日", "the day delivery was first promised"),
    "sign_due_original_day",
    "sign_due_original_hour",
)
CREATED = TimeBasis("created", Text("下单日", "the day of the order"), "created_day", "created_hour")
REVIEWED = TimeBasis("reviewed", Text("评价日", "the day of the review"), "created_day", "created_hour")
SIGNED = TimeBasis("signed", Text("签收日", "the day of delivery"), "signed_day", "signed_hour")
ENDED = TimeBasis("ended", Text("环节完成日", "the day the stage ended"), "ended_day", "ended_hour")
SNAPSHOT = TimeBasis("snapshot", Text("库存快照日", "the day of the stock snapshot"), "snapshot_day", "")
COUNTED = TimeBasis("counted", Text("盘点日", "the day of the count"), "counted_day", "counted_hour")
PURCHASE_DUE = TimeBasis(
    "purchase_due", Text("采购承诺到货日", "the day the supplier promised"), "due_{promise}_day", ""
)
PURCHASE_RECEIVED = TimeBasis("received", Text("收齐日", "the day the line was received"), "received_day", "")
PURCHASE_ORDERED = TimeBasis("purchase_ordered", Text("采购下单日", "the day of the purchase order"), "ordered_day", "")
NOW = TimeBasis("now", Text("截至最新数据", "as of the newest data"), "", "")

WHO = ("channel", "order_no", "shop", "region", "warehouse", "carrier")
ORDER_PROMISE_DRILL = (
    *WHO,
    "status",
    "delivery_state",
    "created_at",
    "paid_at",
    "{due_at}_{promise}",
    "shipped_at",
    "delivered_at",
    "cancelled_by",
    "break_stage",
)
LINE_PROMISE_DRILL = (
    "channel",
    "order_no",
    "line_no",
    "sku",
    "product_name",
    "category",
    "shop",
    "region",
    "warehouse",
    "carrier",
    "delivery_state",
    "ship_state",
    "created_day",
    "shipped_at",
    "delivered_at",
    "{side}_due_{promise}_day",
    "qty_ordered",
    "qty_due",
    "units_{event}_{promise}",
    "unit_price",
)
ORDER_DRILL = (*WHO, "status", "created_at", "paid_at", "shipped_at", "delivered_at", "order_value")
ORDER_FILL_DRILL = tuple(name.replace("{due_at}", "promised_delivery_at") for name in ORDER_PROMISE_DRILL)
LINE_FILL_DRILL = (
    *(name.replace("{side}_due", "sign_due") for name in LINE_PROMISE_DRILL if not name.startswith("units_")),
    "fill_units_{event}_{promise}",
)
