"""The filter bar: period, comparison, dimensions, and the definition switch. Everything in it writes the URL."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

import dash_mantine_components as dmc
from dash import dcc, html

from fulfillment_bi.filters import DEFAULT_PRESET
from fulfillment_bi.filters import PRESETS as KNOWN_PRESETS
from fulfillment_bi.i18n import label, numbers, text
from fulfillment_bi.metrics.dimensions import DIMENSIONS
from fulfillment_bi.metrics.members import Member
from fulfillment_bi.metrics.query import Query
from fulfillment_bi.web import parts
from fulfillment_bi.web.state import DEFAULT_COMPARE, PRESETS, View, change

COMPARES: Mapping[str, Mapping[str, str]] = {
    "previous": {},
    "year": {},
    "calendar": {},
    "cohort": {"basis": "order"},
    "target": {},
    "none": {},
}
"""Comparison -> what it sets besides: an age is counted from the day of the order."""
SWITCHES = {
    "basis": ("due", "order"),
    "level": ("order", "line", "unit", "value"),
    "event": ("warehouse", "platform", "scan", "ship", "sign"),
    "promise": ("original", "current"),
    "causes": ("all", "seller"),
}
OWN_DEFAULT = frozenset({"level", "event"})
"""Switches that each metric has a default of its own for: a first choice says so."""


def bar(language: str, dimensions: Sequence[str]) -> html.Div:
    """The bar with its menus closed; labels, chips and choices are filled from the URL."""
    pills: list[Any] = [_period(language), _compare(language), html.Span(className="divide")]
    pills += [_dimension(language, name) for name in dimensions]
    pills += [html.Span(className="divide"), _definition(language)]
    return html.Div(
        [html.Div(pills, className="filters-row"), html.Div(id="chips", className="chips")],
        className="filters",
        role="search",
        **parts.aria(label=text(language, "filter.bar")),
    )


def _popover(target: Any, content: Any, **options: Any) -> dmc.Popover:
    return dmc.Popover(
        [dmc.PopoverTarget(target, boxWrapperProps=parts.as_button("pill")), dmc.PopoverDropdown(content, p="sm")],
        position="bottom-start",
        shadow="md",
        radius="md",
        offset=4,
        zIndex=200,
        withinPortal=True,
        returnFocus=True,
        trapFocus=True,
        keepMounted=True,  # what is drawn only when opened does not take up values that were set before
        **options,
    )


def _pill(identity: Any, words: Any, picture: str = "") -> list[Any]:
    content = [parts.icon(picture)] if picture else []
    return [*content, html.Span(words, id=identity), parts.icon("down")]


def _period(language: str) -> dmc.Popover:
    presets = [
        html.Button(
            KNOWN_PRESETS[name][0].of(language),
            className="option",
            type="button",
            **parts.data(go=change(preset="" if name == DEFAULT_PRESET else name, **{"from": "", "to": ""})),
        )
        for name in PRESETS
    ]
    calendar = dmc.DatesProvider(
        [
            dmc.DatePicker(
                id="period-range",
                type="range",
                allowSingleDateInRange=True,
                size="sm",
                monthLabelFormat="YYYY-MM",
                weekendDays=[],
            ),
            dcc.Store(id="period-shown"),
        ],
        settings={"locale": "zh-cn" if language == "zh" else "en", "firstDayOfWeek": 1},
    )
    content = dmc.Group(
        [html.Div(presets, style={"width": 132}), calendar], align="flex-start", gap="sm", wrap="nowrap"
    )
    return _popover(_pill("period-label", _usual_period(language), "calendar"), content)


def _usual_period(language: str) -> list[Any]:
    """What the period mostly is, with room for its days: the bar does not move when they come."""
    days = "  " + numbers.days(language, date(2000, 10, 22), date(2000, 11, 20))
    words = html.Span(days, className="pill-days", style={"visibility": "hidden"})
    return [html.B(KNOWN_PRESETS[DEFAULT_PRESET][0].of(language)), words]


def _compare(language: str) -> dmc.Popover:
    options = [
        html.Button(
            label(language, "compare", name),
            className="option",
            type="button",
            **parts.data(go=change(compare=name, **besides)),
        )
        for name, besides in COMPARES.items()
    ]
    return _popover(
        _pill("compare-label", label(language, "compare", DEFAULT_COMPARE)), html.Div(options, style={"width": 200})
    )


def _dimension(language: str, name: str) -> dmc.Popover:
    search = dmc.TextInput(
        id={"type": "filter-search", "name": name},
        placeholder=text(language, "filter.search"),
        debounce=250,
        size="xs",
        value="",
        **parts.aria(label=text(language, "filter.search")),
    )
    values = dmc.CheckboxGroup(
        html.Div(parts.skeleton(4), id={"type": "filter-options", "name": name}, className="menu-list"),
        id={"type": "filter-values", "name": name},
        value=[],
    )
    return _popover(
        _pill({"type": "filter-label", "name": name}, DIMENSIONS[name].label.of(language)),
        html.Div([search, values], className="menu"),
        id={"type": "filter-menu", "name": name},
    )


def options(view: View, dimension: str, members: Sequence[Member], limit: int) -> list[Any]:
    """The members found, ready to be ticked; says when there may be more."""
    boxes: list[Any] = [
        dmc.Checkbox(value=each.value, label=_member(view, dimension, each), size="xs", radius="sm") for each in members
    ]
    if not boxes:
        return [html.Div(view.text("filter.none"), className="menu-foot")]
    if len(boxes) >= limit:
        boxes.append(html.Div(view.text("filter.more", count=limit), className="menu-foot"))
    return boxes


def _member(view: View, dimension: str, member: Member) -> str:
    if member.label != member.value:
        return f"{member.value}  {member.label}"
    return view.member(dimension, member.value)


def _definition(language: str) -> dmc.Popover:
    return _popover(
        _pill("definition-label", text(language, "definition.title"), "define"),
        html.Div(id="definition", className="definition"),
    )


def definition(view: View) -> list[Any]:
    """The switch: what is judged, by which event, against which promise, for whose causes."""
    content: list[Any] = [html.P(view.text("definition.help"))]
    for name, choices in SWITCHES.items():
        now = getattr(view.base, name)
        chosen = [None, *choices] if name in OWN_DEFAULT else list(choices)
        content.append(
            html.Div(
                [
                    html.Div(view.label("switch", name), className="menu-title"),
                    html.Div([_segment(view, name, choice, now) for choice in chosen], className="segments"),
                ]
            )
        )
    return content


def _segment(view: View, name: str, choice: str | None, now: str | None) -> html.Button:
    default = getattr(Query(metrics=()), name)
    return html.Button(
        view.label(f"option.{name}", choice or "own"),
        className="is-on" if choice == now else "",
        type="button",
        **parts.aria(pressed="true" if choice == now else "false"),
        **parts.data(go=change(**{name: "" if choice == default else choice})),
    )


def period_label(view: View) -> list[Any]:
    """The preset's name and its days."""
    if not view.state.preset or view.base.start is None:
        return [html.B(view.days())]
    return [
        html.B(KNOWN_PRESETS[view.state.preset][0].of(view.language)),
        html.Span(f"  {view.days()}", className="pill-days"),
    ]


