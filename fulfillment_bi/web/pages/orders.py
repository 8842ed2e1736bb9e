"""Orders: the process and its bottleneck, delays, cancellations, backlog, the trust in the data, the worst members."""

from __future__ import annotations

from dash import dcc, html

from fulfillment_bi.web import parts
from fulfillment_bi.web.tile import Page
from fulfillment_bi.web.tiles.broken import where_broken
from fulfillment_bi.web.tiles.burning import burning
from fulfillment_bi.web.tiles.compared import compared
from fulfillment_bi.web.tiles.course import course
from fulfillment_bi.web.tiles.figures import number
from fulfillment_bi.web.tiles.split import split
from fulfillment_bi.web.tiles.stages import stage_times
from fulfillment_bi.web.tiles.standings import standings
from fulfillment_bi.web.tiles.waiting import waiting

NAME = "orders"

NUMBERS = (
    number(NAME, "orders"),
    number(NAME, "backlog"),
    number(NAME, "otif_failures"),
    number(NAME, "cancellation_rate"),
    number(NAME, "order_completeness"),
    number(NAME, "data_issues"),
)
HANDLING = (
    number(NAME, "automation_rate"),
    number(NAME, "risk_order_rate"),
    number(NAME, "oversell_rate"),
    number(NAME, "backorder_rate"),
    number(NAME, "misorder_rate"),
    number(NAME, "refund_before_shipping_rate"),
)
STAGES, BROKEN = stage_times(NAME), where_broken(NAME)
COURSE = course(NAME, "ship_delay_rate", zoom=True)
WAITING, BURNING = waiting(NAME), burning(NAME)
STUCK = split(NAME, "backlog", "current_stage", "stuck")
CANCELLED = split(NAME, "cancellation_rate", "cancelled_by", "cancelled")
ISSUES = split(NAME, "data_issues", "issue", "issues")
RISKS = split(NAME, "risk_flags", "risk_rule", "risks")
KINDS = split(NAME, "after_sales_cases", "after_sales_kind", "kinds")
OPERATORS = standings(NAME, "operators", "ship_delay_rate", "operator", "warehouse", level="order")
WORST = compared(
    NAME, ("otif", "ship_delay_rate", "delivery_delay_rate", "cycle_time_p90", "cancellation_rate"), worst_first=True
)


def layout(language: str) -> html.Div:
    """From the process to the orders that need a person."""
    return html.Div(
        [
            html.Div(id=f"{NAME}-problem"),
            html.Div([parts.number_tile(tile.name, tile.metric) for tile in NUMBERS], className="tiles is-plain"),
            html.Div(
                [
                    parts.chart_card(STAGES.name, language, span="span-5", size="chart-l"),
                    parts.chart_card(BROKEN.name, language, span="span-7", size="chart-l"),
                ],
                className="grid",
            ),
            html.Div(
                [
                    parts.chart_card(COURSE.name, language, span="span-8"),
                    parts.chart_card(CANCELLED.name, language, span="span-4"),
                ],
                className="grid",
            ),
            html.Div(
                [
                    parts.chart_card(WAITING.name, language, span="span-4"),
                    parts.chart_card(STUCK.name, language, span="span-4"),
                    parts.chart_card(ISSUES.name, language, span="span-4"),
                ],
                className="grid",
            ),
            html.Div([parts.number_tile(tile.name, tile.metric) for tile in HANDLING], className="tiles is-plain"),
            html.Div(
                [
                    parts.chart_card(RISKS.name, language, span="span-4"),
                    parts.chart_card(KINDS.name, language, span="span-4"),
                    parts.chart_card(OPERATORS.name, language, span="span-4"),
                ],
                className="grid",
            ),
            html.Div([parts.html_card(BURNING.name, language, span="span-12")], className="grid"),
            html.Div([parts.html_card(WORST.name, language, span="span-12")], className="grid"),
            dcc.Store(id=f"{NAME}-clicks"),
        ]
    )


PAGE = Page(
    NAME,
    ("/orders",),
    (
        *NUMBERS,
        *HANDLING,
        STAGES,
        BROKEN,
        COURSE,
        CANCELLED,
        WAITING,
        STUCK,
        ISSUES,
        RISKS,
        KINDS,
        OPERATORS,
        BURNING,
        WORST,
    ),
    layout,
)
