"""What lies in the warehouses: too little, too much, too old, and whether the books know it.

Stock of several days is never added up: a measure says whether the newest snapshot counts or the mean over days
(`Measure.over`). The days, shares and weights named here are those of `int_stock_threshold`.
"""

from __future__ import annotations

from fulfillment_bi.metrics.catalog.facts import (
    NOW,
    SNAPSHOT,
    STOCK_DAY,
    STOCK_ITEM,
)
from fulfillment_bi.metrics.types import Measure, Metric, Over, Part, Text, count, total

WHAT = ("sku", "product_name", "category", "warehouse")
DAY_DRILL = (*WHAT, "snapshot_day", "on_hand", "reserved", "available", "in_transit", "unit_cost", "stock_value")
SOLD_DRILL = (
    *WHAT,
    "snapshot_day",
    "available",
    "daily_units",
    "demand_units",
    "shipped_units",
    "due_units",
    "unmet_units",
)
ITEM_DRILL = (
    *WHAT,
    "snapshot_day",
    "on_hand",
    "available",
    "stock_value",
    "last_sale_day",
    "daily_units",
    "cover_days",
)


def by_day(
    numerator: Part, denominator: Part | None = None, *, over: Over = "sum", drill: tuple[str, ...] = DAY_DRILL
) -> Measure:
    """A measure of the daily snapshots."""
    return Measure(STOCK_DAY, SNAPSHOT, numerator=numerator, denominator=denominator, over=over, drill=drill)


def now(numerator: Part, denominator: Part, drill: tuple[str, ...] = ITEM_DRILL) -> Measure:
    """A measure of the items of the newest snapshot."""
    return Measure(STOCK_ITEM, NOW, numerator=numerator, denominator=denominator, drill=drill)


