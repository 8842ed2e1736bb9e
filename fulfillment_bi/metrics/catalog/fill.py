"""Promises kept: on time and in full, and the fill rates beside it."""

from __future__ import annotations

from collections.abc import Mapping

from fulfillment_bi.metrics.catalog.facts import (
    DELIVERY_DUE,
    LINE,
    LINE_FILL_DRILL,
    LINE_PROMISE_DRILL,
    ORDER,
    ORDER_FILL_DRILL,
    ORDER_PROMISE_DRILL,
    PROMISE_DUE,
)
from fulfillment_bi.metrics.query import Event, Level
from fulfillment_bi.metrics.types import Measure, Metric, Text, count, total

ALL_EVENTS: tuple[Event, ...] = ("warehouse", "platform", "scan", "ship", "sign")

EXCUSED = "excused_{event}_{promise}"

DUE, PENDING = "due_{event}_{promise}", "pending_{event}_{promise}"
ON_TIME: Mapping[Level, Measure] = {
    "order": Measure(
        ORDER,
        PROMISE_DUE,
        numerator=count(DUE, "otif_{event}_{promise}"),
        denominator=count(DUE),
        pending=count(PENDING),
        excused=EXCUSED,
        drill=ORDER_PROMISE_DRILL,
    ),
    "line": Measure(
        LINE,
        PROMISE_DUE,
        numerator=count(DUE, "otif_{event}_{promise}"),
        denominator=count(DUE),
        pending=count(PENDING),
        excused=EXCUSED,
        drill=LINE_PROMISE_DRILL,
    ),
    "unit": Measure(
        LINE,
        PROMISE_DUE,
        numerator=total("units_{event}_{promise}", DUE),
        denominator=total("qty_due", DUE),
        pending=total("qty_due", PENDING),
        excused=EXCUSED,
        drill=LINE_PROMISE_DRILL,
    ),
    "value": Measure(
        LINE,
        PROMISE_DUE,
        numerator=total("units_{event}_{promise} * unit_price", DUE),
        denominator=total("qty_due * unit_price", DUE),
        pending=total("qty_due * unit_price", PENDING),
        excused=EXCUSED,
        drill=LINE_PROMISE_DRILL,
    ),
}

DELIVERY, DELIVERY_PENDING = "due_sign_{promise}", "pending_sign_{promise}"
FILL: Mapping[Level, Measure] = {
    "order": Measure(
        ORDER,
        DELIVERY_DUE,
        numerator=count(DELIVERY, "filled_{event}_{promise}"),
        denominator=count(DELIVERY),
        pending=count(DELIVERY_PENDING),
        excused=EXCUSED,
        drill=ORDER_FILL_DRILL,
    ),
    "line": Measure(
        LINE,
        DELIVERY_DUE,
        numerator=count(DELIVERY, "filled_{event}_{promise}"),
        denominator=count(DELIVERY),
        pending=count(DELIVERY_PENDING),
        excused=EXCUSED,
        drill=LINE_FILL_DRILL,
    ),
    "unit": Measure(
        LINE,
        DELIVERY_DUE,
        numerator=total("fill_units_{event}_{promise}", DELIVERY),
        denominator=total("qty_due", DELIVERY),
        pending=total("qty_due", DELIVERY_PENDING),
        excused=EXCUSED,
        drill=LINE_FILL_DRILL,
    ),
    "value": Measure(
        LINE,
        DELIVERY_DUE,
        numerator=total("fill_units_{event}_{promise} * unit_price", DELIVERY),
        denominator=total("qty_due * unit_price", DELIVERY),
        pending=total("qty_due * unit_price", DELIVERY_PENDING),
        excused=EXCUSED,
        drill=LINE_FILL_DRILL,
    ),
}


def starting(level: Level) -> Mapping[Level, Measure]:
    """The fill measures with `level` first, so that it is the default."""
    return {level: FILL[level], **{other: FILL[other] for other in FILL if other != level}}


METRICS = (
    Metric(
        "otif",
        Text("订单满足率", "Order fulfilment rate (OTIF)"),
        Text(
            "承诺到期的订单中，按时并且足量送达的比例；逾期未送达即为未满足。",
            "Of the orders whose promise fell due, the share on time and in full; open past the promise is a failure.",
        ),
        ON_TIME,
        unit="rate",
        direction="up",
        event="sign",
        events=ALL_EVENTS,
        target=0.95,
        warning=0.93,
        critical=0.90,
        area="fill",
    ),
    Metric(
        "order_fill_rate",
        Text("整单满足率", "Order fill rate"),
        Text(
            "承诺到期的订单中，在承诺送达时间前整单足量发出的比例。",
            "Of the orders due, the share shipped completely before their delivery promise.",
        ),
        starting("order"),
        unit="rate",
        direction="up",
        event="ship",
        events=ALL_EVENTS,
        target=0.97,
        warning=0.95,
        critical=0.92,
        area="fill",
    ),
    Metric(
        "line_fill_rate",
        Text("行满足率", "Line fill rate"),
        Text(
            "承诺到期的订单行中，在承诺送达时间前整行足量发出的比例。",
            "Of the order lines due, the share shipped completely before the delivery promise.",
        ),
        starting("line"),
        unit="rate",
        direction="up",
        event="ship",
        events=ALL_EVENTS,
        target=0.98,
        warning=0.96,
        critical=0.93,
        area="fill",
    ),
    Metric(
        "unit_fill_rate",
        Text("件满足率", "Unit fill rate"),
        Text(
            "承诺到期的订购件数中，在承诺送达时间前发出的件数比例。",
            "Of the units due, the share shipped before the delivery promise.",
        ),
        starting("unit"),
        unit="rate",
        direction="up",
        event="ship",
        events=ALL_EVENTS,
        target=0.98,
        warning=0.96,
        critical=0.93,
        area="fill",
    ),
    Metric(
        "value_fill_rate",
        Text("金额满足率", "Value fill rate"),
        Text(
            "承诺到期的订购金额中，在承诺送达时间前发出的金额比例。",
            "Of the order value due, the share shipped before the delivery promise.",
        ),
        starting("value"),
        unit="rate",
        direction="up",
        event="ship",
        events=ALL_EVENTS,
        target=0.98,
        warning=0.96,
        critical=0.93,
        area="fill",
    ),
)
