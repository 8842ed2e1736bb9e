"""The weekly brief as a page, and so as a picture, a PDF and a table."""

from __future__ import annotations

from typing import Any

from dash import html

from fulfillment_bi.i18n import numbers
from fulfillment_bi.operations.brief import write_brief
from fulfillment_bi.reports.table import Stamp, Table
from fulfillment_bi.web import parts
from fulfillment_bi.web.state import View
from fulfillment_bi.web.tile import Page, Shown, Tile

NAME = "brief"
COLUMNS = ("section", "sentence")


def _brief(view: View, workspace: Any) -> Shown:
    brief = write_brief(workspace, view.language)
    days = numbers.days(view.language, brief.start, brief.end)
    body = [
        html.Section([html.H3(heading), html.Ul([html.Li(line) for line in lines])], className="brief-part")
        for heading, lines in brief.sections
    ]
    return Shown(html.Div(body, className="brief"), view.text("brief.title"), days)


def _table(view: View, workspace: Any) -> Table:
    brief = write_brief(workspace, view.language)
    rows = tuple((heading, line) for heading, lines in brief.sections for line in lines)
    stamp = Stamp(view.as_of, view.timezone, f"{brief.start} – {brief.end}", view.version)
    heads = {name: view.label("brief_head", name) for name in COLUMNS}
    return Table(NAME, COLUMNS, rows, stamp, labels=heads)


BRIEF = Tile(f"{NAME}-page", "html", tell=_brief, table=_table)


def layout(language: str) -> html.Div:
    """One card."""
    return html.Div(
        [
            html.Div(id=f"{NAME}-problem"),
            html.Div([parts.html_card(BRIEF.name, language, span="span-12")], className="grid"),
        ]
    )


PAGE = Page(NAME, ("/brief",), (BRIEF,), layout, filters=False)
