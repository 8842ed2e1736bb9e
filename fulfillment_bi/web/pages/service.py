"""Service: how fast customers are answered, what they complain about and why, and whether they come back."""

from __future__ import annotations

from dash import dcc, html

from fulfillment_bi.web import parts
from fulfillment_bi.web.tile import Page
from fulfillment_bi.web.tiles.compared import compared
from fulfillment_bi.web.tiles.course import course
from fulfillment_bi.web.tiles.durations import durations
from fulfillment_bi.web.tiles.figures import number, quantiles
from fulfillment_bi.web.tiles.said import said_reviews, said_words
from fulfillment_bi.web.tiles.split import split
from fulfillment_bi.web.tiles.voices import failures, reasons, repurchase, satisfaction

NAME = "service"
COMPLAINT_DAYS = 7
"""So long after an order most of its complaints have come."""

NUMBERS = (
    satisfaction(NAME),
    quantiles(NAME, "first_response_time", "first_response_time_p90", "tile.first_response"),
    number(NAME, "three_minute_response_rate"),
    quantiles(NAME, "resolution_time", "resolution_time_p90", "tile.resolution"),
    number(NAME, "reopen_rate"),
    number(NAME, "complaint_rate"),
    number(NAME, "review_score"),
    number(NAME, "after_sales_rate"),
    number(NAME, "compensation_cost"),
)
CARE = (
    number(NAME, "tickets"),
    number(NAME, "call_back_rate"),
    number(NAME, "call_back_satisfaction_rate"),
    number(NAME, "proactive_contact_rate"),
    number(NAME, "refund_amount"),
    number(NAME, "stockout_loss_rate"),
)
FAILURES = failures(NAME)
COMPLAINED = course(
    NAME, "complaint_rate", zoom=True, title="card.service_complained", key="complained", settles=COMPLAINT_DAYS
)
ANSWERED = course(NAME, "three_minute_response_rate", zoom=True, title="card.service_answered", key="answered")
SATISFIED = course(NAME, "satisfaction_rate", zoom=True, title="card.service_satisfied", key="satisfied")
REASONS = reasons(NAME)
RESPONSE = durations(NAME, "response", "first_response_time", "first_response_time_p90", "contact_channel")
RESOLUTION = durations(NAME, "resolution", "resolution_time", "resolution_time_p90", "ticket_category")
CASES = split(NAME, "after_sales_cases", "after_sales_reason", "cases")
REPURCHASE = repurchase(NAME)
WORDS, SAID = said_words(NAME), said_reviews(NAME)
COMPARED = compared(
    NAME,
    (
        "complaint_rate",
        "review_score",
        "satisfaction_rate",
        "rating_response_rate",
        "three_minute_response_rate",
        "after_sales_rate",
        "return_rate",
        "refund_rate",
        "compensation_cost",
    ),
    dimensions=("channel", "shop", "warehouse", "carrier", "region"),
)


def layout(language: str) -> html.Div:
    """The complaints and what caused them, how they are answered, what is sent back, who comes back."""
    return html.Div(
        [
            html.Div(id=f"{NAME}-problem"),
            html.Div(
                [parts.number_tile(tile.name, tile.metric, hero=at == 0) for at, tile in enumerate(NUMBERS)],
                className="tiles",
            ),
            html.Div(
                [
                    parts.chart_card(FAILURES.name, language, span="span-5", size="chart-l"),
                    parts.chart_card(COMPLAINED.name, language, span="span-7", size="chart-l"),
                ],
                className="grid",
            ),
            html.Div(
                [
                    parts.chart_card(REASONS.name, language, span="span-4"),
                    parts.chart_card(CASES.name, language, span="span-4"),
                    parts.chart_card(REPURCHASE.name, language, span="span-4"),
                ],
                className="grid",
            ),
            html.Div([parts.number_tile(tile.name, tile.metric) for tile in CARE], className="tiles is-plain"),
            html.Div(
                [
                    parts.chart_card(WORDS.name, language, span="span-5"),
                    parts.html_card(SAID.name, language, span="span-7", files=()),
                ],
                className="grid",
            ),
            html.Div(
                [
                    parts.chart_card(ANSWERED.name, language, span="span-6"),
                    parts.chart_card(SATISFIED.name, language, span="span-6"),
                ],
                className="grid",
            ),
            html.Div(
                [
                    parts.chart_card(RESPONSE.name, language, span="span-6"),
                    parts.chart_card(RESOLUTION.name, language, span="span-6"),
                ],
                className="grid",
            ),
            html.Div([parts.html_card(COMPARED.name, language, span="span-12")], className="grid"),
            dcc.Store(id=f"{NAME}-clicks"),
        ]
    )


PAGE = Page(
    NAME,
    ("/service",),
    (
        *NUMBERS,
        *CARE,
        FAILURES,
        COMPLAINED,
        REASONS,
        WORDS,
        SAID,
        ANSWERED,
        RESPONSE,
        RESOLUTION,
        CASES,
        REPURCHASE,
        SATISFIED,
        COMPARED,
    ),
    layout,
    dimensions=("channel", "shop", "region", "warehouse", "carrier"),
)
