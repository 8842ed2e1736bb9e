"""The saved views of everybody: open, rename, delete."""

from __future__ import annotations

from typing import Any

from dash import html

from fulfillment_bi.i18n import known
from fulfillment_bi.journal.views import PREFIX, SavedView, list_views
from fulfillment_bi.operations.standing import open_journal
from fulfillment_bi.web import parts
from fulfillment_bi.web.state import View
from fulfillment_bi.web.tile import Shown, Tile

COLUMNS = ("name", "page", "by", "changed", "report", "")


def saved_views(page: str) -> Tile:
    """A table of them; names open the view."""

    def tell(view: View, workspace: Any) -> Shown:
        journal = open_journal(workspace)
        found = list_views(journal) if journal is not None else []
        title = view.text("views.title")
        if not found:
            return Shown(parts.empty(view, "views.none"), title)
        head = [view.text(f"views.head_{name}") if name else "" for name in COLUMNS]
        rows = [_row(view, one) for one in found]
        return Shown(parts.table(head, rows, texts=(0,)), title, view.text("views.note"))

    return Tile(f"{page}-views", "html", tell=tell)


def page_label(view: View, path: str) -> str:
    """A page's name in the navigation; a path without one stays as it is."""
    name = path.strip("/").split("/")[0]
    return view.text(f"nav.{name}") if known("nav", name) else path


def _row(view: View, one: SavedView) -> list[Any]:
    open_link = html.A(one.name, href=one.address, className="order-link", **parts.data(view=one.address))
    doing = [
        html.Button(
            view.text(f"views.{what}"), className="pill", type="button", **parts.data(do=f"{what}-view", name=one.name)
        )
        for what in ("rename", "delete")
    ]
    return [
        open_link,
        page_label(view, one.page),
        one.created_by or "–",
        parts.moment(view, one.changed_at),
        html.Code(PREFIX + one.name),
        html.Div(doing, className="alert-do"),
    ]
