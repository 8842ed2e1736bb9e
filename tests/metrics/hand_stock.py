"""The metrics of stock and purchasing once more, written by hand: plain SQL over the facts, sharing nothing with the
catalogue or the compiler."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fulfillment_bi.warehouse.engine import Session
from tests.metrics.hand import SPLITS as SHARED

CALENDAR = ("day", "week", "month", "quarter", "weekday")
SPLITS = {name: SHARED[name] for name in ("warehouse", "sku", "category", "brand", "abc", "xyz", *CALENDAR, "hour")}
SPLITS["supplier"] = ("JOIN dim_supplier USING (supplier_id)", "supplier")

OF_SKU = ("sku", "category", "brand", "abc", "xyz")
DIMENSIONS = {
    "fct_stock_day": ("warehouse", *OF_SKU),
    "fct_stock_item": ("warehouse", *OF_SKU, "cover_bucket"),
    "fct_stock_batch": ("warehouse", *OF_SKU, "age_bucket"),
    "fct_stock_count": ("warehouse", *OF_SKU, "hour"),
    "fct_purchase_line": ("warehouse", *OF_SKU, "supplier", "shipment_mode", "arrival"),
    "fct_sku_supply": (*OF_SKU, "supplier"),
    "fct_supplier": ("supplier",),
}


@dataclass(frozen=True)
class Hand:
    """Numerator and denominator as SQL aggregates, `value` where it is not their ratio; `day` is empty for now.

    In `value`, {days} is the number of days with a snapshot. `newest`: of each warehouse only the newest snapshot.
    """

    table: str
    day: str
    numerator: str
    denominator: str
    value: str = ""
    newest: bool = False

    def dimensions(self) -> tuple[str, ...]:
        return DIMENSIONS[self.table] + (CALENDAR if self.day else ())


def flags(*names: str) -> str:
    return f"sum({' * '.join(f'CAST({name} AS INTEGER)' for name in names)})"


def snapshot(numerator: str, denominator: str = "", value: str = "", *, newest: bool = False) -> Hand:
    single = value or ("" if denominator else numerator)
    return Hand("fct_stock_day", "snapshot_day", numerator, denominator or numerator, single, newest)


def points(column: str) -> Hand:
    known = f"count({column})"
    return Hand("fct_stock_item", "", known, known, f"avg({column})")


def supplier_points(column: str) -> Hand:
    weight = f"sum(CASE WHEN {column} IS NULL THEN 0 ELSE line_count END)"
    return Hand("fct_supplier", "", f"sum({column} * line_count)", weight)


def due(numerator: str, denominator: str, promise: str) -> Hand:
    return Hand("fct_purchase_line", f"due_{promise}_day", numerator, denominator)


_LEAD = "CASE WHEN sequence_possible = 1 THEN lead_seconds END"
_RESPONSE = "CASE WHEN sequence_possible = 1 THEN response_seconds END"


def lead(value: str) -> Hand:
    return Hand("fct_purchase_line", "received_day", f"count({_LEAD})", f"count({_LEAD})", f"{value} / 86400")


def response(share: float) -> Hand:
    value = f"quantile_cont({_RESPONSE}, {share}) / 86400"
    return Hand("fct_purchase_line", "ordered_day", f"count({_RESPONSE})", f"count({_RESPONSE})", value)


def supply(numerator: str, denominator: str) -> Hand:
    return Hand("fct_sku_supply", "", numerator, denominator)


_STOCKED = "sum(CASE WHEN is_out = 1 THEN {0} ELSE 0 END)"


def hand(metric: str, level: str, promise: str = "original") -> Hand:
    """The metric under one definition."""
    return of_promise(promise).get((metric, level)) or PLAIN[metric, level]


def of_promise(promise: str) -> dict[tuple[str, str], Hand]:
    """Those that are judged by a promise."""
    is_due = f"is_due_{promise}"
    return {
        ("supplier_on_time_rate", "unit"): due(
            f"sum({is_due} * qty_in_window_{promise})", f"sum({is_due} * qty_ordered)", promise
        ),
        ("supplier_on_time_rate", "line"): due(
            f"count(*) FILTER ({is_due} = 1 AND received_at <= promised_at_{promise})", flags(is_due), promise
        ),
        ("supplier_delay_mean", "line"): Hand(
            "fct_purchase_line",
            f"due_{promise}_day",
            "count(received_day)",
            "count(received_day)",
            f"avg(received_day - due_{promise}_day)",
        ),
        ("supplier_fill_rate", "unit"): due(
            f"sum({is_due} * least(qty_received, qty_ordered))", f"sum({is_due} * qty_ordered)", promise
        ),
        ("supplier_fill_rate", "line"): due(
            f"count(*) FILTER ({is_due} = 1 AND qty_received >= qty_ordered)", flags(is_due), promise
        ),
        ("supplier_defect_rate", "unit"): due(
            f"sum({is_due} * qty_rejected)", f"sum({is_due} * qty_received)", promise
        ),
    }


PLAIN = {
    ("stockout_rate", "line"): snapshot(flags("is_out"), flags("is_listed"), newest=True),
    ("stockout_rate_sku_day", "line"): snapshot(flags("is_out"), flags("is_listed")),
    ("stockout_rate_demand", "unit"): snapshot(_STOCKED.format("daily_units"), "sum(daily_units)"),
    ("stockout_rate_units", "unit"): snapshot("sum(unmet_units)", "sum(due_units)"),
    ("lost_sales", "unit"): snapshot(_STOCKED.format("daily_units")),
    ("lost_sales_value", "value"): snapshot(_STOCKED.format("daily_value")),
    ("stock_on_hand", "unit"): snapshot("sum(on_hand)", newest=True),
    ("stock_value", "value"): snapshot("sum(stock_value)", newest=True),
    ("stock_value_average", "value"): snapshot("sum(stock_value)", "sum(stock_value)", "sum(stock_value) / {days}"),
    ("stock_turnover", "value"): snapshot(
        "sum(cost_of_goods)", "sum(stock_value)", "sum(cost_of_goods) * {days} / nullif(sum(stock_value), 0)"
    ),
    ("below_safety_rate", "line"): snapshot(flags("is_below_safety"), flags("is_listed"), newest=True),
    ("negative_stock", "line"): snapshot("count(*) FILTER (on_hand < 0)", newest=True),
    ("days_of_supply", "unit"): Hand(
        "fct_stock_item", "", "sum(available) FILTER (is_listed = 1)", "sum(daily_units) FILTER (is_listed = 1)"
    ),
    ("slow_moving_share", "value"): Hand(
        "fct_stock_item",
        "",
        "sum(stock_value) FILTER (is_slow = 1)",
        "sum(stock_value) FILTER (snapshot_day - first_seen_day >= 90)",
    ),
    ("excess_stock_share", "value"): Hand(
        "fct_stock_item", "", "sum(stock_value) FILTER (is_excess = 1)", "sum(stock_value)"
    ),
    ("inventory_accuracy", "line"): Hand(
        "fct_stock_count",
        "counted_day",
        "count(*) FILTER (abs(counted_qty - book_qty) <= 0.02 * book_qty)",
        "count(*)",
    ),
    ("inventory_accuracy", "unit"): Hand(
        "fct_stock_count",
        "counted_day",
        "sum(book_qty) - sum(abs(counted_qty - book_qty))",
        "sum(book_qty)",
    ),
    ("count_frequency", "line"): Hand(
        "fct_stock_count", "counted_day", "count(*)", "count(DISTINCT (sku_id, warehouse_id, location))"
    ),
    ("inventory_age", "unit"): Hand(
        "fct_stock_batch",
        "",
        "sum((snapshot_day - received_on) * qty)",
        "sum(qty) FILTER (received_on IS NOT NULL)",
    ),
    **{
        ("expiry_at_risk", level): Hand(
            "fct_stock_batch",
            "",
            f"sum({column}) FILTER (expires_on <= snapshot_day + 30)",
            f"sum({column}) FILTER (expires_on IS NOT NULL)",
        )
        for level, column in (("unit", "qty"), ("value", "stock_value"))
    },
    ("stock_health", "line"): points("health_points"),
    ("stock_health_cover", "line"): points("cover_points"),
    ("stock_health_slow", "line"): points("slow_points"),
    ("stock_health_stockout", "line"): points("stockout_points"),
    ("stock_health_accuracy", "line"): points("accuracy_points"),
    ("purchase_value", "value"): Hand("fct_purchase_line", "ordered_day", *["sum(qty_ordered * unit_cost)"] * 3),
    ("purchase_lead_time", "line"): lead(f"quantile_cont({_LEAD}, 0.5)"),
    ("purchase_lead_time_p90", "line"): lead(f"quantile_cont({_LEAD}, 0.9)"),
    ("purchase_lead_time_mean", "line"): lead(f"avg({_LEAD})"),
    ("purchase_lead_time_sd", "line"): lead(f"stddev_samp({_LEAD})"),
    ("supplier_response_time", "order"): response(0.5),
    ("supplier_response_time_p90", "order"): response(0.9),
    ("supplier_concentration", "value"): supply("sum(value_largest)", "sum(value)"),
    ("supplier_concentration_hhi", "value"): supply("sum(value_squared)", "sum(value)"),
    ("single_source_share", "line"): supply("count(*) FILTER (supplier_count = 1)", "count(*)"),
    ("coordination_score", "line"): supplier_points("coordination_points"),
    ("coordination_on_time", "line"): supplier_points("on_time_points"),
    ("coordination_fill", "line"): supplier_points("fill_points"),
    ("coordination_response", "line"): supplier_points("response_points"),
    ("coordination_quality", "line"): supplier_points("quality_points"),
}


def answer(
    session: Session, made: Hand, dimension: str = "", condition: str = "", only: str = ""
) -> dict[Any, tuple[Any, ...]]:
    """Member -> (value, numerator, denominator), without members for which nothing was counted.

    `condition` is on the day, `only` on anything else.
    """
    join, member = SPLITS.get(dimension, ("", f"coalesce({dimension}, 'none')")) if dimension else ("", "'all'")
    member = member.format(day=made.day, hour="counted_hour")
    part = member if dimension in CALENDAR else "0"
    period = " AND ".join([f"{made.day} IS NOT NULL" if made.day else "TRUE", *([condition] if condition else [])])
    where = " AND ".join([period, *([only] if only else [])])
    source = made.table
    if made.newest:
        source = f"""(SELECT * FROM fct_stock_day WHERE is_snapshot = 1 AND {period}
            QUALIFY snapshot_day = max(snapshot_day) OVER (PARTITION BY warehouse_id, {part}))"""
    if "{days}" in made.value:
        own = f"""SELECT {part} AS part, count(DISTINCT snapshot_day) AS days
            FROM fct_stock_day WHERE is_snapshot = 1 AND {period} GROUP BY 1"""
        join += f" LEFT JOIN ({own}) AS counted ON counted.part = {part}"
    sql = f"""
        SELECT {member} AS member, {made.value.format(days="max(counted.days)") if made.value else "NULL"},
               {made.numerator}, {made.denominator}
        FROM {source} {join} WHERE {where} GROUP BY 1
    """
    found = {}
    for name, value, *parts in session.rows(sql):
        n, d = (float(part or 0) for part in parts)
        if n or d:
            found[name] = (None if value is None else float(value)) if made.value else (n / d if d else None), n, d
    return found
