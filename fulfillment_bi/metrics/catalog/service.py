"""What customers say: reviews, tickets and complaints, and how fast they are answered."""

from __future__ import annotations

from fulfillment_bi.metrics.catalog.facts import CREATED, FIRST_DELIVERY_DUE, ORDER, REVIEW, REVIEWED, WHO
from fulfillment_bi.metrics.catalog.facts_service import OPENED, SOLVED, TICKET
from fulfillment_bi.metrics.types import Fact, Measure, Metric, Text, TimeBasis, count, total

HOUR = 3600

TICKET_DRILL = (
    *WHO,
    "ticket_no",
    "contact_channel",
    "ticket_category",
    "responsible",
    "owner",
    "opened_at",
    "first_human_reply_at",
    "solved_at",
    "satisfaction",
    "compensation",
)
FAILED_DRILL = (*WHO, "break_stage", "created_at", "promised_delivery_at_original", "delivered_at", "order_value")
TICKET_SPLITS = ("ticket_category", "contact_channel")


def share(fact: Fact, basis: TimeBasis, among: tuple[str, ...], those: str, drill: tuple[str, ...]) -> Measure:
    """Rows with the flag `those`, of the rows with all flags `among`."""
    return Measure(fact, basis, numerator=count(*among, those), denominator=count(*among), drill=drill)


def waited(column: str, basis: TimeBasis, quantile: float) -> Measure:
    """A quantile of the time in `column`, of the tickets that have it."""
    known = count(known=column)
    return Measure(
        TICKET,
        basis,
        numerator=known,
        denominator=known,
        quantile=(column, quantile),
        durations=True,
        drill=(*TICKET_DRILL, column),
    )