def pill_label(view: View, dimension: str) -> str:
    """A dimension's name and how many of its members are chosen."""
    chosen = next((each.values for each in view.base.where if each.dimension == dimension), ())
    name = view.dimension(dimension)
    if len(chosen) == 1:
        return f"{name}: {view.member(dimension, chosen[0])[:18]}"
    return f"{name}: {numbers.number(view.language, len(chosen))}" if chosen else name


def chips(view: View, is_idle: Callable[[str], bool]) -> list[Any]:
    """One chip a filter value, removable, and one for each switched definition.

    A filter that nothing on the page takes (`is_idle`) stays in the address, and its chip says so.
    """
    found: list[Any] = [
        _chip(
            view,
            view.dimension(each.dimension),
            view.member(each.dimension, value),
            parts.data(drop=change(**{each.dimension: value})),
            is_idle(each.dimension),
        )
        for each in view.base.where
        for value in each.values
    ]
    plain = Query(metrics=())
    found += [
        _chip(
            view,
            view.label("switch", name),
            view.label(f"option.{name}", getattr(view.base, name)),
            parts.data(go=change(**{name: ""})),
        )
        for name in SWITCHES
        if getattr(view.base, name) != getattr(plain, name)
    ]
    if len(found) > 1:
        found.append(
            html.Button(view.text("filter.clear"), className="chip chip-clear", type="button", **parts.data(do="clear"))
        )
    return found


def _chip(view: View, name: str, value: str, remove: dict[str, Any], idle: bool = False) -> html.Span:
    words = [html.Em(f"{name} "), html.S(value) if idle else value]
    words += [html.Em(f" {view.text('filter.idle')}")] if idle else []
    return html.Span(
        [
            html.Span(words, title=f"{name}: {value}"),
            html.Button(
                parts.icon("close"), type="button", **parts.aria(label=view.text("filter.remove", name=value)), **remove
            ),
        ],
        className="chip is-idle" if idle else "chip",
    )
