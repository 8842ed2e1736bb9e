"""Why: what moved a number, who moved it, what broke, and where orders queue. Everything adds up and opens its rows."""

from __future__ import annotations

from dash import dcc, html

from fulfillment_bi.web import parts
from fulfillment_bi.web.tile import Page
from fulfillment_bi.web.tiles.cost import cost
from fulfillment_bi.web.tiles.shortage import budget, origins, purchases
from fulfillment_bi.web.tiles.why_causes import causes, parties, stage_changes
from fulfillment_bi.web.tiles.why_found import findings
from fulfillment_bi.web.tiles.why_parts import bridge_steps, parts_table
from fulfillment_bi.web.tiles.why_queues import queues
from fulfillment_bi.web.tiles.why_told import told

NAME = "why"

TOLD, BRIDGE, PARTS = told(NAME), bridge_steps(NAME), parts_table(NAME)
CAUSES, PARTIES, STAGES, QUEUES = causes(NAME), parties(NAME), stage_changes(NAME), queues(NAME)
FINDINGS = findings(NAME)
BUDGET, ORIGINS, PURCHASES, COST = budget(NAME), origins(NAME), purchases(NAME), cost(NAME)


def layout(language: str) -> html.Div:
    """The answer, its parts, then causes, stages and queues."""
    return html.Div(
        [
            html.Div(id=f"{NAME}-problem"),
            html.Section(html.Div(parts.skeleton(3), id=f"{TOLD.name}-body"), className="card why-card"),
            html.Div(
                [
                    parts.chart_card(BRIDGE.name, language, span="span-6", size="chart-l"),
                    parts.html_card(PARTS.name, language, span="span-6"),
                ],
                className="grid",
            ),
            html.Div([parts.html_card(FINDINGS.name, language, span="span-12")], className="grid"),
            html.Div(
                [
                    parts.chart_card(CAUSES.name, language, span="span-5", size="chart-l"),
                    parts.chart_card(PARTIES.name, language, span="span-3", size="chart-l"),
                    parts.chart_card(STAGES.name, language, span="span-4", size="chart-l"),
                ],
                className="grid",
            ),
            html.Div(
                [
                    parts.chart_card(BUDGET.name, language, span="span-4", size="chart-l"),
                    parts.chart_card(ORIGINS.name, language, span="span-3", size="chart-l"),
                    parts.html_card(PURCHASES.name, language, span="span-5"),
                ],
                className="grid",
            ),
            html.Div(
                [
                    parts.html_card(QUEUES.name, language, span="span-7"),
                    parts.html_card(COST.name, language, span="span-5"),
                ],
                className="grid",
            ),
            dcc.Store(id=f"{NAME}-clicks"),
        ]
    )


PAGE = Page(
    NAME,
    ("/why",),
    (TOLD, BRIDGE, PARTS, FINDINGS, CAUSES, PARTIES, STAGES, BUDGET, ORIGINS, PURCHASES, QUEUES, COST),
    layout,
)
