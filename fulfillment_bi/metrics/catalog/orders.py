"""How many orders, what they are worth, which were cancelled, which still wait."""

from __future__ import annotations

from fulfillment_bi.metrics.catalog.facts import CREATED, NOW, ORDER, ORDER_DRILL, WHO
from fulfillment_bi.metrics.types import Measure, Metric, Text, count, total

BACKLOG_DRILL = (
    *WHO,
    "status",
    "current_stage",
    "promise_bucket",
    "created_at",
    "promised_ship_at_original",
    "promised_delivery_at_original",
    "order_value",
)

METRICS = (
    Metric(
        "orders",
        Text("订单数", "Orders"),
        Text("期间内下单的订单数。", "Orders placed in the period."),
        {"order": Measure(ORDER, CREATED, numerator=count("is_created"), drill=ORDER_DRILL)},
        unit="count",
        direction="up",
        minimum_sample=1,
    ),
    Metric(
        "order_value",
        Text("订单金额", "Order value"),
        Text("期间内下单的订单金额合计。", "Value of the orders placed in the period."),
        {"order": Measure(ORDER, CREATED, numerator=total("order_value", "is_created"), drill=ORDER_DRILL)},
        unit="money",
        direction="up",
        minimum_sample=1,
    ),
    Metric(
        "cancellation_rate",
        Text("取消率", "Cancellation rate"),
        Text("期间内下单的订单中被取消的比例，可按取消方拆分。", "Of the orders placed, the share cancelled."),
        {
            "order": Measure(
                ORDER,
                CREATED,
                numerator=count("is_created", "is_cancelled"),
                denominator=count("is_created"),
                drill=(*WHO, "status", "cancelled_by", "created_at", "paid_at", "cancelled_at", "order_value"),
            )
        },
        unit="rate",
        direction="down",
        target=0.02,
        warning=0.03,
        critical=0.05,
        splits=("cancelled_by",),
    ),
    Metric(
        "backlog",
        Text("积压订单", "Backlog"),
        Text(
            "截至最新数据仍未完成的订单数，可按所处环节和距承诺的小时数拆分。",
            "Orders still open as of the newest data, by the stage they wait in and the hours left to their promise.",
        ),
        {"order": Measure(ORDER, NOW, numerator=count("is_open"), drill=BACKLOG_DRILL)},
        unit="count",
        direction="down",
        splits=("current_stage", "promise_bucket"),
        minimum_sample=1,
    ),
    Metric(
        "backlog_value",
        Text("积压金额", "Backlog value"),
        Text(
            "截至最新数据仍未完成的订单的金额合计，可按所处环节和距承诺的小时数拆分。",
            "Value of the orders still open as of the newest data, by the stage they wait in and the hours left to "
            "their promise.",
        ),
        {"order": Measure(ORDER, NOW, numerator=total("order_value", "is_open"), drill=BACKLOG_DRILL)},
        unit="money",
        direction="down",
        splits=("current_stage", "promise_bucket"),
        minimum_sample=1,
    ),
)
