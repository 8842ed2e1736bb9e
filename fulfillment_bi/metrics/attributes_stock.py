"""Attributes of stock and purchases: what they can be split and filtered by."""

from __future__ import annotations

from fulfillment_bi.metrics.attributes import attribute
from fulfillment_bi.metrics.catalog.facts import PURCHASE, STOCK_BATCH, STOCK_ITEM
from fulfillment_bi.metrics.types import Text

AGES = ("0-30", "31-60", "61-90", "91-180", "181-365", ">365", "none")
COVERS = ("0", "0-7", "7-30", "30-90", "90-180", ">180", "none")
ARRIVALS = ("early", "in_window", "late", "missing", "waiting")

STOCK_ATTRIBUTES = (
    attribute(
        "shipment_mode",
        Text("运输方式", "Shipment mode"),
        Text("采购货物的运输方式，例如 Air、Truck。", "How purchased goods travel, such as Air or Truck."),
        (PURCHASE.name,),
    ),
    attribute(
        "arrival",
        Text("到货情况", "Arrival"),
        Text(
            "采购行相对最初承诺：提前、窗口内、延迟、逾期未到、未到期。",
            "A purchase line beside its first promise: early, in the window, late, missing, or not yet due.",
        ),
        (PURCHASE.name,),
        ARRIVALS,
    ),
    attribute(
        "age_bucket",
        Text("库龄（天）", "Age in days"),
        Text("批次自入库至快照日的天数。", "Days from a batch's receipt to the snapshot."),
        (STOCK_BATCH.name,),
        AGES,
    ),
    attribute(
        "cover_bucket",
        Text("可销天数", "Days of cover"),
        Text("可用库存够卖多少天；无销售为 none。", "Days the available stock lasts; 'none' without sales."),
        (STOCK_ITEM.name,),
        COVERS,
    ),
)
