"""Attributes of what several systems say: what matches and conflicts can be split and filtered by."""

from __future__ import annotations

from fulfillment_bi.metrics.attributes import attribute
from fulfillment_bi.metrics.catalog.facts_systems import CONFLICT, ORDER_SYSTEM
from fulfillment_bi.metrics.types import Text

MATCH_STATES = ("order", "ambiguous", "unknown_order", "no_order_number")

SYSTEM_ATTRIBUTES = (
    attribute(
        "system_pair",
        Text("系统对", "System pair"),
        Text("互相核对的两个系统，例如平台与仓库。", "The two systems compared, such as platform and warehouse."),
        (ORDER_SYSTEM.name, CONFLICT.name),
    ),
    attribute(
        "missing_in",
        Text("缺失系统", "Missing in"),
        Text("没有这张订单的系统；两边都有为 none。", "The system that lacks the order; 'none' when both have it."),
        (ORDER_SYSTEM.name,),
        ("platform", "warehouse", "carrier", "none"),
    ),
    attribute(
        "match_state",
        Text("匹配情况", "Match"),
        Text(
            "已对应订单、单号在多个渠道重复、没有这张订单、没有单号。",
            "Joined to an order; number used by several channels; no such order; no order number at all.",
        ),
        (ORDER_SYSTEM.name,),
        MATCH_STATES,
    ),
    attribute(
        "state_pair",
        Text("状态分歧", "Status disagreement"),
        Text(
            "两个系统各自的进度，例如 sent-open：前者已发货，后者未发货；一致为 none。",
            "How far each of the two says it is, such as sent-open; 'none' where they agree.",
        ),
        (ORDER_SYSTEM.name,),
    ),
    attribute(
        "conflict_column",
        Text("冲突字段", "Conflicting column"),
        Text("两个系统取值不同的字段。", "The column for which two systems give different values."),
        (CONFLICT.name,),
    ),
)
