"""Supply: do suppliers keep their promises, which of them, what is late now, and whom we depend on."""

from __future__ import annotations

from dash import dcc, html

from fulfillment_bi.web import parts
from fulfillment_bi.web.tile import Page
from fulfillment_bi.web.tiles.buckets import Classes, buckets
from fulfillment_bi.web.tiles.course import course
from fulfillment_bi.web.tiles.durations import durations
from fulfillment_bi.web.tiles.figures import number, quantiles
from fulfillment_bi.web.tiles.gate import gate
from fulfillment_bi.web.tiles.listing import Listing, Tab, listing
from fulfillment_bi.web.tiles.scorecard import scorecard
from fulfillment_bi.web.tiles.shares import shares

NAME = "supply"

GATE = gate(NAME, "supplier_fill_rate", "line", ("purchase_lines", "purchase_orders", "suppliers"))
NUMBERS = (
    number(NAME, "supplier_on_time_rate", hero=True),
    number(NAME, "supplier_fill_rate"),
    quantiles(NAME, "purchase_lead_time", "purchase_lead_time_p90", "tile.lead_time"),
    quantiles(NAME, "supplier_response_time", "supplier_response_time_p90", "tile.response_time"),
    number(NAME, "purchase_value"),
    number(NAME, "supplier_defect_rate"),
    number(NAME, "supplier_concentration"),
    number(NAME, "single_source_share"),
    number(NAME, "coordination_score"),
)
COURSE = course(NAME, "supplier_on_time_rate", zoom=True, title="card.supply_course")
ARRIVAL = buckets(
    NAME,
    Classes(
        "arrival",
        "supplier_on_time_rate",
        "arrival",
        {"early": "soft", "late": "bad", "missing": "alarm", "waiting": "soft"},
        ("late", "missing"),
        level="line",
    ),
)
SCORECARD = scorecard(NAME)
LATE = listing(
    NAME,
    Listing(
        "late",
        "supplier_on_time_rate",
        "denominator",
        (
            "po_no",
            "supplier",
            "sku",
            "warehouse",
            "promised_at_{promise}",
            "arrival",
            "qty_ordered",
            "qty_received",
        ),
        (Tab("missing", "promised_at_{promise}"), Tab("late", "-days_late_{promise}")),
        "arrival",
        "line",
    ),
)
LEAD = durations(NAME, "lead", "purchase_lead_time", "purchase_lead_time_p90", "supplier")
RESPONSE = durations(NAME, "response", "supplier_response_time", "supplier_response_time_p90", "supplier")
SHARES = shares(NAME, "shares", "purchase_value", "supplier")
SINGLE = listing(
    NAME,
    Listing(
        "single", "single_source_share", "numerator", ("sku", "category", "supplier", "value"), (Tab("", "-value"),)
    ),
)


def layout(language: str) -> html.Div:
    """From the promise to who breaks it, then what is late, how long it takes, and what hangs on one supplier."""
    return html.Div(
        [
            html.Div(id=f"{NAME}-problem"),
            html.Div(id=f"{GATE.name}-body"),
            html.Div(
                [parts.number_tile(tile.name, tile.metric, hero=at == 0) for at, tile in enumerate(NUMBERS)],
                className="tiles",
            ),
            html.Div(
                [
                    parts.chart_card(COURSE.name, language, span="span-7", size="chart-l"),
                    parts.chart_card(ARRIVAL.name, language, span="span-5", size="chart-l"),
                ],
                className="grid",
            ),
            html.Div([parts.html_card(SCORECARD.name, language, span="span-12")], className="grid"),
            html.Div([parts.html_card(LATE.name, language, span="span-12")], className="grid"),
            html.Div(
                [
                    parts.chart_card(LEAD.name, language, span="span-6", size="chart-l"),
                    parts.chart_card(RESPONSE.name, language, span="span-6", size="chart-l"),
                ],
                className="grid",
            ),
            html.Div(
                [
                    parts.chart_card(SHARES.name, language, span="span-5", size="chart-l"),
                    parts.html_card(SINGLE.name, language, span="span-7"),
                ],
                className="grid",
            ),
            dcc.Store(id=f"{NAME}-clicks"),
        ],
        className="gated",
    )


PAGE = Page(
    NAME,
    ("/supply",),
    (GATE, *NUMBERS, COURSE, ARRIVAL, SCORECARD, LATE, LEAD, RESPONSE, SHARES, SINGLE),
    layout,
    dimensions=("supplier", "warehouse", "category", "sku"),
)
