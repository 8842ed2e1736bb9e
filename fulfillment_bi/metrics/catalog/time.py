"""How long orders take, in all and stage by stage. Stored in seconds, shown in days."""

from __future__ import annotations

from fulfillment_bi.metrics.catalog.facts import ENDED, ORDER, SIGNED, STAGE, WHO
from fulfillment_bi.metrics.types import Measure, Metric, Text, count, total

DAY = 86400

NET = "net_cycle_seconds"
CYCLE_DRILL = (*WHO, "created_at", "paid_at", "shipped_at", "delivered_at")
STAGE_COUNT = count(known="seconds")
STAGE_DRILL = (*WHO, "stage", "started_at", "ended_at", "seconds")


def cycle(quantile: float | None, column: str = "cycle_seconds") -> Measure:
    """The time from order to signature in `column`: a quantile of it, or with None its mean."""
    signed = count("is_signed", known=column)
    return Measure(
        ORDER,
        SIGNED,
        numerator=signed,
        denominator=signed,
        mean=total(column, "is_signed") if quantile is None else None,
        quantile=None if quantile is None else (column, quantile),
        durations=True,
        drill=(*CYCLE_DRILL, column),
    )


def stage(quantile: float | None) -> Measure:
    """The time spent in a stage: a quantile of it, or with None its mean."""
    return Measure(
        STAGE,
        ENDED,
        numerator=STAGE_COUNT,
        denominator=STAGE_COUNT,
        mean=total("seconds") if quantile is None else None,
        quantile=None if quantile is None else ("seconds", quantile),
        durations=True,
        drill=STAGE_DRILL,
    )


METRICS = (
    Metric(
        "cycle_time_p50",
        Text("履约周期中位数", "Cycle time, median"),
        Text("从下单到签收的时间，一半订单不超过它。", "Time from order to delivery that half stay within."),
        {"order": cycle(0.5)},
        unit="days",
        direction="down",
        scale=DAY,
        area="time",
    ),
    Metric(
        "cycle_time_p90",
        Text("履约周期 P90", "Cycle time, P90"),
        Text("从下单到签收的时间，九成订单不超过它。", "Time from order to delivery that nine in ten stay within."),
        {"order": cycle(0.9)},
        unit="days",
        direction="down",
        scale=DAY,
        area="time",
    ),
    Metric(
        "cycle_time_mean",
        Text("平均履约周期", "Cycle time, mean"),
        Text("从下单到签收的平均时间。", "Mean time from order to delivery."),
        {"order": cycle(None)},
        unit="days",
        direction="down",
        scale=DAY,
        area="time",
    ),
    Metric(
        "cycle_time_net_p50",
        Text("净履约周期中位数", "Net cycle time, median"),
        Text(
            "从下单到签收、扣除预售等待的时间，一半订单不超过它。",
            "Time from order to delivery less the wait of a pre-sale, that half stay within.",
        ),
        {"order": cycle(0.5, NET)},
        unit="days",
        direction="down",
        scale=DAY,
        area="time",
    ),
    Metric(
        "cycle_time_net_p90",
        Text("净履约周期 P90", "Net cycle time, P90"),
        Text(
            "从下单到签收、扣除预售等待的时间，九成订单不超过它。",
            "Time from order to delivery less the wait of a pre-sale, that nine in ten stay within.",
        ),
        {"order": cycle(0.9, NET)},
        unit="days",
        direction="down",
        scale=DAY,
        area="time",
    ),
    Metric(
        "cycle_time_net_mean",
        Text("平均净履约周期", "Net cycle time, mean"),
        Text(
            "从下单到签收、扣除预售等待的平均时间。",
            "Mean time from order to delivery less the wait of a pre-sale.",
        ),
        {"order": cycle(None, NET)},
        unit="days",
        direction="down",
        scale=DAY,
        area="time",
    ),
    Metric(
        "stage_time",
        Text("环节时长中位数", "Stage time, median"),
        Text("环节从上一个已知节点到完成的时间中位数。", "Median time from the milestone before to the stage's end."),
        {"order": stage(0.5)},
        unit="days",
        direction="down",
        scale=DAY,
        splits=("stage",),
        area="time",
    ),
    Metric(
        "stage_time_p90",
        Text("环节时长 P90", "Stage time, P90"),
        Text("环节时长，九成订单不超过它。", "Stage time that nine in ten orders stay within."),
        {"order": stage(0.9)},
        unit="days",
        direction="down",
        scale=DAY,
        splits=("stage",),
        area="time",
    ),
    Metric(
        "stage_time_mean",
        Text("平均环节时长", "Stage time, mean"),
        Text("环节从上一个已知节点到完成的平均时间。", "Mean time from the milestone before to the stage's end."),
        {"order": stage(None)},
        unit="days",
        direction="down",
        scale=DAY,
        splits=("stage",),
        area="time",
    ),
)
