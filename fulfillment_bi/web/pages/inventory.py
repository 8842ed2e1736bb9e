"""Inventory: what is missing and what that costs, how healthy the rest is, whether the books are right."""

from __future__ import annotations

from dash import dcc, html

from fulfillment_bi.web import parts
from fulfillment_bi.web.tile import Page
from fulfillment_bi.web.tiles.buckets import Classes, buckets
from fulfillment_bi.web.tiles.compared import compared
from fulfillment_bi.web.tiles.course import course
from fulfillment_bi.web.tiles.figures import number
from fulfillment_bi.web.tiles.gate import gate
from fulfillment_bi.web.tiles.kinds import kinds
from fulfillment_bi.web.tiles.listing import Listing, Tab, listing
from fulfillment_bi.web.tiles.lost import lost_sales
from fulfillment_bi.web.tiles.matrix import health, matrix
from fulfillment_bi.web.tiles.ranked import ranked
from fulfillment_bi.web.tiles.restock import counting

NAME = "inventory"

GATE = gate(NAME, "stockout_rate_sku_day", "line", ("stock_levels", "stock_counts", "products"))
OUT = kinds(
    NAME,
    "stockout_rate",
    ("stockout_rate_sku_day", "stockout_rate_demand", "stockout_rate_units"),
    "stockout_rate_sku_day",
)
NUMBERS = (
    number(NAME, "lost_sales_value"),
    number(NAME, "days_of_supply"),
    number(NAME, "stock_turnover", course=False),
    number(NAME, "stock_health"),
    number(NAME, "slow_moving_share"),
    number(NAME, "excess_stock_share"),
    number(NAME, "inventory_accuracy", course=False),
    number(NAME, "stock_value"),
)
COURSE = course(NAME, "stockout_rate_sku_day", zoom=True, title="card.inventory_course")
MATRIX = matrix(NAME, "stockout_rate_sku_day", "category", "warehouse")
LOST, HEALTH = lost_sales(NAME), health(NAME)
COVER = buckets(
    NAME,
    Classes(
        "cover",
        "excess_stock_share",
        "cover_bucket",
        {"0": "alarm", "0-7": "bad", ">180": "bad", "none": "bad"},
        (">180", "none"),
        money=True,
    ),
)
AGE = buckets(
    NAME, Classes("age", "inventory_age", "age_bucket", {"181-365": "bad", ">365": "bad"}, ("181-365", ">365"))
)
EXPIRY = ranked(NAME, "expiry", "expiry_at_risk", "category")
COUNTS = ranked(NAME, "counts", "inventory_accuracy", "warehouse", "line")
PHANTOMS = counting(NAME)
NEGATIVE = listing(
    NAME,
    Listing(
        "negative",
        "negative_stock",
        "numerator",
        ("sku", "warehouse", "on_hand"),
        (Tab("", "on_hand"),),
    ),
)
COMPARED = compared(
    NAME,
    (
        "stockout_rate_sku_day",
        "lost_sales_value",
        "days_of_supply",
        "stock_value",
        "excess_stock_share",
        "below_safety_rate",
        "inventory_accuracy",
        "count_frequency",
        "stock_health",
        "stock_health_cover",
        "stock_health_slow",
        "stock_health_stockout",
        "stock_health_accuracy",
    ),
    dimensions=("warehouse", "category", "brand", "abc", "xyz"),
)


def layout(language: str) -> html.Div:
    """Too little, too much, too old, and whether the books know it."""
    return html.Div(
        [
            html.Div(id=f"{NAME}-problem"),
            html.Div(id=f"{GATE.name}-body"),
            html.Div(
                [
                    parts.group_tile(OUT.name),
                    *(parts.number_tile(tile.name, tile.metric) for tile in NUMBERS),
                ],
                className="tiles",
            ),
            html.Div(
                [
                    parts.chart_card(COURSE.name, language, span="span-6", size="chart-l"),
                    parts.chart_card(MATRIX.name, language, span="span-6", size="chart-l"),
                ],
                className="grid",
            ),
            html.Div(
                [
                    parts.html_card(LOST.name, language, span="span-7"),
                    parts.chart_card(HEALTH.name, language, span="span-5", size="chart-l"),
                ],
                className="grid",
            ),
            html.Div(
                [
                    parts.chart_card(COVER.name, language, span="span-6"),
                    parts.chart_card(COUNTS.name, language, span="span-6"),
                ],
                className="grid",
            ),
            html.Div([parts.html_card(PHANTOMS.name, language, span="span-12")], className="grid"),
            html.Div([parts.html_card(COMPARED.name, language, span="span-12")], className="grid"),
            html.Div(
                [
                    parts.html_card(NEGATIVE.name, language, span="span-4"),
                    parts.chart_card(AGE.name, language, span="span-4"),
                    parts.chart_card(EXPIRY.name, language, span="span-4"),
                ],
                className="grid",
            ),
            dcc.Store(id=f"{NAME}-clicks"),
        ],
        className="gated",
    )


PAGE = Page(
    NAME,
    ("/inventory",),
    (GATE, OUT, *NUMBERS, COURSE, MATRIX, LOST, HEALTH, COVER, AGE, EXPIRY, COUNTS, PHANTOMS, NEGATIVE, COMPARED),
    layout,
    dimensions=("warehouse", "category", "brand", "sku", "abc", "xyz"),
)
