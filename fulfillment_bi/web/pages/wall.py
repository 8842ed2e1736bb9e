"""The wall: nobody touches it, everybody reads it. Dark, both axes filled, from 1280 x 720 to 3840 x 2160.

Four boards, each at an address of its own. With `rotate=30` in the address they take turns, 30 seconds each: all that
`boards=` names (or all four) then hang behind each other, each drawn where it stands, and only which one is seen
changes. Nothing is mounted or drawn anew when they turn.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from dash import dcc, html

from fulfillment_bi.web import parts
from fulfillment_bi.web.pages.wall_boards import ALL, Board
from fulfillment_bi.web.pages.wall_head import BOARDS, address, frame, head, page_name
from fulfillment_bi.web.tile import Page, Tile


def _hang(board: Board, language: str, is_shown: bool = True) -> html.Div:
    """Header, seven numbers, two rows of three."""
    name = page_name(board.name)
    return html.Div(
        [
            frame(board.name, language, parts.skeleton(1)),
            html.Div(
                [parts.number_tile(tile.name, tile.metric, hero=at == 0) for at, tile in enumerate(board.numbers)],
                className="wall-tiles",
            ),
            html.Div([_card(tile, language) for tile in board.first], className="wall-row is-first"),
            html.Div([_card(tile, language) for tile in board.second], className="wall-row is-second"),
            *([html.Div(id=f"{board.gate.name}-body", className="wall-gate")] if board.gate else []),
            html.Div(id=f"{name}-problem", className="wall-problem"),
            dcc.Store(id=f"{name}-clicks"),
        ],
        className="wall gated is-shown" if is_shown else "wall gated",
        **parts.data(lang=language, path=address(board.name), board=board.name),
    )


def _card(tile: Tile, language: str) -> html.Section:
    if tile.kind == "chart":
        return parts.chart_card(tile.name, language)
    return parts.html_card(tile.name, language, files=())


def layout(language: str, page: Page, others: Sequence[str]) -> html.Div:
    """The board of `page`; those named in `others` behind it, for when they take turns."""
    first = next(board for board in ALL if page_name(board.name) == page.name)
    behind = [board for board in ALL if board.name in others and board is not first]
    return html.Div([_hang(first, language), *(_hang(board, language, False) for board in behind)])


def turning(asked: Any) -> tuple[str, ...]:
    """The boards that take turns with the first, of those that a request names; unknown names are nothing."""
    return tuple(name for name in BOARDS if name in str(asked or "").split(","))


def behind(asked: Any) -> tuple[Page, ...]:
    """The pages of the boards that take turns."""
    return tuple(page for page, name in zip(PAGES, BOARDS, strict=True) if name in turning(asked))


def _page(board: Board) -> Page:
    paths = ("/", "/wall") if board.name == BOARDS[0] else (address(board.name),)
    tiles = (*board.tiles, head(board.name))
    return Page(page_name(board.name), paths, tiles, partial(_hang, board), filters=False, is_wall=True)


PAGES = tuple(map(_page, ALL))
PAGE = PAGES[0]
