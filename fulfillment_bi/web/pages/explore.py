"""Explore: any metrics by any dimensions that apply, as a table or a chart, and the views that were saved."""

from __future__ import annotations

from typing import Any

import dash_mantine_components as dmc
from dash import dcc, html

from fulfillment_bi.i18n import label, text
from fulfillment_bi.metrics.catalog import METRICS
from fulfillment_bi.metrics.dimensions import DIMENSIONS
from fulfillment_bi.web import parts
from fulfillment_bi.web.state import FILTERS, change
from fulfillment_bi.web.tile import Page
from fulfillment_bi.web.tiles.asked import CHARTS, DEFAULT_BY, DEFAULT_METRICS, MOST_DIMENSIONS, MOST_METRICS
from fulfillment_bi.web.tiles.explore_chart import chart
from fulfillment_bi.web.tiles.explore_table import table
from fulfillment_bi.web.tiles.explore_views import saved_views

NAME = "explore"
CHART, TABLE, VIEWS = chart(NAME), table(NAME), saved_views(NAME)


def layout(language: str) -> html.Div:
    """What is asked, the chart, the table behind it, the saved views."""
    chart_card = parts.chart_card(CHART.name, language, span="span-12", size="chart-l", files=())
    return html.Div(
        [
            html.Div(id=f"{NAME}-problem"),
            html.Section(
                _pickers(language), className="card explore-pick", **parts.aria(label=text(language, "explore.ask"))
            ),
            html.Div([html.Div(chart_card, className="span-12 explore-chart")], className="grid"),
            html.Div([parts.html_card(TABLE.name, language, span="span-12")], className="grid"),
            html.Div([parts.html_card(VIEWS.name, language, span="span-12", files=())], className="grid"),
            dcc.Store(id=f"{NAME}-clicks"),
        ],
        className="explore",
    )


def _pickers(language: str) -> list[Any]:
    areas: dict[str, list[dict[str, str]]] = {}
    for name, metric in METRICS.items():
        areas.setdefault(metric.area, []).append({"value": name, "label": metric.label.of(language)})
    metrics = [{"group": label(language, "area", area), "items": items} for area, items in areas.items()]
    dimensions = [{"value": name, "label": each.label.of(language)} for name, each in DIMENSIONS.items()]
    return [
        _picker(language, "metrics", metrics, MOST_METRICS, DEFAULT_METRICS),
        _picker(language, "by", dimensions, MOST_DIMENSIONS, DEFAULT_BY),
        html.Div(
            [
                html.Div(text(language, "explore.show"), className="menu-title"),
                html.Div([_kind(language, name) for name in CHARTS], className="segments", id="explore-kinds"),
            ]
        ),
    ]


def _picker(language: str, name: str, data: list[Any], most: int, usual: tuple[str, ...]) -> dmc.MultiSelect:
    return dmc.MultiSelect(
        id={"type": "explore-pick", "name": name, "usual": ",".join(usual)},
        label=text(language, f"explore.{name}", most=most),
        data=data,
        value=[],
        maxValues=most,
        searchable=True,
        hidePickedOptions=True,
        nothingFoundMessage=text(language, "filter.none"),
        maxDropdownHeight=360,
        size="sm",
        className=f"explore-{name}",
    )


def _kind(language: str, name: str) -> html.Button:
    return html.Button(
        label(language, "explore_kind", name),
        id={"type": "explore-kind", "name": name},
        type="button",
        **parts.data(go=change(chart=name)),
    )


PAGE = Page(NAME, ("/explore",), (CHART, TABLE, VIEWS), layout, dimensions=(*FILTERS, "supplier"))
