"""What suppliers promise and bring.

The days and weights named here are those of `int_stock_threshold`.
"""

from __future__ import annotations

from fulfillment_bi.metrics.catalog.facts import (
    PURCHASE,
    PURCHASE_DUE,
    PURCHASE_ORDERED,
    PURCHASE_RECEIVED,
)
from fulfillment_bi.metrics.types import Measure, Metric, Part, Text, count, total

DAY = 86400

WHO = ("po_no", "line_no", "supplier", "sku", "product_name", "warehouse", "shipment_mode")
DUE_DRILL = (
    *WHO,
    "ordered_at",
    "promised_at_{promise}",
    "received_at",
    "arrival",
    "days_late_{promise}",
    "qty_ordered",
    "qty_received",
    "qty_in_window_{promise}",
    "qty_rejected",
)
LEAD_DRILL = (*WHO, "ordered_at", "received_at", "lead_seconds")
LEAD_COUNT = count("is_received", known="lead_seconds")
RESPONSE_COUNT = count("is_first", known="response_seconds")


def due(numerator: Part, denominator: Part, pending: Part | None = None) -> Measure:
    """A measure of lines whose promise has fallen due."""
    return Measure(
        PURCHASE, PURCHASE_DUE, numerator=numerator, denominator=denominator, pending=pending, drill=DUE_DRILL
    )


def lead(*, quantile: float | None = None, deviation: bool = False) -> Measure:
    """The time from order to receipt: a quantile of it, its standard deviation, or its mean."""
    return Measure(
        PURCHASE,
        PURCHASE_RECEIVED,
        numerator=LEAD_COUNT,
        denominator=LEAD_COUNT,
        mean=total("lead_seconds", "is_received") if quantile is None else None,
        quantile=None if quantile is None else ("lead_seconds", quantile),
        squares=total("lead_seconds * lead_seconds", "is_received") if deviation else None,
        durations=True,
        drill=LEAD_DRILL,
    )


def response(quantile: float) -> Measure:
    """A quantile of the time from sending an order to its confirmation."""
    return Measure(
        PURCHASE,
        PURCHASE_ORDERED,
        numerator=RESPONSE_COUNT,
        denominator=RESPONSE_COUNT,
        quantile=("response_seconds", quantile),
        durations=True,
        drill=("po_no", "supplier", "warehouse", "sent_at", "confirmed_at", "response_seconds"),
    )


