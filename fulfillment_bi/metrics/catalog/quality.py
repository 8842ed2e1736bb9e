"""How far the data itself can be trusted."""

from __future__ import annotations

from fulfillment_bi.metrics.catalog.facts import CREATED, ISSUE, ORDER, ORDER_DRILL, WHO
from fulfillment_bi.metrics.catalog.facts_systems import CONFLICT, CONFLICT_DAY, ORDER_SYSTEM, SENT_BY_ANY
from fulfillment_bi.metrics.types import Measure, Metric, Text, count

SYSTEM_DRILL = (
    *WHO,
    "tracking_no",
    "system_pair",
    "missing_in",
    "match_state",
    "first_state",
    "second_state",
    "created_at",
    "sent_at",
)
CONFLICT_DRILL = (
    "channel",
    "order_no",
    "entity",
    "record_key",
    "conflict_column",
    "winning_system",
    "winning_value",
    "other_system",
    "other_value",
    "seen_at",
)

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
    Metric(
        "system_match_rate",
        Text("系统匹配率", "Cross-system match rate"),
        Text(
            "两个系统中至少一方有、且另一方的数据也覆盖当时的已发货订单，双方都有的比例。",
            "Of the sent orders that either of two systems has, at a time of which both speak, the share both have.",
        ),
        {
            "order": Measure(
                ORDER_SYSTEM,
                SENT_BY_ANY,
                numerator=count("is_due", "is_matched"),
                denominator=count("is_due"),
                drill=SYSTEM_DRILL,
            )
        },
        unit="rate",
        direction="up",
        target=0.99,
        warning=0.97,
        critical=0.9,
        splits=("system_pair",),
        area="quality",
    ),
    Metric(
        "unmatched_orders",
        Text("信息孤岛订单", "Orders one system lacks"),
        Text(
            "一个系统有、另一个系统应有而没有的已发货订单数；每对系统各计一次。",
            "Sent orders that one system has and the other should have and has not; once for each pair of systems.",
        ),
        {
            "order": Measure(ORDER_SYSTEM, SENT_BY_ANY, numerator=count("is_due", "is_unmatched"), drill=SYSTEM_DRILL),
        },
        unit="count",
        direction="down",
        splits=("system_pair", "missing_in"),
        minimum_sample=1,
        area="quality",
    ),
    Metric(
        "status_disagreement_rate",
        Text("状态分歧率", "Status disagreement rate"),
        Text(
            "两个系统都有进度的订单中，一方已发货或签收而另一方未发货（或未签收）的比例。",
            "Of the orders two systems report on, the share that one calls sent or signed and the other does not.",
        ),
        {
            "order": Measure(
                ORDER_SYSTEM,
                SENT_BY_ANY,
                numerator=count("is_compared", "is_disagreeing"),
                denominator=count("is_compared"),
                drill=SYSTEM_DRILL,
            )
        },
        unit="rate",
        direction="down",
        target=0.005,
        warning=0.01,
        critical=0.03,
        splits=("system_pair",),
        area="quality",
    ),
    Metric(
        "source_conflicts",
        Text("数据冲突", "Source conflicts"),
        Text(
            "同一条记录的同一字段，两个系统给出不同的值；按可信顺序取一个，另一个在此列出。",
            "Values for the same column of the same record that lost against those of a system trusted more.",
        ),
        {"order": Measure(CONFLICT, CONFLICT_DAY, numerator=count(), drill=CONFLICT_DRILL)},
        unit="count",
        direction="down",
        splits=("system_pair", "conflict_column"),
        minimum_sample=1,
        area="quality",
    ),
)
