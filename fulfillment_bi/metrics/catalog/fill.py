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
from fulfillment_bi.metrics.types import Fact, Measure, Metric, Text, TimeBasis, count, total

ALL_EVENTS: tuple[Event, ...] = ("warehouse", "platform", "scan", "ship", "sign")

EXCUSED = "excused_{event}_{promise}"
DUE, PENDING = "due_{event}_{promise}", "pending_{event}_{promise}"


def kept_rows(fact: Fact, basis: TimeBasis, prefix: str, kept: str, drill: tuple[str, ...]) -> Measure:
    """Rows that were kept of those due. `prefix` is "fill_" for fill rates, "" otherwise; `kept` is a flag."""
    due = prefix + DUE
    return Measure(
        fact,
        basis,
        numerator=count(due, kept),
        denominator=count(due),
        pending=count(prefix + PENDING),
        seller=(count(due, kept), count(due).but_not(EXCUSED, saved=kept)),
        drill=drill,
    )


def kept_units(basis: TimeBasis, prefix: str, worth: str, drill: tuple[str, ...]) -> Measure:
    """Units that made it of those due, each `worth` a factor such as " * unit_price" (empty: one)."""
    due, units = prefix + DUE, prefix + "units_{event}_{promise}"
    answered_for = f"(qty_due - {EXCUSED} * (qty_due - {units}))"
    return Measure(
        LINE,
        basis,
        numerator=total(units + worth, due),
        denominator=total("qty_due" + worth, due),
        pending=total("qty_due" + worth, prefix + PENDING),
        seller=(total(units + worth, due), total(answered_for + worth, due)),
        drill=drill,
    )


VALUE = " * unit_price"
ON_TIME: Mapping[Level, Measure] = {
    "order": kept_rows(ORDER, PROMISE_DUE, "", "otif_{event}_{promise}", ORDER_PROMISE_DRILL),
    "line": kept_rows(LINE, PROMISE_DUE, "", "otif_{event}_{promise}", LINE_PROMISE_DRILL),
    "unit": kept_units(PROMISE_DUE, "", "", LINE_PROMISE_DRILL),
    "value": kept_units(PROMISE_DUE, "", VALUE, LINE_PROMISE_DRILL),
}
FILL: Mapping[Level, Measure] = {
    "order": kept_rows(ORDER, DELIVERY_DUE, "fill_", "filled_{event}_{promise}", ORDER_FILL_DRILL),
    "line": kept_rows(LINE, DELIVERY_DUE, "fill_", "filled_{event}_{promise}", LINE_FILL_DRILL),
    "unit": kept_units(DELIVERY_DUE, "fill_", "", LINE_FILL_DRILL),
    "value": kept_units(DELIVERY_DUE, "fill_", VALUE, LINE_FILL_DRILL),
}


ALL_RIGHT = ("otif_{event}_{promise}", "is_undamaged", "is_right")
PERFECT = Measure(
    ORDER,
    PROMISE_DUE,
    numerator=count(DUE, "cases_known", *ALL_RIGHT),
    denominator=count(DUE, "cases_known"),
    pending=count(PENDING, "cases_known"),
    # What is excused is late: nothing that is on time leaves with it.
    seller=(count(DUE, "cases_known", *ALL_RIGHT), count(DUE, "cases_known").but_not(EXCUSED)),
    drill=(*ORDER_PROMISE_DRILL, "is_undamaged", "is_right"),
)


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
        "perfect_order_rate",
        Text("完美订单率", "Perfect order rate"),
        Text(
            "承诺到期的订单中，按时、足量、无破损、商品与单据正确同时做到的比例；以没有相应售后和物流异常为准。",
            "Of the orders whose promise fell due, the share on time, in full, undamaged and with the right items and "
            "papers, all at once: without a case or parcel exception that says otherwise.",
        ),
        {"order": PERFECT},
        unit="rate",
        direction="up",
        event="sign",
        events=ALL_EVENTS,
        target=0.90,
        warning=0.87,
        critical=0.82,
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