METRICS = (
    Metric(
        "supplier_on_time_rate",
        Text("供应商准时率", "Supplier on-time rate"),
        Text(
            "到期采购件数中在承诺日前 5 天至承诺时收到的比例，未收到计为失败；按行：承诺前收齐的行占比，早到不计失败。",
            "Units received between 5 days before the promise and the promise / units due, never received fails; by "
            "line: lines complete by the promise, however early / lines due.",
        ),
        {
            "unit": due(
                total("qty_in_window_{promise}", "is_due_{promise}"),
                total("qty_ordered", "is_due_{promise}"),
                total("qty_ordered", "is_pending_{promise}"),
            ),
            "line": due(
                count("is_due_{promise}", "is_on_time_{promise}"),
                count("is_due_{promise}"),
                count("is_pending_{promise}"),
            ),
        },
        unit="rate",
        direction="up",
        target=0.95,
        warning=0.9,
        critical=0.85,
        splits=("shipment_mode", "arrival"),
        area="supply",
    ),
    Metric(
        "supplier_delay_mean",
        Text("平均交期偏差", "Mean delay of receipts"),
        Text(
            "收齐日减承诺日的平均天数；负数为提前。",
            "Mean of the day a line was complete less the day promised; below zero is early.",
        ),
        {
            "line": Measure(
                PURCHASE,
                PURCHASE_DUE,
                numerator=count("is_received", known="days_late_{promise}"),
                denominator=count("is_received", known="days_late_{promise}"),
                mean=total("days_late_{promise}", "is_received"),
                drill=DUE_DRILL,
            )
        },
        unit="days",
        direction="down",
        splits=("shipment_mode", "arrival"),
        area="supply",
    ),
    Metric(
        "supplier_fill_rate",
        Text("供应商满足率", "Supplier fill rate"),
        Text(
            "到期采购行已收到的件数占订购件数，多收不计；按行：已收齐的行占比。",
            "Units received by now / units ordered, on due lines, without what exceeds the order; by line: those "
            "complete.",
        ),
        {
            "unit": due(
                total("qty_filled", "is_due_{promise}"),
                total("qty_ordered", "is_due_{promise}"),
                total("qty_ordered", "is_pending_{promise}"),
            ),
            "line": due(
                count("is_due_{promise}", "is_received"),
                count("is_due_{promise}"),
                count("is_pending_{promise}"),
            ),
        },
        unit="rate",
        direction="up",
        target=0.98,
        warning=0.95,
        critical=0.9,
        splits=("shipment_mode", "arrival"),
        area="supply",
    ),
    Metric(
        "supplier_defect_rate",
        Text("供应商不良率", "Supplier defect rate"),
        Text("到期采购行中拒收件数占收到件数的比例。", "Units rejected / units received, on due lines."),
        {"unit": due(total("qty_rejected", "is_due_{promise}"), total("qty_received", "is_due_{promise}"))},
        unit="rate",
        direction="down",
        target=0.01,
        warning=0.02,
        critical=0.05,
        splits=("shipment_mode", "arrival"),
        area="supply",
    ),
    Metric(
        "purchase_value",
        Text("采购金额", "Purchase value"),
        Text("期间内下单的采购金额。", "Value of the purchase lines ordered in the period."),
        {
            "value": Measure(
                PURCHASE, PURCHASE_ORDERED, numerator=total("purchase_value"), drill=(*DUE_DRILL, "unit_cost")
            )
        },
        unit="money",
        direction="none",
        minimum_sample=1,
        splits=("shipment_mode", "arrival"),
        area="supply",
    ),
    Metric(
        "purchase_lead_time",
        Text("采购周期中位数", "Purchase lead time, median"),
        Text(
            "从下单到收齐的时间，一半采购行不超过它。",
            "Time from order to complete receipt that half the lines stay within.",
        ),
        {"line": lead(quantile=0.5)},
        unit="days",
        direction="down",
        scale=DAY,
        area="supply",
    ),
    Metric(
        "purchase_lead_time_p90",
        Text("采购周期 P90", "Purchase lead time, P90"),
        Text(
            "从下单到收齐的时间，九成采购行不超过它。",
            "Time from order to complete receipt that nine in ten lines stay within.",
        ),
        {"line": lead(quantile=0.9)},
        unit="days",
        direction="down",
        scale=DAY,
        area="supply",
    ),
    Metric(
        "purchase_lead_time_mean",
        Text("平均采购周期", "Purchase lead time, mean"),
        Text("从下单到收齐的平均时间。", "Mean time from order to complete receipt."),
        {"line": lead()},
        unit="days",
        direction="down",
        scale=DAY,
        splits=("shipment_mode", "arrival"),
        area="supply",
    ),
    Metric(
        "purchase_lead_time_sd",
        Text("采购周期标准差", "Purchase lead time, standard deviation"),
        Text(
            "从下单到收齐时间的标准差（样本）。",
            "Standard deviation (of a sample) of the time from order to complete receipt.",
        ),
        {"line": lead(deviation=True)},
        unit="days",
        direction="down",
        scale=DAY,
        splits=("shipment_mode", "arrival"),
        area="supply",
    ),
    Metric(
        "supplier_response_time",
        Text("供应商响应时间中位数", "Supplier response time, median"),
        Text(
            "从发出采购单到供应商确认的时间，一半采购单不超过它。",
            "Time from sending an order to its confirmation, median.",
        ),
        {"order": response(0.5)},
        unit="days",
        direction="down",
        scale=DAY,
        area="supply",
    ),
    Metric(
        "supplier_response_time_p90",
        Text("供应商响应时间 P90", "Supplier response time, P90"),
        Text(
            "从发出采购单到供应商确认的时间，九成采购单不超过它。",
            "Time from sending an order to its confirmation, P90.",
        ),
        {"order": response(0.9)},
        unit="days",
        direction="down",
        scale=DAY,
        area="supply",
    ),
)
