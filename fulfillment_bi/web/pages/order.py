"""One order: every event from every system, its promises, each stage against its budget, the stage that broke it."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import unquote

from dash import html

from fulfillment_bi.i18n import numbers
from fulfillment_bi.insight.timeline import Timeline, TimelineStage
from fulfillment_bi.web import parts
from fulfillment_bi.web.state import View
from fulfillment_bi.web.tile import Page, Shown, Tile

NAME = "order"


def _tell(view: View, workspace: Any) -> Shown:
    channel, _, number = view.path.removeprefix("/order/").partition("/")
    found = workspace.timeline(unquote(channel), unquote(number))
    if found is None:
        return Shown(
            html.Div(
                html.Div(
                    [html.H2(view.text("order.none_title")), html.Div(view.text("order.none"))], className="empty"
                ),
                className="full-page",
            )
        )
    return Shown(
        [
            _head(view, found),
            html.Div(
                [
                    _card(view.text("order.events"), _events(view, found), "span-7"),
                    html.Div(
                        [
                            _card(view.text("order.stages"), _stages(view, found), ""),
                            html.Div(style={"height": 16}),
                            _card(view.text("order.lines"), _lines(view, found), ""),
                        ],
                        className="span-5",
                    ),
                ],
                className="grid",
            ),
        ]
    )


def _card(title: str, body: Any, span: str) -> html.Section:
    return html.Section(
        [
            html.Header(html.H2(title, className="card-title"), className="card-head"),
            html.Div(body, className="card-body"),
        ],
        className=f"card {span}",
    )


def _head(view: View, order: Timeline) -> html.Section:
    facts = [
        (view.dimension("channel"), view.member("channel", order.channel)),
        (view.dimension("shop"), view.member("shop", order.shop)),
        (view.dimension("region"), view.member("region", order.region)),
        (view.dimension("warehouse"), view.member("warehouse", order.warehouse)),
        (view.dimension("carrier"), view.member("carrier", order.carrier)),
        (view.label("column", "status"), view.member("status", order.status)),
        (view.label("column", "promised_delivery_at_original"), _clock(view, order.promised_delivery_at)),
        (view.label("column", "order_value"), numbers.number(view.language, order.order_value, 2)),
    ]
    return html.Section(
        [
            html.H2(order.order_no),
            _verdict(view, order),
            *(html.Span(view.label("issue", issue), className="tag is-bad") for issue in order.issues),
            html.Dl([part for name, value in facts for part in (html.Dt(name), html.Dd(value))], className="facts"),
        ],
        className="card order-head",
        style={"marginBottom": 16, "flexDirection": "row"},
    )


def _verdict(view: View, order: Timeline) -> html.Span:
    """Kept, broken and by what, or still running."""
    if order.delivery_state == "cancelled":
        words = view.text("order.cancelled", who=view.member("cancelled_by", order.cancelled_by or "unknown"))
        return html.Span(words, className="tag")
    if not order.is_due:
        return html.Span(view.text("order.running"), className="tag is-good")
    if order.is_on_time and order.is_in_full:
        return html.Span(view.text("order.kept"), className="tag is-good")
    stage = view.label("stage", order.break_stage) if order.break_stage else view.text("order.late")
    return html.Span(view.text("order.broken", stage=stage), className="tag is-alarm")


def _events(view: View, order: Timeline) -> html.Ol:
    marks: list[tuple[datetime, str, Any]] = [
        (
            event.at,
            "",
            [
                html.B(view.label("event", event.kind)),
                html.Span([view.label("system", event.system), f" · {event.detail}" if event.detail else ""]),
            ],
        )
        for event in order.events
    ]
    promises = (
        (order.promised_ship_at, "order.promise_ship"),
        (order.promised_delivery_at, "order.promise_delivery"),
        (order.renegotiated_delivery_at, "order.promise_moved"),
    )
    for at, key in promises:
        if at is not None:
            late = " is-bad" if key == "order.promise_delivery" and order.is_due and not order.is_on_time else ""
            marks.append((at, f"is-promise{late}", [html.B(view.text(key))]))
    marks.sort(key=lambda mark: mark[0])
    return html.Ol(
        [html.Li([html.Time(_clock(view, at)), *words], className=kind) for at, kind, words in marks], className="line"
    )


def _stages(view: View, order: Timeline) -> Any:
    if not order.stages:
        return parts.empty(view, "order.no_stages")
    longest = max(max(stage.seconds, stage.budget_seconds or 0) for stage in order.stages) or 1
    cells: list[Any] = []
    for stage in order.stages:
        cells += _stage(view, stage, longest, order.break_stage == stage.stage)
    return html.Div(
        [
            html.Div(cells, className="budget"),
            html.Div(view.text("order.budget_help"), className="card-note", style={"marginTop": 10}),
        ]
    )


def _stage(view: View, stage: TimelineStage, longest: int, broke: bool) -> list[Any]:
    over = stage.budget_seconds is not None and stage.seconds > stage.budget_seconds
    bar: list[Any] = [
        html.I(className="is-over" if over else "", style={"width": f"{100 * max(stage.seconds, 0) / longest:.1f}%"})
    ]
    if stage.budget_seconds is not None:
        bar.append(
            html.U(
                style={"left": f"{100 * stage.budget_seconds / longest:.1f}%"},
                title=numbers.duration(view.language, stage.budget_seconds / 86400),
            )
        )
    words = numbers.duration(view.language, stage.seconds / 86400)
    if over:
        words += f" ({numbers.duration(view.language, stage.overrun_seconds / 86400, sign=True)})"
    name = view.label("stage", stage.stage) + (f" {view.text('order.waiting')}" if stage.is_open else "")
    return [
        html.Div(name, className="is-broken" if broke else ""),
        html.Div(bar, className="budget-bar"),
        html.Div(words, className="num is-broken" if broke else "num"),
    ]


def _lines(view: View, order: Timeline) -> Any:
    if not order.lines:
        return parts.empty(view, "order.no_lines")
    head = [
        view.dimension("sku"),
        view.label("column", "qty_due"),
        view.text("order.sent"),
        view.label("column", "unit_price"),
    ]
    rows = [
        [
            html.Span(
                [line.sku, html.Span(f"  {line.product_name or ''}", className="card-note")],
                title=line.product_name or "",
            ),
            numbers.number(view.language, line.qty_due),
            html.Span(
                numbers.number(view.language, line.qty_sent),
                className="is-broken" if line.qty_sent < line.qty_due else "",
            ),
            numbers.number(view.language, line.unit_price, 2),
        ]
        for line in order.lines
    ]
    return parts.table(head, rows, (1, 2, 3))


def _clock(view: View, at: datetime | None) -> str:
    return numbers.clock(view.language, at, view.timezone, year=True)


TIMELINE = Tile(f"{NAME}-timeline", "html", titled=False, tell=_tell)


def layout(language: str) -> html.Div:
    """Filled as a whole: an order is one answer."""
    del language
    return html.Div([html.Div(id=f"{NAME}-problem"), html.Div(parts.skeleton(6), id=f"{TIMELINE.name}-body")])


PAGE = Page(NAME, ("/order/",), (TIMELINE,), layout, filters=False)