METRICS = (
    Metric(
        "stockout_rate",
        Text("缺货率", "Stock-out rate"),
        Text(
            "期末快照中无可用库存的在售商品（商品×仓）占比。",
            "Listed SKUs (per warehouse) with nothing left to sell in the newest snapshot / listed SKUs.",
        ),
        {"line": by_day(count("is_out"), count("is_listed"), over="last")},
        unit="rate",
        direction="down",
        target=0.03,
        warning=0.05,
        critical=0.08,
        area="stock",
    ),
    Metric(
        "stockout_rate_sku_day",
        Text("缺货天数占比", "Stock-out rate, SKU-days"),
        Text(
            "期间内无可用库存的商品日（商品×仓×日）占全部在售商品日的比例。",
            "Days with nothing left to sell / days listed, over every SKU and warehouse of the period.",
        ),
        {"line": by_day(count("is_out"), count("is_listed"))},
        unit="rate",
        direction="down",
        target=0.03,
        warning=0.05,
        critical=0.08,
        area="stock",
    ),
    Metric(
        "stockout_rate_demand",
        Text("需求加权缺货率", "Stock-out rate, demand-weighted"),
        Text(
            "缺货商品日的预期需求占全部预期需求的比例；预期需求为当月及前两月有货日的日均需求。",
            "Expected demand on stock-out days / all expected demand; expected is the demand a day in stock, of the "
            "month and the two before it.",
        ),
        {"unit": by_day(total("daily_units", "is_out"), total("daily_units"), drill=SOLD_DRILL)},
        unit="rate",
        direction="down",
        target=0.02,
        warning=0.04,
        critical=0.06,
        area="stock",
    ),
    Metric(
        "stockout_rate_units",
        Text("缺货件数率", "Stock-out rate, units"),
        Text(
            "承诺已到期的需求中至今未发出的件数占比；按下单日计，发晚不算缺。",
            "Units not sent at all by now / units whose ship promise has passed, by order day; sent late is not short.",
        ),
        {"unit": by_day(total("unmet_units"), total("due_units"), drill=SOLD_DRILL)},
        unit="rate",
        direction="down",
        target=0.02,
        warning=0.04,
        critical=0.06,
        area="stock",
    ),
    Metric(
        "lost_sales",
        Text("缺货损失件数", "Lost sales, units"),
        Text(
            "缺货天数乘以有货日的日均需求，为估计值。",
            "Days out of stock times the demand a day in stock: an estimate.",
        ),
        {"unit": by_day(total("daily_units", "is_out"), drill=SOLD_DRILL)},
        unit="count",
        direction="down",
        minimum_sample=1,
        area="stock",
    ),
    Metric(
        "lost_sales_value",
        Text("缺货损失金额", "Lost sales, value"),
        Text(
            "缺货天数乘以有货日的日均销售额，为估计值。",
            "Days out of stock times the money ordered a day in stock: an estimate.",
        ),
        {"value": by_day(total("daily_value", "is_out"), drill=(*SOLD_DRILL, "daily_value"))},
        unit="money",
        direction="down",
        minimum_sample=1,
        area="stock",
    ),
    Metric(
        "stock_on_hand",
        Text("库存件数", "Stock on hand"),
        Text("期末快照的实际库存件数。", "Units on hand in the newest snapshot of the period."),
        {"unit": by_day(total("on_hand"), over="last")},
        unit="count",
        direction="none",
        minimum_sample=1,
        area="stock",
    ),
    Metric(
        "stock_value",
        Text("库存金额", "Stock value"),
        Text(
            "期末快照的库存按成本计的金额；负库存计零。",
            "Stock at cost in the newest snapshot; below zero counts as none.",
        ),
        {"value": by_day(total("stock_value"), over="last")},
        unit="money",
        direction="none",
        minimum_sample=1,
        area="stock",
    ),
    Metric(
        "stock_value_average",
        Text("平均库存金额", "Average stock value"),
        Text("期间内各快照日库存金额的平均。", "Stock at cost, the mean over the days with a snapshot."),
        {"value": by_day(total("stock_value"), over="average")},
        unit="money",
        direction="none",
        minimum_sample=1,
        area="stock",
    ),
    Metric(
        "stock_turnover",
        Text("库存周转率", "Stock turnover"),
        Text(
            "期间内出货成本 / 平均库存金额；是所选期间的次数，不折算成年。",
            "Cost of goods sent / average stock value: times in the period asked for, not a year's.",
        ),
        {"value": by_day(total("cost_of_goods"), total("stock_value"), over="average")},
        unit="score",
        direction="up",
        minimum_sample=1,
        area="stock",
    ),
    Metric(
        "days_of_supply",
        Text("库存可销天数", "Days of supply"),
        Text(
            "可用库存 / 预计日需求；预计为近 90 天有货日的日均需求。",
            "Available stock / expected daily demand; expected is the demand a day in stock of the last 90 days.",
        ),
        {"unit": now(total("available", "is_listed"), total("daily_units", "is_listed"))},
        unit="days",
        direction="none",
        minimum_sample=1,
        area="stock",
    ),
    Metric(
        "slow_moving_share",
        Text("滞销品占比", "Slow-moving share"),
        Text(
            "90 天内无需求的库存金额占比；建账不足 90 天的商品不计。",
            "Stock value without demand in 90 days / stock value; items known for a shorter time are left out.",
        ),
        {"value": now(total("stock_value", "is_known_long", "is_slow"), total("stock_value", "is_known_long"))},
        unit="rate",
        direction="down",
        target=0.05,
        warning=0.1,
        critical=0.2,
        minimum_sample=1,
        area="stock",
    ),
    Metric(
        "excess_stock_share",
        Text("积压占比", "Excess stock share"),
        Text(
            "可销天数超过 180 天的库存金额占比。",
            "Stock value of items with more than 180 days of cover / stock value.",
        ),
        {"value": now(total("stock_value", "is_excess"), total("stock_value"))},
        unit="rate",
        direction="down",
        target=0.1,
        warning=0.2,
        critical=0.3,
        minimum_sample=1,
        area="stock",
    ),
    Metric(
        "below_safety_rate",
        Text("低于安全库存占比", "Below safety stock"),
        Text(
            "期末快照中可用库存低于安全库存的在售商品占比。",
            "Listed SKUs with less available than their safety stock in the newest snapshot / listed SKUs.",
        ),
        {"line": by_day(count("is_below_safety"), count("is_listed"), over="last", drill=(*DAY_DRILL, "safety_stock"))},
        unit="rate",
        direction="down",
        target=0.1,
        warning=0.2,
        critical=0.3,
        area="stock",
    ),
    Metric(
        "negative_stock",
        Text("负库存数", "Negative stock"),
        Text("期末快照中账面为负的商品数。", "SKUs with less than nothing on hand in the newest snapshot."),
        {"line": by_day(count("is_negative"), over="last")},
        unit="count",
        direction="down",
        target=0,
        minimum_sample=1,
        area="stock",
    ),
)
