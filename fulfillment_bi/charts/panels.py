"""Panels of one question: a metric each, over the same lines or rows, so that no chart needs two axes.

`lines` stands panels under each other over one time axis, `rows` beside each other over the same names. Lines are named
at their ends, bars say their numbers; every point carries its sentence for the hover and the URL change of a click.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from fulfillment_bi.charts.bars import shortened, thickness, width
from fulfillment_bi.charts.theme import Theme, layout, member_colour

TICKS = 7
CROWDED = 15
"""More rows than these stand close to each other."""
LEAST_GAP = 0.09
"""How far apart, as a share of a panel's height, the names at the ends of two lines stay."""
Words = Callable[[float], str]


@dataclass(frozen=True, slots=True)
class Mark:
    """One point of a line or one bar; `value` None leaves a gap."""

    value: float | None
    sentence: str
    click: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class Series:
    """One line: `marks` on the places of the shared axis; its colour follows from `member`."""

    name: str
    member: str
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Panel:
    """One metric; `words` writes its values at the axis; `has_zero` bars and counts start there."""

    title: str
    series: tuple[Series, ...]
    words: Words
    has_zero: bool = False


def lines(panels: Sequence[Panel], names: Sequence[str], theme: Theme, language: str) -> dict[str, Any]:
    """Panels from top to bottom; `names` are the places along the axis, from left to right."""
    colours = _colours(panels, theme)
    data: list[dict[str, Any]] = []
    notes: list[dict[str, Any]] = []
    axes: dict[str, Any] = {"xaxis": _places(names, theme)}
    longest = max((width(shortened(one.name, 20)) for panel in panels for one in panel.series), default=0)
    several = any(len(panel.series) > 1 for panel in panels)
    for at, panel in enumerate(panels):
        axis = "y" if at == 0 else f"y{at + 1}"
        low, high = _range(panel)
        top = 1 - at / len(panels)
        bottom = top - (1 / len(panels)) * (0.8 if len(panels) > 1 else 1.0)
        top -= 0.05 if len(panels) > 1 else 0.0
        axes["yaxis" + axis[1:]] = _value_axis(low, high, panel.words, [bottom, top], theme)
        data += [_line(one, axis, colours[one.member], names, theme) for one in panel.series]
        if len(panels) > 1:
            notes.append(_title(panel.title, top, theme))
        if several:
            notes += _ends(panel, axis, low, high, colours, theme, LEAST_GAP * len(panels))
    margin = {"t": theme.px(18), "b": theme.px(24), "r": theme.px(16 + (7.2 * longest if several else 0))}
    return {"data": data, "layout": layout(theme, language, **axes, margin=margin, annotations=notes)}


def rows(panels: Sequence[Panel], names: Sequence[str], theme: Theme, language: str) -> dict[str, Any]:
    """Bars of each panel from zero beside each other; `names` are the shared rows from top to bottom."""
    data: list[dict[str, Any]] = []
    notes: list[dict[str, Any]] = []
    axes: dict[str, Any] = {}
    share = 1 / max(len(panels), 1)
    for at, panel in enumerate(panels):
        axis = "x" if at == 0 else f"x{at + 1}"
        marks = panel.series[0].marks
        values = [mark.value for mark in marks if mark.value is not None]
        top, bottom = max([0.0, *values]), min([0.0, *values])
        reach = (top - bottom) or 1.0
        left = at * share
        axes["xaxis" + axis[1:]] = {
            "visible": False,
            "fixedrange": True,
            "range": [bottom - (0.4 * reach if bottom < 0 else 0), top + 0.42 * reach],
            "domain": [left, left + share * 0.96],
        }
        data.append(_bars(marks, axis, theme))
        if len(panels) > 1:
            notes.append(_title(panel.title, 1.0, theme, left))
    axes["yaxis"] = {
        "tickmode": "array",
        "tickvals": list(range(len(names))),
        "ticktext": [shortened(name, 26) for name in names],
        "tickfont": {"size": _text_size(len(names), theme), "color": theme.text},
        "range": [max(len(names), 3) - 0.45, -0.55],
        "showgrid": False,
    }
    margin = {"t": theme.px(26 if len(panels) > 1 else 4), "b": theme.px(4), "r": theme.px(8)}
    return {"data": data, "layout": layout(theme, language, **axes, margin=margin, annotations=notes, bargap=0.3)}


def ticks(low: float, high: float, most: int = 5) -> list[float]:
    """Round values from `low` to `high`, at most `most` and one."""
    if not high > low:
        return [low]
    raw = (high - low) / most
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(power * factor for factor in (1, 2, 2.5, 5, 10) if power * factor >= raw * 0.999)
    first = math.ceil(low / step - 1e-9)
    return [at * step for at in range(first, math.floor(high / step + 1e-9) + 1)]


def apart(places: Sequence[float], least: float) -> list[float]:
    """Places moved as little as needed so that neighbours are `least` apart, in the order given."""
    order = sorted(range(len(places)), key=lambda at: places[at])
    moved = list(places)
    for before, at in pairwise(order):
        moved[at] = max(moved[at], moved[before] + least)
    highest = 1.0
    for at in reversed(order):
        moved[at] = min(moved[at], max(highest, places[at]) if at == order[-1] else highest)
        highest = moved[at] - least
    return moved


