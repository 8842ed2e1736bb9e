"""What comes back: wrong orders, returns, refunds and goods sent again, by the orders that were shipped."""

from __future__ import annotations

from collections.abc import Mapping

from fulfillment_bi.metrics.catalog.facts import CREATED, LINE, ORDER, WHO
from fulfillment_bi.metrics.catalog.facts_service import AFTER_SALE, CLOSED, OPENED, SHIPPED
from fulfillment_bi.metrics.query import Level
from fulfillment_bi.metrics.types import Measure, Metric, Text, count, total

HOUR = 3600

CASE_ORDER_DRILL = (
    *WHO,
    "status",
    "operator",
    "created_at",
    "shipped_at",
    "delivered_at",
    "has_after_sales",
    "has_return",
    "has_refund",
    "order_value",
)
CASE_LINE_DRILL = (
    "channel",
    "order_no",
    "line_no",
    "sku",
    "product_name",
    "category",
    "warehouse",
    "shipped_at",
    "qty_sent",
    "unit_price",
    "qty_after_sales",
    "qty_returned",
    "qty_refunded",
    "amount_refunded",
)
CASE_DRILL = (
    *WHO,
    "case_no",
    "sku",
    "product_name",
    "after_sales_kind",
    "after_sales_reason",
    "after_sales_time",
    "opened_at",
    "closed_at",
    "reshipped_at",
    "qty",
)
SENT = ("is_sent", "cases_known")


def of_shipped(flag: str, noun: str) -> Mapping[Level, Measure]:
    """What has a case of one sort, of what was shipped, at each level. Columns: `flag`, qty_`noun`, amount_`noun`."""
    return {
        "order": Measure(
            ORDER, SHIPPED, numerator=count(*SENT, flag), denominator=count(*SENT), drill=CASE_ORDER_DRILL
        ),
        "line": Measure(LINE, SHIPPED, numerator=count(*SENT, flag), denominator=count(*SENT), drill=CASE_LINE_DRILL),
        "unit": Measure(
            LINE,
            SHIPPED,
            numerator=total(f"qty_{noun}", *SENT),
            denominator=total("qty_sent", *SENT),
            drill=CASE_LINE_DRILL,
        ),
        "value": Measure(
            LINE,
            SHIPPED,
            numerator=total(f"amount_{noun}", *SENT),
            denominator=total("qty_sent * unit_price", *SENT),
            drill=CASE_LINE_DRILL,
        ),
    }


RESHIP_COUNT = count(known="reship_seconds")

METRICS = (
    Metric(
        "misorder_rate",
        Text("误单率", "Mis-order rate"),
        Text(
            "期间内发货的订单中，发货后 14 天内确认错发、漏发、数量不符或地址错误的比例；最近 14 天仍会上升。",
            "Of the orders shipped, the share confirmed within 14 days to have a wrong item, a missing item, a wrong "
            "quantity or a wrong address; the newest 14 days still grow.",
        ),
        {
            "order": Measure(
                ORDER,
                SHIPPED,
                numerator=count("is_sent", "reasons_known", "is_misorder"),
                denominator=count("is_sent", "reasons_known"),
                drill=CASE_ORDER_DRILL,
            )
        },
        unit="rate",
        direction="down",
        target=0.003,
        warning=0.005,
        critical=0.01,
        minimum_sample=100,
        area="after_sales",
    ),
    Metric(
        "after_sales_rate",
        Text("售后率", "After-sales rate"),
        Text(
            "期间内发货的订单中，发货后提出售后的比例。",
            "Of the orders shipped, the share with an after-sales case opened after shipping.",
        ),
        of_shipped("has_after_sales", "after_sales"),
        unit="rate",
        direction="down",
        target=0.05,
        warning=0.08,
        critical=0.12,
        area="after_sales",
    ),
    Metric(
        "return_rate",
        Text("退货率", "Return rate"),
        Text(
            "期间内发货的订单中，退货退款的比例。",
            "Of the orders shipped, the share with goods returned.",
        ),
        of_shipped("has_return", "returned"),
        unit="rate",
        direction="down",
        target=0.03,
        warning=0.06,
        critical=0.10,
        area="after_sales",
    ),
    Metric(
        "refund_rate",
        Text("退款率", "Refund rate"),
        Text(
            "期间内发货的订单中，发货后退款的比例，含退货退款；发货前退款另计。",
            "Of the orders shipped, the share refunded after shipping, with or without a return; refunds before "
            "shipping are counted apart.",
        ),
        of_shipped("has_refund", "refunded"),
        unit="rate",
        direction="down",
        target=0.04,
        warning=0.07,
        critical=0.12,
        area="after_sales",
    ),
    Metric(
        "refund_before_shipping_rate",
        Text("发货前退款率", "Refunds before shipping"),
        Text(
            "期间内下单的订单中，发货前退款的比例。",
            "Of the orders placed, the share refunded before shipping.",
        ),
        {
            "order": Measure(
                ORDER,
                CREATED,
                numerator=count("cases_known", "has_refund_before_shipping"),
                denominator=count("cases_known"),
                drill=(*WHO, "status", "cancelled_by", "created_at", "paid_at", "shipped_at", "order_value"),
            )
        },
        unit="rate",
        direction="down",
        target=0.03,
        warning=0.05,
        critical=0.08,
        area="after_sales",
    ),
    Metric(
        "after_sales_cases",
        Text("售后单数", "After-sales cases"),
        Text(
            "期间内提出的售后单数，可按类型和原因拆分。",
            "After-sales cases opened in the period, by kind and reason.",
        ),
        {"order": Measure(AFTER_SALE, OPENED, numerator=count("is_case"), drill=CASE_DRILL)},
        unit="count",
        direction="down",
        splits=("after_sales_kind", "after_sales_reason"),
        minimum_sample=1,
        area="after_sales",
    ),
    Metric(
        "refund_amount",
        Text("退款金额", "Refunded amount"),
        Text(
            "期间内提出并未被拒绝或撤销的售后单的退款金额合计。",
            "Amounts of the after-sales cases opened in the period that were not rejected or withdrawn.",
        ),
        {"order": Measure(AFTER_SALE, OPENED, numerator=total("amount", "is_accepted"), drill=CASE_DRILL)},
        unit="money",
        direction="down",
        splits=("after_sales_kind", "after_sales_reason"),
        minimum_sample=1,
        area="after_sales",
    ),
    Metric(
        "time_to_reship",
        Text("补发时长中位数", "Time to reship, median"),
        Text(
            "换货和补发从提出到再次发出的时间中位数；没有补发时间时以完结时间为准。",
            "Median time from opening an exchange or reship to sending the goods again; where that is not recorded, to "
            "closing the case.",
        ),
        {
            "order": Measure(
                AFTER_SALE,
                CLOSED,
                numerator=RESHIP_COUNT,
                denominator=RESHIP_COUNT,
                quantile=("reship_seconds", 0.5),
                durations=True,
                drill=(*CASE_DRILL, "reship_seconds"),
            )
        },
        unit="hours",
        direction="down",
        scale=HOUR,
        target=24,
        warning=48,
        critical=72,
        area="after_sales",
    ),
)
