"""What customers say."""

from __future__ import annotations

from fulfillment_bi.metrics.catalog.facts import REVIEW, REVIEWED, WHO
from fulfillment_bi.metrics.types import Measure, Metric, Text, count, total

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
)
