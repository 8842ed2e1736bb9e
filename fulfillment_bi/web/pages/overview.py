"""Overview at the desk: are promises kept, where do they break, what waits, who differs."""

from __future__ import annotations

from dash import dcc, html

from fulfillment_bi.web import parts
from fulfillment_bi.web.tile import Page
from fulfillment_bi.web.tiles.broken import where_broken
from fulfillment_bi.web.tiles.compared import compared
from fulfillment_bi.web.tiles.course import course
from fulfillment_bi.web.tiles.crossing import crossing
from fulfillment_bi.web.tiles.decisions import decisions
from fulfillment_bi.web.tiles.figures import cycle, number
from fulfillment_bi.web.tiles.stages import stage_times
from fulfillment_bi.web.tiles.waiting import waiting

NAME = "overview"

NUMBERS = (
    number(NAME, "otif", hero=True),
    number(NAME, "order_fill_rate"),
    number(NAME, "unit_fill_rate"),
    number(NAME, "ship_delay_rate"),
    number(NAME, "delivery_delay_rate"),
    number(NAME, "orders"),
    cycle(NAME),
    number(NAME, "cancellation_rate"),
    number(NAME, "review_score"),
)
COURSE, BROKEN = course(NAME, zoom=True), where_broken(NAME)
WAITING, STAGES, CROSSING = waiting(NAME), stage_times(NAME), crossing(NAME)
DECISIONS, COMPARED = decisions(NAME, 6), compared(NAME)


def layout(language: str) -> html.Div:
    """Numbers, then charts that explain them, then the table that compares."""
    return html.Div(
        [
            html.Div(id=f"{NAME}-problem"),
            html.Div(
                [parts.number_tile(tile.name, tile.metric, hero=at == 0) for at, tile in enumerate(NUMBERS)],
                className="tiles",
            ),
            html.Div(
                [
                    parts.chart_card(COURSE.name, language, span="span-7", size="chart-l"),
                    parts.chart_card(BROKEN.name, language, span="span-5", size="chart-l"),
                ],
                className="grid",
            ),
            html.Div(
                [
                    parts.chart_card(WAITING.name, language, span="span-4"),
                    parts.chart_card(STAGES.name, language, span="span-4"),
                    parts.html_card(DECISIONS.name, language, span="span-4", files=()),
                ],
                className="grid",
            ),
            html.Div(
                [
                    parts.chart_card(CROSSING.name, language, span="span-5", size="chart-l"),
                    parts.html_card(COMPARED.name, language, span="span-7"),
                ],
                className="grid",
            ),
            dcc.Store(id=f"{NAME}-clicks"),
        ]
    )


PAGE = Page(
    NAME,
    ("/overview",),
    (*NUMBERS, COURSE, BROKEN, WAITING, STAGES, CROSSING, DECISIONS, COMPARED),
    layout,
)
