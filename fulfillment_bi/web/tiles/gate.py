"""What a page says before its data exist: which exports to load. The page's style hides the rest while it says so."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import html

from fulfillment_bi.metrics.query import Level, Query
from fulfillment_bi.web import parts
from fulfillment_bi.web.state import View
from fulfillment_bi.web.tile import Shown, Tile


def gate(page: str, metric: str, level: Level, entities: Sequence[str]) -> Tile:
    """Open once `metric` counts a single row on any day, whatever the filters; else names the tables to load."""

    def tell(view: View, workspace: Any) -> Shown:
        counted = workspace.run(Query((metric,), basis="order", level=level)).records()[0]
        if any(counted.get(f"{metric}_{part}") for part in ("n", "d", "pending")):
            return Shown(html.Div(className="gate"))
        tables = [html.Li([html.B(view.label("entity", name)), html.Code(f"{name}.csv")]) for name in entities]
        words = [
            html.H2(view.text(f"card.{page}_missing_title")),
            html.Div(view.text(f"card.{page}_missing")),
            html.Ul(tables, className="gate-tables"),
            html.Pre("fbi load PATH"),
            html.A(view.text("empty.version_upload"), href="/data", className="button", **parts.data(page="/data")),
        ]
        return Shown(html.Div(html.Div(words, className="empty"), className="gate is-shut full-page"))

    return Tile(f"{page}-gate", "html", tell=tell, titled=False)
