"""Whether customers come back, and who got in touch first."""

from __future__ import annotations

from fulfillment_bi.metrics.catalog.facts import FIRST_DELIVERY_DUE, ORDER
from fulfillment_bi.metrics.catalog.facts_service import CUSTOMER, FIRST_ORDER, SOLVED, STOCKED_OUT, TICKET
from fulfillment_bi.metrics.catalog.service import FAILED_DRILL, TICKET_DRILL, share
from fulfillment_bi.metrics.types import Metric, Text

CALL_BACK_DRILL = (*TICKET_DRILL, "called_back_at")
CUSTOMER_DRILL = (
    "channel",
    "order_no",
    "shop",
    "region",
    "first_order_state",
    "first_order_at",
    "next_order_at",
    "stocked_out_at",
    "order_count",
)

METRICS = (
    Metric(
        "proactive_contact_rate",
        Text("主动关怀率", "Proactive contact rate"),
        Text(
            "最初的送达承诺到期却未满足的订单中，我们先于客户联系的比例。",
            "Of the orders whose first delivery promise was not kept, the share where the shop got in touch before the "
            "customer did.",
        ),
        {
            "order": share(
                ORDER, FIRST_DELIVERY_DUE, ("is_failed", "proactive_known"), "is_contacted_first", FAILED_DRILL
            )
        },
        unit="rate",
        direction="up",
        target=0.50,
        warning=0.30,
        critical=0.10,
        area="service",
    ),
    Metric(
        "call_back_rate",
        Text("回访率", "Call-back rate"),
        Text("期间内解决的投诉中，得到回访的比例。", "Of the complaints solved, the share followed up by a call-back."),
        {
            "order": share(
                TICKET, SOLVED, ("is_solved", "is_complaint", "call_back_known"), "is_called_back", CALL_BACK_DRILL
            )
        },
        unit="rate",
        direction="up",
        target=0.90,
        warning=0.80,
        critical=0.60,
        area="service",
    ),
    Metric(
        "call_back_satisfaction_rate",
        Text("回访满意度", "Satisfaction after call-back"),
        Text(
            "期间内解决并在回访后有评价的工单中，评分达到满分 80% 的比例。",
            "Of the solved tickets rated after a call-back, the share rated at least 80 % of the scale.",
        ),
        {
            "order": share(
                TICKET, SOLVED, ("is_solved", "is_call_back_rated"), "is_call_back_satisfied", CALL_BACK_DRILL
            )
        },
        unit="rate",
        direction="up",
        target=0.90,
        warning=0.80,
        critical=0.60,
        area="service",
    ),
    Metric(
        "repurchase_rate",
        Text("复购率", "Repurchase rate"),
        Text(
            "期间内首次下单且已满 90 天的客户中，90 天内再次下单的比例。",
            "Of the customers whose first order was placed in the period and is 90 days old, the share who ordered "
            "again within 90 days.",
        ),
        {"order": share(CUSTOMER, FIRST_ORDER, ("is_matured",), "has_repurchased", CUSTOMER_DRILL)},
        unit="rate",
        direction="up",
        splits=("first_order_state",),
        area="service",
    ),
    Metric(
        "stockout_loss_rate",
        Text("缺货流失率", "Customers lost after a stock-out"),
        Text(
            "遇到缺货且已满 90 天的客户中，90 天内没有再下单的比例。",
            "Of the customers who met a stock-out at least 90 days ago, the share who did not order again within 90 "
            "days.",
        ),
        {"order": share(CUSTOMER, STOCKED_OUT, ("is_stockout_matured",), "is_lost", CUSTOMER_DRILL)},
        unit="rate",
        direction="down",
        area="service",
    ),
)
