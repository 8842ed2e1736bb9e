"""The top line of every board: what period, how fresh, which clock, and the banner when the data are old."""

from __future__ import annotations

from typing import Any

from dash import html

from fulfillment_bi.filters import PRESETS
from fulfillment_bi.i18n import label, numbers, text
from fulfillment_bi.operations.standing import count_firing
from fulfillment_bi.web import parts, shell
from fulfillment_bi.web.state import View
from fulfillment_bi.web.tile import Shown, Tile

BOARDS = ("overview", "supply", "logistics", "service")
STALE_SECONDS = 26 * 3600
BEHIND_SECONDS = 24.0 * 3600


def page_name(board: str) -> str:
    """The page a board is."""
    return "wall" if board == BOARDS[0] else f"wall-{board}"


def address(board: str) -> str:
    """Where a board stands alone."""
    return "/wall" if board == BOARDS[0] else f"/wall/{board}"


def head(board: str) -> Tile:
    """The tile of the top line."""
    return Tile(f"{page_name(board)}-head", "html", titled=False, tell=_head)


def frame(board: str, language: str, body: Any) -> html.Header:
    """The top line around what the tile says: the boards, the clock, the way to the desk."""
    return html.Header(
        [
            html.Div(body, id=f"{page_name(board)}-head-body", style={"display": "contents"}),
            html.Nav([_link(each, board, language) for each in BOARDS], className="wall-boards"),
            html.Span("", className="wall-clock", **parts.data(clock="")),
            html.A(
                parts.icon("overview"),
                href="/overview",
                className="icon-button",
                title=text(language, "wall.desk"),
                **parts.aria(label=text(language, "wall.desk")),
                **parts.data(page="/overview"),
            ),
            shell.language_switch(language),
            html.Button(
                parts.icon("full"),
                className="icon-button",
                type="button",
                title=text(language, "wall.full"),
                **parts.aria(label=text(language, "wall.full")),
                **parts.data(do="fullscreen"),
            ),
        ],
        className="wall-head",
    )


def _link(board: str, here: str, language: str) -> html.A:
    return html.A(
        label(language, "board", board),
        href=address(board),
        className="is-here" if board == here else "",
        **(parts.aria(current="page") if board == here else {}),
        **parts.data(page=address(board)),
    )


def _head(view: View, workspace: Any) -> Shown:
    """What period, how fresh, which clock; the banner when the data are old."""
    local = numbers.moment(view.as_of, view.timezone)
    since = local.isoformat() if local else ""
    filtered = view.filter_words()
    preset = PRESETS[view.state.preset][0].of(view.language) if view.state.preset and view.base.start else ""
    behind = _behind(view, workspace)
    badge = view.text("wall.sample") if workspace.is_sample else ""
    ignored = view.text("notice.ignored") + " " + ", ".join(view.ignored[:4]) if view.ignored else ""
    return Shown(
        [
            html.H1(view.text("wall.title")),
            html.Span(
                " · ".join(part for part in (preset or view.days(), filtered) if part),
                className="wall-period",
                title=view.days(),
            ),
            html.Span(badge, className="wall-badge", title=view.text("notice.sample_own")) if badge else "",
            html.Span(ignored, className="wall-badge") if ignored else "",
            html.Span(behind, className="wall-badge is-behind") if behind else "",
            _firing(view, workspace),
            html.Span(className="top-space"),
            html.Span(
                [
                    view.text("wall.asof"),
                    " ",
                    html.B(numbers.clock(view.language, view.as_of, view.timezone)),
                    "  ",
                    html.Span("", **parts.data(ago=since, now=view.text("stamp.now"))),
                ],
                className="wall-asof",
                title=_sources(view, workspace),
                **parts.data(stamp=f"{view.sentence()} · {view.version}", zone=view.timezone),
            ),
            html.Div(
                [
                    parts.icon("alert"),
                    " ",
                    view.text("wall.stale", time=numbers.clock(view.language, view.as_of, view.timezone, year=True)),
                ],
                className="wall-stale",
                hidden=True,
                **parts.data(since=since, stale_after=str(STALE_SECONDS)),
            ),
        ]
    )


def _firing(view: View, workspace: Any) -> Any:
    """How many alerts fire, as a way to them; nothing while none does."""
    count = count_firing(workspace)
    if not count:
        return ""
    words = view.text("wall.firing", count=numbers.number(view.language, count))
    return html.A(words, href="/alerts", className="wall-badge is-firing", **parts.data(page="/alerts"))


def _behind(view: View, workspace: Any) -> str:
    """The source that is furthest behind the rest, when it is a day or more."""
    newest = numbers.moment(view.as_of, view.timezone)
    worst, lag = "", BEHIND_SECONDS
    for each in map(parts.record, workspace.freshness()):
        local = numbers.moment(each.get("newest"), view.timezone)
        if local and newest and (newest - local).total_seconds() > lag:
            worst, lag = str(each.get("adapter")), (newest - local).total_seconds()
    return view.text("wall.behind", source=worst, time=numbers.duration(view.language, lag / 86400)) if worst else ""


def _sources(view: View, workspace: Any) -> str:
    """As-of of each source, one a line."""
    lines = []
    for each in workspace.freshness():
        record = parts.record(each)
        newest = numbers.clock(view.language, record.get("newest"), view.timezone)
        lines.append(f"{record.get('adapter')}: {newest}")
    return "\n".join(lines)
