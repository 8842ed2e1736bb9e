"""Why promises break: failures by cause, the promise as a budget of stages, short lines by origin, orders that burn."""

from __future__ import annotations

from fulfillment_bi.metrics.catalog.facts import FIRST_DELIVERY_DUE, NOW, WHO
from fulfillment_bi.metrics.catalog.facts_causes import BUDGET, CAUSE, OPEN, SHORT
from fulfillment_bi.metrics.types import Measure, Metric, Text, count, members, total

CAUSE_DRILL = (
    *WHO,
    "cause",
    "accountable",
    "cause_rule",
    "cause_count",
    "over_seconds",
    "budget_seconds",
    "short_sku",
    "qty_short",
    "po_no",
    "supplier",
    "created_at",
    "promised_delivery_at_original",
    "delivered_at",
    "order_value",
)
BUDGET_DRILL = (
    *WHO,
    "stage",
    "budget_seconds",
    "seconds",
    "over_seconds",
    "late_seconds",
    "started_at",
    "ended_at",
    "promised_delivery_at_original",
    "delivered_at",
)
SHORT_DRILL = (
    *WHO,
    "line_no",
    "sku",
    "product_name",
    "qty_due",
    "qty_unfilled",
    "short_origin",
    "po_no",
    "supplier",
    "on_hand",
    "available",
    "other_warehouse",
    "taken_by",
    "created_at",
)
OPEN_DRILL = (
    *WHO,
    "burn_state",
    "current_stage",
    "left_seconds",
    "need_seconds",
    "margin_seconds",
    "promised_delivery_at_original",
    "order_value",
)

METRICS = (
    Metric(
        "failure_causes",
        Text("未满足原因", "Failed orders by cause"),
        Text(
            "未满足订单按规则认定的原因均分：一单有几个原因，每个原因各占几分之一；各原因之和等于未满足订单数。",
            "Failed orders, each divided equally among its causes by rule: over all causes they sum to the failures.",
        ),
        {
            "order": Measure(
                CAUSE,
                FIRST_DELIVERY_DUE,
                numerator=total("cause_share"),
                drill=CAUSE_DRILL,
            )
        },
        unit="count",
        direction="down",
        splits=("cause", "accountable"),
        minimum_sample=1,
        area="delay",
    ),
    Metric(
        "cause_orders",
        Text("受原因影响的订单", "Orders a cause broke"),
        Text(
            "由所选原因（之一）造成的未满足订单，每单只计一次；各原因之和可能大于未满足订单数。",
            "Failed orders that a cause had a part in, each once: over all causes they may exceed the failures.",
        ),
        {"order": Measure(CAUSE, FIRST_DELIVERY_DUE, numerator=members("order_key"), drill=CAUSE_DRILL)},
        unit="count",
        direction="down",
        splits=("cause", "accountable"),
        minimum_sample=1,
        area="causes",
    ),
    Metric(
        "budget_overrun",
        Text("环节预算超支", "Overrun of stage budgets"),
        Text(
            "未满足订单在各环节比预算多用的平均时间，负数表示追回时间；已签收订单各环节之和等于其延迟。",
            "What stages of failed orders took beyond their part of the promise, mean; below zero is time won back. "
            "Over "
            "the stages of a delivered order it sums to its lateness.",
        ),
        {
            "order": Measure(
                BUDGET,
                FIRST_DELIVERY_DUE,
                numerator=count("is_spent"),
                denominator=count("is_spent"),
                mean=total("over_seconds", "is_spent"),
                drill=BUDGET_DRILL,
            )
        },
        unit="days",
        direction="down",
        scale=86400,
        splits=("stage",),
        area="causes",
    ),
    Metric(
        "first_breaks",
        Text("最先超支的环节", "First stage over budget"),
        Text(
            "未满足订单中最先超出预算的环节，按订单计。",
            "Failed orders by the first stage that overran its part of the promise.",
        ),
        {"order": Measure(BUDGET, FIRST_DELIVERY_DUE, numerator=count("is_first"), drill=BUDGET_DRILL)},
        unit="count",
        direction="down",
        splits=("stage",),
        minimum_sample=1,
        area="causes",
    ),
    Metric(
        "short_units",
        Text("缺货未交件数", "Units short of stock"),
        Text(
            "未满足订单中因缺货未按时交付的件数，可按来源、采购单、供应商追溯。",
            "Units of failed orders not delivered in time for want of stock, traced to where the want comes from.",
        ),
        {"unit": Measure(SHORT, FIRST_DELIVERY_DUE, numerator=total("qty_unfilled"), drill=SHORT_DRILL)},
        unit="count",
        direction="down",
        splits=("short_origin",),
        minimum_sample=1,
        area="causes",
    ),
    Metric(
        "short_orders",
        Text("缺货影响订单数", "Orders short of stock"),
        Text(
            "有缺货订单行的未满足订单数；按采购单拆分即该采购单造成的订单数。",
            "Failed orders with a line that wanted stock; by purchase order, the orders that it cost.",
        ),
        {"order": Measure(SHORT, FIRST_DELIVERY_DUE, numerator=members("order_key"), drill=SHORT_DRILL)},
        unit="count",
        direction="down",
        splits=("short_origin",),
        minimum_sample=1,
        area="causes",
    ),
    Metric(
        "burning_orders",
        Text("正在超支的订单", "Orders burning their promise"),
        Text(
            "截至最新数据，按通常进度将赶不上送达承诺、但承诺尚未到期的未完成订单数。",
            "Open orders whose promise is still to come and will be missed at the usual pace, as of the newest data.",
        ),
        {"order": Measure(OPEN, NOW, numerator=count("is_burning"), drill=OPEN_DRILL)},
        unit="count",
        direction="down",
        splits=("burn_state", "current_stage"),
        minimum_sample=1,
        area="causes",
    ),
    Metric(
        "savable_value",
        Text("可挽回金额", "Order value that can be saved"),
        Text(
            "截至最新数据，将赶不上承诺但加急仍可挽回的未完成订单金额。",
            "Value of the open orders that will be missed at the usual pace and can still be saved by hurrying.",
        ),
        {"order": Measure(OPEN, NOW, numerator=total("order_value", "is_savable"), drill=OPEN_DRILL)},
        unit="money",
        direction="down",
        splits=("burn_state", "current_stage"),
        minimum_sample=1,
        area="causes",
    ),
)
