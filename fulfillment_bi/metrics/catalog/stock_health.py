"""Whether the books know what lies in the warehouses, how old it is, and how healthy the stock is in all.

The days, shares and weights named here are those of `int_stock_threshold`.
"""

from __future__ import annotations

from fulfillment_bi.metrics.catalog.facts import COUNTED, NOW, STOCK_BATCH, STOCK_COUNT, STOCK_ITEM
from fulfillment_bi.metrics.catalog.stock import WHAT
from fulfillment_bi.metrics.types import Measure, Metric, Text, count, members, total

HEALTH_DRILL = (
    *WHAT,
    "snapshot_day",
    "cover_points",
    "slow_points",
    "stockout_points",
    "accuracy_points",
    "health_points",
)
BATCH_DRILL = (*WHAT, "batch", "snapshot_day", "received_on", "age_days", "expires_on", "qty", "stock_value")
COUNT_DRILL = (*WHAT, "location", "counted_at", "book_qty", "counted_qty", "qty_off")


def points(column: str) -> Measure:
    """The mean of the items' points of one kind."""
    known = count(known=column)
    return Measure(STOCK_ITEM, NOW, numerator=known, denominator=known, mean=total(column), drill=HEALTH_DRILL)


def expiring(amount: str) -> Measure:
    """What is about to expire, of what can."""
    return Measure(
        STOCK_BATCH,
        NOW,
        numerator=total(amount, "has_expiry", "is_at_risk"),
        denominator=total(amount, "has_expiry"),
        drill=BATCH_DRILL,
    )


METRICS = (
    Metric(
        "inventory_accuracy",
        Text("库存准确率", "Inventory accuracy"),
        Text(
            "盘点差异在账面 2% 以内的库位占比；按件：1 − 差异件数 / 账面件数。",
            "Counted locations off by at most 2 % of the book / counted; by unit 1 - sum(abs difference) / sum(book).",
        ),
        {
            "line": Measure(
                STOCK_COUNT, COUNTED, numerator=count("is_accurate"), denominator=count(), drill=COUNT_DRILL
            ),
            "unit": Measure(
                STOCK_COUNT,
                COUNTED,
                numerator=total("qty_held - qty_off"),
                denominator=total("qty_held"),
                drill=COUNT_DRILL,
            ),
        },
        unit="rate",
        direction="up",
        target=0.98,
        warning=0.97,
        critical=0.95,
        area="stock",
    ),
    Metric(
        "count_frequency",
        Text("盘点频率", "Count frequency"),
        Text("期间内盘点次数 / 被盘点的库位数。", "Counts / different locations counted, in the period."),
        {"line": Measure(STOCK_COUNT, COUNTED, numerator=count(), denominator=members("place_key"), drill=COUNT_DRILL)},
        unit="score",
        direction="up",
        minimum_sample=1,
        area="stock",
    ),
    Metric(
        "inventory_age",
        Text("平均库龄", "Inventory age"),
        Text(
            "最新快照各批次自入库起的天数，按件数加权。",
            "Days since receipt of the batches in the newest snapshot, weighted by their units.",
        ),
        {
            "unit": Measure(
                STOCK_BATCH,
                NOW,
                numerator=total("age_days * qty", "has_age"),
                denominator=total("qty", "has_age"),
                drill=BATCH_DRILL,
            )
        },
        unit="days",
        direction="down",
        minimum_sample=1,
        area="stock",
    ),
    Metric(
        "expiry_at_risk",
        Text("临期占比", "Expiry at risk"),
        Text(
            "有效期在 30 天内或已过期的批次占有有效期批次的比例。",
            "Units in batches that expire within 30 days or have expired / units in batches with an expiry date.",
        ),
        {"unit": expiring("qty"), "value": expiring("stock_value")},
        unit="rate",
        direction="down",
        target=0.01,
        warning=0.03,
        critical=0.05,
        minimum_sample=1,
        area="stock",
    ),
    Metric(
        "stock_health",
        Text("库存健康度", "Stock health"),
        Text(
            "每个商品×仓 0 至 100 分的平均：可销天数 30%，滞销 25%，缺货 25%，准确率 20%；未知部分不计权。",
            "Mean of 0 to 100 points per SKU and warehouse: cover 30 %, slow-moving 25 %, stock-outs 25 %, accuracy "
            "20 %; unknown parts carry no weight.",
        ),
        {"line": points("health_points")},
        unit="score",
        direction="up",
        target=80,
        warning=70,
        critical=60,
        area="stock",
    ),
    Metric(
        "stock_health_cover",
        Text("健康度：可销天数", "Stock health: cover"),
        Text(
            "可销 7 至 60 天得满分，更少或更多按比例递减，180 天起为零。",
            "All points for 7 to 60 days of cover, in proportion fewer below and above, none from 180 days on.",
        ),
        {"line": points("cover_points")},
        unit="score",
        direction="up",
        area="stock",
    ),
    Metric(
        "stock_health_slow",
        Text("健康度：动销", "Stock health: movement"),
        Text("滞销为零分，动销为满分。", "No points for slow-moving items, all for the others."),
        {"line": points("slow_points")},
        unit="score",
        direction="up",
        area="stock",
    ),
    Metric(
        "stock_health_stockout",
        Text("健康度：有货", "Stock health: availability"),
        Text("近 30 天有货天数的百分比。", "Percentage of the last 30 days with stock."),
        {"line": points("stockout_points")},
        unit="score",
        direction="up",
        area="stock",
    ),
    Metric(
        "stock_health_accuracy",
        Text("健康度：准确率", "Stock health: accuracy"),
        Text("近一年盘点的件数准确率百分比。", "Percentage of units that the counts of the last year found right."),
        {"line": points("accuracy_points")},
        unit="score",
        direction="up",
        area="stock",
    ),
)