def _colours(panels: Sequence[Panel], theme: Theme) -> dict[str, str]:
    """A member's own colour; where two share one, the later takes the next that is free."""
    found: dict[str, str] = {}
    for one in (series for panel in panels for series in panel.series):
        if one.member in found:
            continue
        free = [colour for colour in theme.series if colour not in found.values()]
        own = member_colour(theme, one.member) if one.member else theme.accent
        found[one.member] = own if own in free or not free else free[0]
    return found


def _range(panel: Panel) -> tuple[float, float]:
    values = [mark.value for one in panel.series for mark in one.marks if mark.value is not None]
    if not values:
        return 0.0, 1.0
    low, high = min(values), max(values)
    if panel.has_zero:
        low, high = min(low, 0.0), max(high, 0.0)
    room = (high - low) * 0.12 or abs(high) * 0.05 or 1.0
    return (low if panel.has_zero and low == 0 else low - room), high + room


def _places(names: Sequence[str], theme: Theme) -> dict[str, Any]:
    step = max(1, math.ceil(len(names) / TICKS))
    shown = list(range(0, len(names), step))
    room = max(0.5, len(names) * 0.012)
    return {
        "tickmode": "array",
        "tickvals": shown,
        "ticktext": [shortened(names[at], 14) for at in shown],
        "tickfont": {"size": theme.px(12), "color": theme.muted},
        "range": [-room, len(names) - 1 + room],
        "showgrid": False,
        "tickangle": 0,
        "anchor": "free",
        "position": 0,
    }


def _value_axis(low: float, high: float, words: Words, domain: list[float], theme: Theme) -> dict[str, Any]:
    chosen = ticks(low, high)
    return {
        "range": [low, high],
        "domain": [max(0.0, domain[0]), domain[1]],
        "tickmode": "array",
        "tickvals": chosen,
        "ticktext": [words(value) for value in chosen],
        "gridcolor": theme.grid,
        "zeroline": False,
        "fixedrange": True,
        "automargin": True,
        "tickfont": {"size": theme.px(12), "color": theme.muted},
    }


def _line(one: Series, axis: str, colour: str, names: Sequence[str], theme: Theme) -> dict[str, Any]:
    few = len(names) <= 45
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": one.name,
        "x": list(range(len(names))),
        "y": [mark.value for mark in one.marks],
        "yaxis": axis,
        "customdata": [mark.click for mark in one.marks],
        "hovertext": [mark.sentence for mark in one.marks],
        "hoverinfo": "text",
        "line": {"color": colour, "width": theme.px(2)},
        "marker": {"size": theme.px(5 if few else 3), "color": colour, "opacity": 0.9 if few else 0.01},
    }


def _bars(marks: Sequence[Mark], axis: str, theme: Theme) -> dict[str, Any]:
    return {
        "type": "bar",
        "orientation": "h",
        "y": list(range(len(marks))),
        "x": [mark.value or 0 for mark in marks],
        "xaxis": axis,
        "marker": {"color": theme.accent, "cornerradius": theme.px(3)},
        "text": [mark.words for mark in marks],
        "textposition": "outside",
        "textfont": {"size": _text_size(len(marks), theme), "color": theme.text},
        "constraintext": "none",  # else words shrink with thin bars until nobody can read them
        "cliponaxis": False,
        "width": thickness(len(marks)),
        "customdata": [mark.click for mark in marks],
        "hovertext": [mark.sentence for mark in marks],
        "hoverinfo": "text",
    }


def _text_size(rows: int, theme: Theme) -> float:
    """Names and values of many rows are a little smaller, so that they do not touch each other."""
    return theme.px(13 if rows <= CROWDED else 11)


def _title(words: str, y: float, theme: Theme, x: float = 0.0) -> dict[str, Any]:
    return {
        "xref": "paper",
        "yref": "paper",
        "x": x,
        "y": y,
        "text": f"<b>{words}</b>",
        "showarrow": False,
        "xanchor": "left",
        "yanchor": "bottom",
        "font": {"size": theme.px(12), "color": theme.text},
    }


def _ends(
    panel: Panel, axis: str, low: float, high: float, colours: dict[str, str], theme: Theme, least: float
) -> list[dict[str, Any]]:
    """The lines' names at their right ends, moved apart where they would meet."""
    last = [
        (one, next(mark.value for mark in reversed(one.marks) if mark.value is not None))
        for one in panel.series
        if any(mark.value is not None for mark in one.marks)
    ]
    heights = apart([(value - low) / (high - low) for _, value in last], least)
    return [
        {
            "xref": "paper",
            "x": 1,
            "yref": axis,
            "y": low + height * (high - low),
            "text": shortened(one.name, 20),
            "showarrow": False,
            "xanchor": "left",
            "xshift": theme.px(4),
            "font": {"size": theme.px(12), "color": colours[one.member]},
        }
        for (one, _), height in zip(last, heights, strict=True)
    ]
