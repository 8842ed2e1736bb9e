"""From a request to the content of its tiles: which page, which view, all queries together, each tile its answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fulfillment_bi.metrics.query import Query
from fulfillment_bi.web import added
from fulfillment_bi.web.language import language_of
from fulfillment_bi.web.pages import (
    alerts,
    brief,
    data,
    explore,
    inventory,
    logistics,
    order,
    orders,
    overview,
    planning,
    reports,
    service,
    supply,
    wall,
    why,
)
from fulfillment_bi.web.state import View, read_view
from fulfillment_bi.web.tile import Answers, Page, Shown, Tile

PAGES: tuple[Page, ...] = (
    *wall.PAGES,
    overview.PAGE,
    orders.PAGE,
    why.PAGE,
    inventory.PAGE,
    planning.PAGE,
    supply.PAGE,
    logistics.PAGE,
    service.PAGE,
    explore.PAGE,
    *added.PAGES,
    alerts.PAGE,
    reports.PAGE,
    brief.PAGE,
    data.PAGE,
    order.PAGE,
)
DATA, FIRST = data.PAGE, data.FIRST
"""The page that data come in by, and what it is before the first have."""


def page_of(path: str) -> Page | None:
    """The page an address shows; one that ends in a slash shows everything below it."""
    for page in PAGES:
        for own in page.paths:
            if path == own or path.rstrip("/") == own or (own != "/" and own.endswith("/") and path.startswith(own)):
                return page
    return None


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
    own = [{name: answers[query] for name, query in queries.items()} for queries in asked]
    return [_shown(tile, view, mine, workspace) for tile, mine in zip(tiles, own, strict=True)]


def _shown(tile: Tile, view: View, answers: Answers, workspace: Any) -> Shown:
    if tile.tell:
        return tile.tell(view, workspace)
    return tile.show_with(view, answers, workspace) if tile.show_with else tile.show(view, answers)
