"""What is asked and the answer in a sentence: which metric, compared with what, divided by which dimension."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import html

from fulfillment_bi.insight.bridge_words import moved, shown
from fulfillment_bi.insight.why import Why
from fulfillment_bi.insight.why_sides import Selection
from fulfillment_bi.web import parts
from fulfillment_bi.web.explained import (
    FIRST,
    Refused,
    asked_against,
    asked_dimension,
    asked_metric,
    explained,
    refused_body,
)
from fulfillment_bi.web.state import View, change, explaining
from fulfillment_bi.web.tile import Shown, Tile

METRICS = (
    "otif",
    "order_fill_rate",
    "unit_fill_rate",
    "ship_delay_rate",
    "delivery_delay_rate",
    "cycle_time_mean",
    "cancellation_rate",
)
AGAINST = ("previous", "year", "target")
OTHERS = 6


def told(page: str) -> Tile:
    """The head of the page."""

    def tell(view: View, workspace: Any) -> Shown:
        found = explained(view, workspace)
        rows = [_metrics(view), _compared(view, workspace)]
        if isinstance(found, Refused):
            return Shown(html.Div([*rows, refused_body(found)], className="why-head"))
        if len(found.ranking) > 1:
            rows.append(_dimensions(view, found))
        return Shown(html.Div([*rows, _sentence(view, found)], className="why-head"))

    return Tile(f"{page}-told", "html", tell=tell, titled=False)


def _choice(label: str, buttons: Sequence[html.Button]) -> html.Div:
    return html.Div([html.Span(label, className="why-label"), html.Div(list(buttons), className="segments")])


def _button(words: str, go: str, *, on: bool, title: str = "") -> html.Button:
    return html.Button(words, className="is-on" if on else "", type="button", title=title, **parts.data(go=go))


def _metrics(view: View) -> html.Div:
    chosen = asked_metric(view).name
    names = METRICS if chosen in METRICS else (*METRICS, chosen)
    buttons = [
        _button(
            view.short(name),
            change(metric="" if name == FIRST else name),
            on=name == chosen,
            title=view.metric(name),
        )
        for name in names
    ]
    return _choice(view.text("why.metric"), buttons)


def _compared(view: View, workspace: Any) -> html.Div:
    against = view.state.param("against")
    compare = view.base.compare if view.base.compare in AGAINST else "previous"
    buttons = [
        _button(
            view.text(f"why.against_{name}"),
            change(compare=name, against=""),
            on=not against and name == compare,
        )
        for name in AGAINST
    ]
    known: list[str] = []
    for item in view.base.where[:1]:
        others = [one.value for one in workspace.members(item.dimension, "", OTHERS + len(item.values))]
        known = [f"{item.dimension}={name}" for name in others if name not in item.values][:OTHERS]
    other = asked_against(view)
    named = [against] if isinstance(other, Selection) and against not in known else []
    for choice in [*known, *named]:
        dimension, _, member = choice.partition("=")
        buttons.append(_button(view.member(dimension, member), change(against=choice), on=choice == against))
    if against and not isinstance(other, Selection):
        buttons.append(_button(against, change(against=""), on=True))
    return _choice(view.text("why.against"), buttons)


def _dimensions(view: View, found: Why) -> html.Div:
    asked = asked_dimension(view)
    buttons = [_button(view.text("why.automatic"), change(by=""), on=not asked)]
    for one in found.ranking:
        if one.segments > 1 or one.dimension == asked:
            clear = f" · {view.text('why.clearly')}" if one.stands_out else ""
            buttons.append(
                _button(
                    view.dimension(one.dimension),
                    change(by=one.dimension),
                    on=one.dimension == asked,
                    title=f"{view.member(one.dimension, one.segment)}{clear}",
                )
            )
    return _choice(view.text("why.by"), buttons)


def _sentence(view: View, found: Why) -> html.Div:
    bridge, metric, lang = found.bridge, found.metric, view.language
    numbers = [
        html.Button(
            [html.Span(shown(metric, bridge.value_after, lang)), html.Small(metric.label.of(lang))],
            className="why-number num",
            type="button",
            **parts.data(go=explaining(metric.name)),
        ),
        html.Div(
            [html.Span(moved(metric, bridge.change, lang)), html.Small(_against(view, found))],
            className="why-change num",
        ),
    ]

    return html.Div([*numbers, html.P(found.sentence.of(lang), className="why-words")], className="why-answer")


def _against(view: View, found: Why) -> str:
    before = shown(found.metric, found.bridge.value_before, view.language)
    return f"{found.names[0].of(view.language)} {before}"
