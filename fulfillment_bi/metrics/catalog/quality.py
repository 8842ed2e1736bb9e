"""How far the data itself can be trusted."""

from __future__ import annotations

from fulfillment_bi.metrics.catalog.facts import CREATED, ISSUE, ORDER, ORDER_DRILL, WHO
from fulfillment_bi.metrics.types import Measure, Metric, Text, count

METRICS = (
    Metric(
        "order_completeness",
        Text("订单信息完整率", "Order data completeness"),
        Text(
            "能够检查的订单中，姓名、地址、电话、商品、数量、价格均有效的比例。",
            "Of the orders that can be checked, the share with valid name, address, phone, SKU, quantity and price.",
        ),
        {
            "order": Measure(
                ORDER,
                CREATED,
                numerator=count("completeness_known", "is_complete"),
                denominator=count("completeness_known"),
                drill=ORDER_DRILL,
            )
        },
        unit="rate",
        direction="up",
        target=0.99,
        warning=0.97,
        critical=0.95,
        area="quality",
    ),
    Metric(
        "data_issues",
        Text("数据问题", "Data issues"),
        Text(
            "订单数据中的异常数，例如发货早于下单；订单保留，但不计入时长。",
            "Contradictions in order data, such as shipped before ordered; kept, counted, left out of durations.",
        ),
        {"order": Measure(ISSUE, CREATED, numerator=count(), drill=(*WHO, "issue", "created_day"))},
        unit="count",
        direction="down",
        splits=("issue",),
        minimum_sample=1,
        area="quality",
    ),
)
