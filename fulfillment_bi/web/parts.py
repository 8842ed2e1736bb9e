"""The pieces pages are built from: cards, number tiles, tables, states. Components only, no data access."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import dash_mantine_components as dmc
from dash import dcc, html

from fulfillment_bi.charts.sparkline import sparkline
from fulfillment_bi.i18n import numbers, text
from fulfillment_bi.insight.why import is_explainable
from fulfillment_bi.web import wording
from fulfillment_bi.web.state import View, explaining, why_address
from fulfillment_bi.web.wording import Value

GRAPH_CONFIG: Any = {
    "displayModeBar": False,
    "displaylogo": False,
    "responsive": True,
    "showTips": False,
    "doubleClick": "reset",
}


def data(**values: str) -> dict[str, Any]:
    """data-* attributes: data(go="a=b") -> {"data-go": "a=b"}."""
    return {f"data-{name.replace('_', '-')}": value for name, value in values.items()}


def aria(**values: str) -> dict[str, Any]:
    """aria-* attributes: aria(label="Close") -> {"aria-label": "Close"}."""
    return {f"aria-{name}": value for name, value in values.items()}


def icon(name: str) -> html.I:
    """A drawn icon in the colour of the text around it."""
    return html.I(className=f"icon icon-{name}", **aria(hidden="true"))


def card(
    name: str, language: str, body: Any, *, span: str = "", files: Sequence[str] = (), png: bool = False
) -> html.Section:
    """A titled card; its title and note are filled by the page's callback. `files` and `png` make its menu."""
    return html.Section(
        [
            html.Header(
                [
                    html.H2(
                        [
                            html.Span("", id=f"{name}-title"),
                            html.Span("", id=f"{name}-note", className="card-note"),
                        ],
                        className="card-title",
                    ),
                    *([save_menu(name, language, files, png)] if files or png else []),
                ],
                className="card-head",
            ),
            html.Div(body, className="card-body"),
        ],
        className=f"card {span}",
        **aria(labelledby=f"{name}-title"),
        **data(card=name),
    )


def save_menu(name: str, language: str, files: Sequence[str], png: bool) -> dmc.Menu:
    """What can be taken away: the picture as it is shown, the data behind it."""
    items: list[Any] = []
    if png:
        items.append(_save_item("picture", text(language, "save.png"), png=name))
    items += [_save_item("save", text(language, f"save.{kind}"), file=f"/files/{name}.{kind}") for kind in files]
    return dmc.Menu(
        [
            dmc.MenuTarget(
                icon("more"), boxWrapperProps=as_button("icon-button", **aria(label=text(language, "save.menu")))
            ),
            dmc.MenuDropdown(items),
        ],
        position="bottom-end",
        withinPortal=True,
        shadow="md",
    )


def as_button(look: str, **more: str) -> dict[str, Any]:
    """Makes the element that opens a menu the button itself: what it says about the menu is then said of a button."""
    return {"component": "button", "type": "button", "className": look, **more}


def _save_item(picture: str, words: str, **attributes: str) -> html.Button:
    return html.Button([icon(picture), words], className="option", role="menuitem", **data(**attributes))


def chart_card(
    name: str, language: str, *, span: str = "", size: str = "chart-m", files: Sequence[str] = ("csv", "xlsx")
) -> html.Section:
    """A card with a chart: figure in place, PNG of what is shown, CSV of the answer behind it."""
    graph = dcc.Graph(
        id=f"{name}-figure",
        figure={"data": [], "layout": blank()},
        config=GRAPH_CONFIG,
        responsive=True,
        className="plot-click",
    )
    return card(name, language, html.Div(graph, className=size), span=span, files=files, png=True)


def blank() -> dict[str, Any]:
    """A layout that paints nothing while the first data are on their way."""
    clear = "rgba(0,0,0,0)"
    hidden = {"visible": False}
    return {"paper_bgcolor": clear, "plot_bgcolor": clear, "xaxis": hidden, "yaxis": hidden, "autosize": True}


def html_card(name: str, language: str, *, span: str = "", files: Sequence[str] = ("csv", "xlsx")) -> html.Section:
    """A card whose body is a table or a list."""
    return card(
        name, language, html.Div(skeleton(5), id=f"{name}-body", style={"height": "100%"}), span=span, files=files
    )


def number_tile(name: str, metric: str, *, hero: bool = False) -> html.Button:
    """A number that opens its definition and rows."""
    return html.Button(
        skeleton(2),
        id=f"{name}-body",
        className="tile is-hero" if hero else "tile",
        **data(go=explaining(metric), card=name),
    )


def group_tile(name: str) -> html.Div:
    """A large number with its other ways to be counted under it, each opening its own definition and rows."""
    return html.Div(skeleton(4), id=f"{name}-body", className="tile is-hero is-group", **data(card=name))


def skeleton(lines: int) -> list[html.Div]:
    """Grey bars in the shape of what is coming; they appear only when it takes longer than 0.4 s."""
    return [
        html.Div(className="skeleton", style={"height": 12, "width": f"{86 - 17 * (at % 3)}%", "margin": "8px 0"})
        for at in range(lines)
    ]


