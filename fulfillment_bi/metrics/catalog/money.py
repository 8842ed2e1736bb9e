"""What broken promises cost by the platforms' rules: at risk, and taken."""

from __future__ import annotations

from fulfillment_bi.metrics.catalog.facts import NOW, WHO
from fulfillment_bi.metrics.catalog.facts_service import BOOKED, PENALTY, PENALTY_RISK
from fulfillment_bi.metrics.types import Measure, Metric, Text, total

PENALTY_DRILL = (*WHO, "penalty_kind", "booked_at", "rule_amount")

METRICS = (
    Metric(
        "penalty_at_risk",
        Text("罚款风险金额", "Penalties at risk"),
        Text(
            "按已载入的平台规则，截至最新数据未完成的订单已触发或 24 小时内将触发的罚款；未载入规则时为 0。",
            "By the platform rules loaded, what open orders cost that have broken a promise or will within 24 hours; "
            "0 where no rules are loaded.",
        ),
        {
            "order": Measure(
                PENALTY_RISK,
                NOW,
                numerator=total("amount"),
                drill=(*WHO, "status", "current_stage", "penalty_kind", "penalty_state", "falls_due_at"),
            )
        },
        unit="money",
        direction="down",
        splits=("penalty_kind", "penalty_state"),
        minimum_sample=1,
        area="money",
    ),
    Metric(
        "penalty_booked",
        Text("已扣罚款", "Penalties booked"),
        Text("期间内平台已扣的罚款。", "Amounts that platforms took in the period."),
        {"order": Measure(PENALTY, BOOKED, numerator=total("amount"), drill=PENALTY_DRILL)},
        unit="money",
        direction="down",
        splits=("penalty_kind",),
        minimum_sample=1,
        area="money",
    ),
    Metric(
        "penalty_overcharge",
        Text("超规则扣款", "Penalties beyond the rules"),
        Text(
            "期间内平台扣款超出当时规则应扣金额的部分，可申诉。",
            "What platforms took in the period beyond what their rules at the time allow, and may be disputed.",
        ),
        {"order": Measure(PENALTY, BOOKED, numerator=total("overcharge"), drill=PENALTY_DRILL)},
        unit="money",
        direction="down",
        splits=("penalty_kind",),
        minimum_sample=1,
        area="money",
    ),
)
