"""The wall: nobody touches it, everybody reads it. Dark, both axes filled, from 1280 x 720 to 3840 x 2160."""

from __future__ import annotations

from typing import Any

from dash import dcc, html

from fulfillment_bi.filters import PRESETS
from fulfillment_bi.i18n import numbers, text
from fulfillment_bi.operations.standing import count_firing
from fulfillment_bi.web import parts, shell
from fulfillment_bi.web.state import View
from fulfillment_bi.web.tile import Page, Shown, Tile
from fulfillment_bi.web.tiles.broken import where_broken
from fulfillment_bi.web.tiles.course import course
from fulfillment_bi.web.tiles.crossing import crossing
from fulfillment_bi.web.tiles.decisions import decisions
from fulfillment_bi.web.tiles.figures import cycle, number
from fulfillment_bi.web.tiles.stages import stage_times
from fulfillment_bi.web.tiles.waiting import waiting

NAME = "wall"
STALE_SECONDS = 26 * 3600
BEHIND_SECONDS = 24.0 * 3600

NUMBERS = (
    number(NAME, "otif", hero=True),
    number(NAME, "order_fill_rate"),
    number(NAME, "unit_fill_rate"),
    number(NAME, "ship_delay_rate"),
    number(NAME, "delivery_delay_rate"),
    cycle(NAME),
    number(NAME, "review_score"),
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
            html.Span(" · ".join(part for part in (preset, view.days(), filtered) if part), className="wall-period"),
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
                    f" · {view.timezone}",
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


HEAD = Tile(f"{NAME}-head", "html", titled=False, tell=_head)
BROKEN, COURSE, WAITING = where_broken(NAME), course(NAME), waiting(NAME)
STAGES, CROSSING, DECISIONS = stage_times(NAME), crossing(NAME), decisions(NAME)


def layout(language: str) -> html.Div:
    """Header, seven numbers, two rows of three."""
    return html.Div(
        [
            html.Header(
                [
                    html.Div(parts.skeleton(1), id=f"{HEAD.name}-body", style={"display": "contents"}),
                    html.Span("", className="wall-clock", **parts.data(clock="")),
                    html.A(
                        [parts.icon("overview"), text(language, "wall.desk")],
                        href="/overview",
                        className="icon-button",
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
            ),
            html.Div(
                [parts.number_tile(tile.name, tile.metric, hero=at == 0) for at, tile in enumerate(NUMBERS)],
                className="wall-tiles",
            ),
            html.Div(
                [parts.chart_card(tile.name, language) for tile in (BROKEN, COURSE, WAITING)],
                className="wall-row is-first",
            ),
            html.Div(
                [
                    parts.chart_card(STAGES.name, language),
                    parts.chart_card(CROSSING.name, language),
                    parts.html_card(DECISIONS.name, language, files=()),
                ],
                className="wall-row is-second",
            ),
            html.Div(id=f"{NAME}-problem", className="wall-problem"),
            dcc.Store(id=f"{NAME}-clicks"),
        ],
        className="wall",
        **parts.data(lang=language, path="/wall"),
    )


PAGE = Page(
    NAME,
    ("/", "/wall"),
    (*NUMBERS, BROKEN, COURSE, WAITING, STAGES, CROSSING, DECISIONS, HEAD),
    layout,
    filters=False,
)
