"""Promises broken: late to ship, late to deliver, and where failed orders broke."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from fulfillment_bi.metrics.catalog.facts import (
    FIRST_DELIVERY_DUE,
    LINE,
    LINE_PROMISE_DRILL,
    ORDER,
    ORDER_PROMISE_DRILL,
    PROMISE_DUE,
    WHO,
)
from fulfillment_bi.metrics.catalog.fill import DUE, EXCUSED, PENDING, VALUE, kept_units
from fulfillment_bi.metrics.query import Level
from fulfillment_bi.metrics.types import Fact, Measure, Metric, Text, count, total


def late_rows(fact: Fact, drill: tuple[str, ...]) -> Measure:
    """Rows that missed their promise, of those due. What is excused is late: nothing that was kept leaves with it."""
    late = count(DUE, "late_{event}_{promise}")
    return Measure(
        fact,
        PROMISE_DUE,
        numerator=late,
        denominator=count(DUE),
        pending=count(PENDING),
        seller=(late.but_not(EXCUSED), count(DUE).but_not(EXCUSED)),
        drill=drill,
    )


def late_units(worth: str) -> Measure:
    """Units that missed their promise, of those due: what `fill.kept_units` leaves over."""
    kept = kept_units(PROMISE_DUE, "", worth, LINE_PROMISE_DRILL)
    assert kept.seller is not None
    late = total("(qty_due - units_{event}_{promise})" + worth, DUE)
    return replace(kept, numerator=late, seller=(late.but_not(EXCUSED), kept.seller[1]))


LATE: Mapping[Level, Measure] = {
    "order": late_rows(ORDER, ORDER_PROMISE_DRILL),
    "line": late_rows(LINE, LINE_PROMISE_DRILL),
    "unit": late_units(""),
    "value": late_units(VALUE),
}

METRICS = (
    Metric(
        "ship_delay_rate",
        Text("延迟发货率", "Ship delay rate"),
        Text(
            "发货承诺到期的订单中，超过承诺才发货或逾期仍未发货的比例。",
            "Of the orders due to ship, the share shipped after the promise or still open past it.",
        ),
        LATE,
        unit="rate",
        direction="down",
        event="ship",
        events=("warehouse", "platform", "scan", "ship"),
        target=0.03,
        warning=0.05,
        critical=0.08,
        area="delay",
    ),
    Metric(
        "delivery_delay_rate",
        Text("延迟送达率", "Delivery delay rate"),
        Text(
            "送达承诺到期的订单中，超过承诺才签收或逾期仍未签收的比例。",
            "Of the orders due for delivery, the share signed after the promise or still open past it.",
        ),
        LATE,
        unit="rate",
        direction="down",
        event="sign",
        events=("sign",),
        target=0.05,
        warning=0.07,
        critical=0.10,
        area="delay",
    ),
    Metric(
        "otif_failures",
        Text("未满足订单数", "Orders that failed their promise"),
        Text(
            "最初的送达承诺到期却未按时足量送达的订单数，可按断点环节拆分。",
            "Orders whose first delivery promise fell due and was not kept on time and in full, by what broke.",
        ),
        {
            "order": Measure(
                ORDER,
                FIRST_DELIVERY_DUE,
                numerator=count("is_failed"),
                drill=(
                    *WHO,
                    "break_stage",
                    "status",
                    "created_at",
                    "promised_delivery_at_original",
                    "shipped_at",
                    "delivered_at",
                ),
            )
        },
        unit="count",
        direction="down",
        splits=("break_stage",),
        minimum_sample=1,
        area="delay",
    ),
)
