"""From a request to the content of its tiles: which page, which view, all queries together, each tile its answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import request

from fulfillment_bi.i18n import choose
from fulfillment_bi.metrics.query import Query
from fulfillment_bi.web.pages import data, order, orders, overview, wall
from fulfillment_bi.web.state import View, read_view
from fulfillment_bi.web.tile import Page, Shown, Tile

PAGES: tuple[Page, ...] = (wall.PAGE, overview.PAGE, orders.PAGE, data.PAGE, order.PAGE)
WALL = wall.PAGE


def page_of(path: str) -> Page | None:
    """The page an address shows; one that ends in a slash shows everything below it."""
    for page in PAGES:
        for own in page.paths:
            if path == own or path.rstrip("/") == own or (own != "/" and own.endswith("/") and path.startswith(own)):
                return page
    return None


def language_of(asked: str | None) -> str:
    """The language asked for in the URL, else the browser's."""
    return choose(asked or None, request.headers.get("Accept-Language", ""))


def view_of(workspace: Any, asked: Mapping[str, Any]) -> View:
    """The view of a request store. Raises NoVersionError while nothing is loaded."""
    stamp = workspace.run(Query(metrics=("orders",)))
    return read_view(
        str(asked.get("path") or "/"),
        str(asked.get("search") or ""),
        language=language_of(asked.get("lang")),
        theme_name=str(asked.get("theme") or "light"),
        scale=float(asked.get("scale") or 1),
        as_of=stamp.as_of,
        timezone=stamp.timezone,
        version=stamp.version,
    )


def shown(workspace: Any, view: View, tiles: Sequence[Tile]) -> list[Shown]:
    """Every tile's content, all queries asked together."""
    asked = [dict(tile.ask(view)) for tile in tiles]
    distinct = list(dict.fromkeys(query for queries in asked for query in queries.values()))
    answers = dict(zip(distinct, workspace.run_all(distinct), strict=True))
    return [
        tile.tell(view, workspace)
        if tile.tell
        else tile.show(view, {name: answers[query] for name, query in queries.items()})
        for tile, queries in zip(tiles, asked, strict=True)
    ]
