"""What a page is made of: tiles that ask queries and show the answers, and the page that lays them out.

A tile is two pure functions. The page's one callback asks all queries of all its tiles together, on one version, and
hands each tile its own answers; a CSV of a tile is its first answer, so file and screen cannot differ.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from fulfillment_bi.metrics.catalog import METRICS
from fulfillment_bi.metrics.query import Query, Result
from fulfillment_bi.metrics.types import Text
from fulfillment_bi.reports.table import Table
from fulfillment_bi.web.state import FILTERS, View, takes

Answers = Mapping[str, Result]
Figure = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Shown:
    """A tile's new content: a figure for a chart, else components; `title` and `note` stand above it."""

    body: Any
    title: str = ""
    note: str = ""


def _nothing(_: View) -> Mapping[str, Query]:
    return {}


def _unshown(_: View, __: Answers) -> Shown:
    return Shown("")


@dataclass(frozen=True, slots=True)
class Tile:
    """`name` is unique in the application; `ask` names its queries, the first being what its file holds.

    `titled` tiles stand in a card with a title. A tile that needs more than metrics (the load ledger, one order) has
    `tell`, which is given the workspace, instead of `ask` and `show`.
    """

    name: str
    kind: Literal["chart", "html"]
    ask: Callable[[View], Mapping[str, Query]] = _nothing
    show: Callable[[View, Answers], Shown] = _unshown
    metric: str = ""
    titled: bool = True
    tell: Callable[[View, Any], Shown] | None = None
    show_with: Callable[[View, Answers, Any], Shown] | None = None
    """`show` for a tile that needs the workspace beside its answers."""
    filed: tuple[str, ...] = ()
    """Names of the queries that its file joins on their dimensions; the first query alone when empty."""
    shown_of: Callable[[Answers], Result] | None = None
    """What of its answers the tile shows and so its file holds, where that is not whole answers."""
    ask_file: Callable[[View], Mapping[str, Query]] | None = None
    """What its file asks instead of `ask`, where the tile shows only the first of many rows."""
    is_late: bool = False
    """Whether it takes longer than its page may wait: it comes by itself, after the others."""
    table: Callable[[View, Any], Table] | None = None
    """Every row of a tile with `tell`, given the workspace, for its file."""


@dataclass(frozen=True, slots=True)
class Page:
    """`paths` that show it, its tiles, and `layout`, which is given the language."""

    name: str
    paths: tuple[str, ...]
    tiles: tuple[Tile, ...]
    layout: Callable[[str], Any]
    filters: bool = True
    is_wall: bool = False
    """Whether it fills the screen by itself, without navigation and filter bar."""
    dimensions: tuple[str, ...] = FILTERS
    """What its filter bar offers."""
    title: Text | None = None
    """What an extension's page is called, where its texts do not say so; ours have `nav.NAME`."""

    def idle(self, dimension: str) -> bool:
        """Whether nothing on the page can be filtered by the dimension (a channel, where stock is shown)."""
        counted = [METRICS[tile.metric] for tile in self.tiles if tile.metric]
        return bool(counted) and not any(takes(metric, dimension) for metric in counted)
