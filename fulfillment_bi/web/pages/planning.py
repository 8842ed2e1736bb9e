"""Planning: what will be asked for, what runs out, what to order, which orders will be late, and what if."""

from __future__ import annotations

from dash import dcc, html

from fulfillment_bi.web import parts
from fulfillment_bi.web.tile import Page
from fulfillment_bi.web.tiles.foresight import DIMENSIONS, accuracy, forecast
from fulfillment_bi.web.tiles.gate import gate
from fulfillment_bi.web.tiles.lateness import calibration, late_orders
from fulfillment_bi.web.tiles.peak import peak
from fulfillment_bi.web.tiles.restock import awaited, burning, buys, counting, surplus
from fulfillment_bi.web.tiles.whatif import what_if

NAME = "planning"

GATE = gate(NAME, "stockout_rate_sku_day", "line", ("stock_levels", "purchase_lines", "products"))
FORECAST, ACCURACY = forecast(NAME), accuracy(NAME)
BURN, BUYS, SURPLUS, AWAITED = burning(NAME), buys(NAME), surplus(NAME), awaited(NAME)
COUNT, PEAK = counting(NAME), peak(NAME)
LATE, CALIBRATION, WHAT_IF = late_orders(NAME), calibration(NAME), what_if(NAME)


def layout(language: str) -> html.Div:
    """Demand first, then what it empties and what to do about it, then the orders that are open, then what if."""
    return html.Div(
        [
            html.Div(id=f"{NAME}-problem"),
            html.Div(id=f"{GATE.name}-body"),
            html.Div([parts.chart_card(FORECAST.name, language, span="span-12", size="chart-m")], className="grid"),
            html.Div([parts.html_card(BUYS.name, language, span="span-12")], className="grid"),
            html.Div([parts.html_card(BURN.name, language, span="span-12")], className="grid"),
            html.Div([parts.html_card(AWAITED.name, language, span="span-12")], className="grid"),
            html.Div([parts.html_card(SURPLUS.name, language, span="span-12")], className="grid"),
            html.Div(
                [
                    parts.html_card(LATE.name, language, span="span-7"),
                    parts.chart_card(CALIBRATION.name, language, span="span-5", size="chart-l"),
                ],
                className="grid",
            ),
            html.Div([parts.html_card(COUNT.name, language, span="span-12")], className="grid"),
            html.Div([parts.html_card(PEAK.name, language, span="span-12")], className="grid"),
            html.Div([parts.html_card(WHAT_IF.name, language, span="span-12")], className="grid"),
            html.Div([parts.html_card(ACCURACY.name, language, span="span-12")], className="grid"),
            dcc.Store(id=f"{NAME}-clicks"),
        ],
        className="gated",
    )


PAGE = Page(
    NAME,
    ("/planning",),
    (GATE, FORECAST, BUYS, BURN, AWAITED, SURPLUS, LATE, CALIBRATION, COUNT, PEAK, WHAT_IF, ACCURACY),
    layout,
    dimensions=DIMENSIONS,
)
