"""Attributes of causes, short lines and open orders: what they can be split and filtered by."""

from __future__ import annotations

from fulfillment_bi.metrics.attributes import attribute
from fulfillment_bi.metrics.catalog.facts_causes import CAUSE, OPEN, SHORT
from fulfillment_bi.metrics.types import Text

CAUSES = (
    "stock_short",
    "purchase_late",
    "oversell",
    "review_queue",
    "allocation",
    "pick_pack",
    "hand_over",
    "line_haul",
    "last_mile",
    "wrong_address",
    "customer",
    "platform",
    "unknown",
)
PARTIES = ("us", "supplier", "carrier", "customer", "platform", "unknown")
ORIGINS = ("purchase_late", "oversell", "other_warehouse", "phantom", "demand", "unknown")
BURNING = ("savable", "out_of_reach", "in_time")

CAUSE_ATTRIBUTES = (
    attribute(
        "cause",
        Text("原因", "Cause"),
        Text("未满足订单按规则认定的原因。", "What broke the promise, by rule; an order may have several."),
        (CAUSE.name,),
        CAUSES,
    ),
    attribute(
        "accountable",
        Text("责任归属", "Accountable"),
        Text("对该原因负责的一方。", "Who answers for the cause: us, supplier, carrier, customer or platform."),
        (CAUSE.name,),
        PARTIES,
    ),
    attribute(
        "short_origin",
        Text("缺货来源", "Origin of the shortage"),
        Text(
            "缺货件数追溯到的来源：采购延迟、超卖、他仓有货、账实不符、需求突增或未知。",
            "Where missing units come from: a late purchase, overselling, stock elsewhere, books, demand or unknown.",
        ),
        (SHORT.name,),
        ORIGINS,
    ),
    attribute(
        "po_no",
        Text("采购单", "Purchase order"),
        Text("缺货订单行所等待的逾期采购单。", "The overdue purchase order that a short line waited for."),
        (SHORT.name,),
    ),
    attribute(
        "burn_state",
        Text("挽回状态", "Can it be saved"),
        Text(
            "未完成订单按通常进度：可挽回、来不及或按时。",
            "An open order at the usual pace: can be saved by hurrying, is out of reach, or will be in time.",
        ),
        (OPEN.name,),
        BURNING,
    ),
)