def number(
    view: View,
    value: Value,
    *,
    label: str = "",
    spark: Sequence[float | None] = (),
    second: str = "",
    hero: bool = False,
) -> list[Any]:
    """Content of a number tile: label, value, unit, status, change, target, course."""
    digits, unit = wording.split_unit(wording.shown(view.language, value))
    line = sparkline(spark, view.theme, target=value.target) if spark else ""
    foot = [status_part(view, value, short=not hero), *change_part(view, value), *target_part(view, value, hero)]
    foot += [_why(view, value)] if is_explainable(value.metric) else []
    return [
        html.Div(
            label or view.short(value.metric.name), className="tile-label", title=value.metric.label.of(view.language)
        ),
        html.Div(
            [
                html.Div([digits, html.Small(unit) if unit else ""], className="tile-value num"),
                html.Img(src=line, className="tile-spark", alt="") if line else "",
                html.Div(second, className="tile-second num") if second else "",
            ],
            className="tile-main",
        ),
        html.Div(foot, className="tile-foot num"),
    ]


def _why(view: View, value: Value) -> html.Span:
    """A way to the explanation of a number tile; the tile itself opens the definition."""
    address = why_address(value.metric.name)
    return html.Span(view.text("why.ask"), className="tile-why", role="link", **data(page=address))


def status_part(view: View, value: Value, *, short: bool = False) -> html.Span | str:
    """Shape, colour and words for where the value stands; `short` leaves what goes without saying to the hover."""
    words = wording.status_words(view.language, value)
    if not words:
        return ""
    shown = wording.gap_words(view.language, value) if short else words
    return html.Span(shown, className=f"status is-{wording.status(value)}", title=words)


def change_part(view: View, value: Value) -> list[html.Span]:
    """The change against the compared period."""
    words = wording.change_words(view.language, value)
    if not words:
        return []
    tip = view.text(f"compare.tip_{value.compare}", value=wording.in_unit(view.language, value.metric, value.before))
    return [html.Span(words, className=f"change is-{wording.change_tone(value)}", title=tip)]


def target_part(view: View, value: Value, hero: bool) -> list[html.Span]:
    """The target, and for the hero the orders behind the number."""
    parts = []
    if value.target is not None and hero:
        target = wording.in_unit(view.language, value.metric, value.target).replace(".0%", "%")
        parts.append(html.Span(view.text("tile.target", value=target)))
    if hero and value.d is not None:
        parts.append(html.Span(wording.fraction_words(view.language, value)))
    return parts


def empty(view: View, key: str = "empty.period") -> html.Div:
    """Nothing to show, and what would change that."""
    return html.Div([html.B(view.text(f"{key}_title")), html.Div(view.text(key))], className="empty")


def nothing(what: str, hint: str) -> html.Div:
    """Nothing to show, in words of its own."""
    return html.Div([html.B(what), html.Div(hint)], className="empty")


def banner(words: Any, tone: str = "", picture: str = "alert") -> html.Div:
    """A line above the page."""
    return html.Div([icon(picture), html.Div(words)], className=f"banner {tone}", role="status")


def table(
    head: Sequence[Any], rows: Sequence[Sequence[Any]], numeric: Sequence[int] = (), texts: Sequence[int] = ()
) -> html.Div:
    """A table; columns in `numeric` stand right, those in `texts` may wrap."""

    def kind(at: int) -> str:
        return "is-number" if at in numeric else "is-text" if at in texts else "is-name"

    return html.Div(
        html.Table(
            [
                html.Thead(html.Tr([html.Th(cell, className=kind(at), scope="col") for at, cell in enumerate(head)])),
                html.Tbody(
                    [html.Tr([html.Td(cell, className=kind(at)) for at, cell in enumerate(row)]) for row in rows]
                ),
            ],
            className="table",
        ),
        className="table-wrap",
        role="group",
        tabIndex="0",  # who has no mouse scrolls a wide table by the arrow keys
    )


def number_cell(view: View, value: Value, go: str, *, change: bool = False) -> html.Button:
    """A number in a table that opens its definition and rows for that row."""
    words: list[Any] = [wording.shown(view.language, value)]
    if change and value.change is not None:
        words.append(
            html.Span(wording.change_words(view.language, value), className=f"change is-{wording.change_tone(value)}")
        )
    tip = wording.fraction_words(view.language, value)
    return html.Button(words, className="cell num", title=tip, **data(go=go))


def moment(view: View, value: Any, *, year: bool = False) -> html.Time:
    """A time as people say it, the exact one on hover."""
    local = numbers.moment(value, view.timezone)
    return html.Time(
        numbers.clock(view.language, value, view.timezone, year=year),
        title=local.isoformat(sep=" ", timespec="seconds") if local else "",
        dateTime=local.isoformat() if local else "",
    )


def record(row: Any) -> dict[str, Any]:
    """A row of the ledger as a dictionary, whether it is a mapping or a dataclass."""
    from dataclasses import asdict, is_dataclass

    if is_dataclass(row) and not isinstance(row, type):
        return asdict(row)
    return dict(row)
