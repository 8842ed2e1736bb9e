"""Two metrics against each other, and tables as shades: what a heat map of anything but a target looks like."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fulfillment_bi.charts.bars import shortened
from fulfillment_bi.charts.heat import Cell
from fulfillment_bi.charts.panels import Words, ticks
from fulfillment_bi.charts.theme import Theme, faded, layout

NAMED = 10
LARGEST, SMALLEST = 30, 7


@dataclass(frozen=True, slots=True)
class Dot:
    """One member: its two values; its area follows `size` (cases), the largest are named."""

    name: str
    x: float
    y: float
    size: float
    sentence: str
    click: str = ""


def scatter(
    dots: Sequence[Dot], titles: tuple[str, str], words: tuple[Words, Words], theme: Theme, language: str
) -> dict[str, Any]:
    """The members as dots; `titles` and `words` are those of the two axes, across and up."""
    most = max((dot.size for dot in dots), default=1.0) or 1.0
    named = {id(dot) for dot in sorted(dots, key=lambda dot: -dot.size)[:NAMED]}
    axes = [
        _axis([getattr(dot, side) for dot in dots], title, write, theme)
        for side, title, write in zip("xy", titles, words, strict=True)
    ]
    trace = {
        "type": "scatter",
        "mode": "markers+text",
        "x": [dot.x for dot in dots],
        "y": [dot.y for dot in dots],
        "text": [shortened(dot.name, 16) if id(dot) in named else "" for dot in dots],
        "textposition": "top center",
        "textfont": {"size": theme.px(12), "color": theme.text},
        "marker": {
            "size": [theme.px(max(SMALLEST, LARGEST * math.sqrt(max(dot.size, 0) / most))) for dot in dots],
            "color": faded(theme.accent, 0.55),
            "line": {"width": theme.px(1), "color": theme.card},
        },
        "cliponaxis": False,
        "customdata": [dot.click for dot in dots],
        "hovertext": [dot.sentence for dot in dots],
        "hoverinfo": "text",
    }
    margin = {"t": theme.px(22), "r": theme.px(30), "b": theme.px(40), "l": theme.px(40)}
    return {"data": [trace], "layout": layout(theme, language, xaxis=axes[0], yaxis=axes[1], margin=margin)}


def _axis(values: Sequence[float], title: str, words: Words, theme: Theme) -> dict[str, Any]:
    low, high = (min(values), max(values)) if values else (0.0, 1.0)
    room = (high - low) * 0.12 or abs(high) * 0.05 or 1.0
    chosen = ticks(low - room, high + room)
    return {
        "range": [low - room, high + room],
        "tickmode": "array",
        "tickvals": chosen,
        "ticktext": [words(value) for value in chosen],
        "showgrid": True,
        "title": {"text": title, "font": {"size": theme.px(12), "color": theme.muted}, "standoff": theme.px(8)},
    }


def shades(
    rows: Sequence[str],
    columns: Sequence[str],
    cells: Mapping[tuple[int, int], Cell],
    theme: Theme,
    language: str,
    *,
    around_zero: bool = False,
) -> dict[str, Any]:
    """A table as shades of one colour from its least to its largest; around zero, orange is below and blue above."""
    empty = Cell(None, "", "")
    grid = [[cells.get((at, to), empty) for to in range(len(columns))] for at in range(len(rows))]
    values = [cell.value for line in grid for cell in line if cell.value is not None]
    low, high = (-1.0, 1.0) if around_zero else (min(values, default=0.0), max(values, default=1.0))
    both = [[0, theme.low], [0.5, theme.middle], [1, theme.high]]
    scale = both if around_zero else [[0, theme.middle], [1, theme.high]]
    names = {"tickmode": "array", "showgrid": False, "tickangle": 0}
    font = {"size": theme.px(12), "color": theme.text}
    return {
        "data": [
            {
                "type": "heatmap",
                "z": [[cell.value for cell in line] for line in grid],
                "x": list(range(len(columns))),
                "y": list(range(len(rows))),
                "text": [[cell.words for cell in line] for line in grid],
                "texttemplate": "%{text}",
                "textfont": {"size": theme.px(12), "color": theme.text},
                "hovertext": [[cell.sentence for cell in line] for line in grid],
                "hoverinfo": "text",
                "hoverongaps": False,
                "customdata": [[cell.click for cell in line] for line in grid],
                "colorscale": scale,
                "zmin": low,
                "zmax": high if high > low else low + 1,
                "showscale": False,
                "xgap": theme.px(2),
                "ygap": theme.px(2),
            }
        ],
        "layout": layout(
            theme,
            language,
            xaxis=names
            | {"side": "top", "tickfont": font}
            | {"tickvals": list(range(len(columns))), "ticktext": [shortened(name, 12) for name in columns]},
            yaxis=names
            | {"autorange": "reversed", "tickfont": font}
            | {"tickvals": list(range(len(rows))), "ticktext": [shortened(name, 18) for name in rows]},
            margin={"t": theme.px(4), "r": theme.px(4), "b": theme.px(4)},
        ),
    }