METRICS = (
    Metric(
        "review_score",
        Text("评价得分", "Review score"),
        Text("期间内评价的平均得分。", "Mean score of the reviews written in the period."),
        {
            "order": Measure(
                REVIEW,
                REVIEWED,
                numerator=total("score"),
                denominator=count(known="score"),
                drill=(*WHO, "review_no", "score", "created_at", "delivery_state"),
            )
        },
        unit="score",
        direction="up",
        target=4.5,
        warning=4.2,
        critical=4.0,
        area="service",
    ),
    Metric(
        "tickets",
        Text("工单数", "Tickets"),
        Text("期间内提出的客服工单数。", "Tickets opened in the period."),
        {"order": Measure(TICKET, OPENED, numerator=count("is_ticket"), drill=TICKET_DRILL)},
        unit="count",
        direction="down",
        splits=TICKET_SPLITS,
        minimum_sample=1,
        area="service",
    ),
    Metric(
        "first_response_time",
        Text("首响时间中位数", "First response time, median"),
        Text(
            "从客户首条消息到人工首次回复的时间，一半会话不超过它；机器人回复不算。",
            "Time from the customer's first message to a person's first reply that half stay within; a bot's does not "
            "count.",
        ),
        {"order": waited("response_seconds", OPENED, 0.5)},
        unit="hours",
        direction="down",
        scale=HOUR,
        area="service",
    ),
    Metric(
        "first_response_time_p90",
        Text("首响时间 P90", "First response time, P90"),
        Text(
            "从客户首条消息到人工首次回复的时间，九成会话不超过它；机器人回复不算。",
            "Time from the customer's first message to a person's first reply that nine in ten stay within; a bot's "
            "does not count.",
        ),
        {"order": waited("response_seconds", OPENED, 0.9)},
        unit="hours",
        direction="down",
        scale=HOUR,
        area="service",
    ),
    Metric(
        "three_minute_response_rate",
        Text("3 分钟响应率", "Three-minute response rate"),
        Text(
            "客户发起的会话中，3 分钟内得到人工回复的比例；未回复视为未达。",
            "Of the sessions customers began, the share a person answered within three minutes; unanswered is not.",
        ),
        {"order": share(TICKET, OPENED, ("reply_due",), "is_answered_fast", TICKET_DRILL)},
        unit="rate",
        direction="up",
        target=0.80,
        warning=0.70,
        critical=0.50,
        area="service",
    ),
    Metric(
        "resolution_time",
        Text("处理时长中位数", "Resolution time, median"),
        Text(
            "工单从提出到最终解决的时间，一半不超过它。", "Time from opening to final solution that half stay within."
        ),
        {"order": waited("resolution_seconds", SOLVED, 0.5)},
        unit="hours",
        direction="down",
        scale=HOUR,
        area="service",
    ),
    Metric(
        "resolution_time_p90",
        Text("处理时长 P90", "Resolution time, P90"),
        Text(
            "工单从提出到最终解决的时间，九成不超过它。",
            "Time from opening to final solution that nine in ten stay within.",
        ),
        {"order": waited("resolution_seconds", SOLVED, 0.9)},
        unit="hours",
        direction="down",
        scale=HOUR,
        area="service",
    ),
    Metric(
        "reopen_rate",
        Text("重开率", "Reopen rate"),
        Text("期间内解决的工单中，被重新打开过的比例。", "Of the tickets solved, the share reopened at least once."),
        {"order": share(TICKET, SOLVED, ("is_solved", "reopening_known"), "is_reopened", TICKET_DRILL)},
        unit="rate",
        direction="down",
        target=0.05,
        warning=0.08,
        critical=0.15,
        area="service",
    ),
    Metric(
        "satisfaction_rate",
        Text("满意度", "Satisfaction rate"),
        Text(
            "期间内解决并有评价的工单中，评分达到满分 80% 的比例；请与参评率一起看。",
            "Of the solved tickets that were rated, the share rated at least 80 % of the scale; read it with the "
            "rating response rate.",
        ),
        {"order": share(TICKET, SOLVED, ("is_solved", "is_rated"), "is_satisfied", TICKET_DRILL)},
        unit="rate",
        direction="up",
        target=0.90,
        warning=0.85,
        critical=0.75,
        area="service",
    ),
    Metric(
        "rating_response_rate",
        Text("参评率", "Rating response rate"),
        Text("期间内解决的工单中，客户给出评价的比例。", "Of the tickets solved, the share that the customer rated."),
        {"order": share(TICKET, SOLVED, ("is_solved", "rating_known"), "is_rated", TICKET_DRILL)},
        unit="rate",
        direction="up",
        area="service",
    ),
    Metric(
        "complaint_rate",
        Text("投诉率", "Complaint rate"),
        Text(
            "期间内下单的订单收到的投诉数与订单数之比（千分比）；同一批订单。",
            "Complaints about the orders placed, by these orders, per mille.",
        ),
        {
            "order": Measure(
                ORDER,
                CREATED,
                numerator=total("complaint_count", "complaints_known"),
                denominator=count("complaints_known"),
                drill=(*WHO, "status", "operator", "created_at", "shipped_at", "delivered_at", "complaint_count"),
            )
        },
        unit="permille",
        direction="down",
        target=0.003,
        warning=0.006,
        critical=0.012,
        minimum_sample=200,
        area="service",
    ),
    Metric(
        "repeated_complaint_share",
        Text("重复投诉占比", "Repeated complaints"),
        Text(
            "期间内的投诉中，同一客户 30 天内曾就同类问题投诉过的比例。",
            "Of the complaints opened, the share whose customer complained about the same within the 30 days before.",
        ),
        {"order": share(TICKET, OPENED, ("is_complaint",), "is_repeated_complaint", TICKET_DRILL)},
        unit="rate",
        direction="down",
        target=0.05,
        warning=0.10,
        critical=0.20,
        area="service",
    ),
    Metric(
        "compensation_cost",
        Text("赔付成本", "Compensation cost"),
        Text("期间内提出的工单的赔付金额合计。", "What was paid on the tickets opened in the period."),
        {"order": Measure(TICKET, OPENED, numerator=total("compensation"), drill=TICKET_DRILL)},
        unit="money",
        direction="down",
        splits=TICKET_SPLITS,
        minimum_sample=1,
        area="service",
    ),
    Metric(
        "compensation_per_failed_order",
        Text("单个未满足订单赔付", "Compensation per failed order"),
        Text(
            "最初的送达承诺到期却未满足的订单，平均每单的赔付金额，可按断点环节拆分。",
            "What was paid per order whose first delivery promise fell due and was not kept, by what broke.",
        ),
        {
            "order": Measure(
                ORDER,
                FIRST_DELIVERY_DUE,
                numerator=total("compensation", "is_failed", "compensation_known"),
                denominator=count("is_failed", "compensation_known"),
                drill=(*FAILED_DRILL, "compensation"),
            )
        },
        unit="money",
        direction="down",
        splits=("break_stage",),
        area="service",
    ),
)
