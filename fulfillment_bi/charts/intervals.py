"""Rates with their uncertainty: a mark for the rate, a line for its interval, a dashed rule where all of them lie.

A mark needs no zero to start from, so the axis keeps to where the intervals are and says so with its labels.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fulfillment_bi.charts.bars import shortened
from fulfillment_bi.charts.theme import Theme, faded, layout

LONGEST_NAME = 18
LEAST_SPAN = 0.02
TICKS = 5


@dataclass(frozen=True, slots=True)
class Interval:
    """One member: a rate between `low` and `high`; `colour` is a name of the theme, `faint` a small sample."""

    name: str
    value: float
    low: float
    high: float
    words: str
    sentence: str
    click: str = ""
    colour: str = "accent"
    faint: bool = False


def intervals(
    items: Sequence[Interval], theme: Theme, language: str, *, whole: float | None = None, whole_name: str = ""
) -> dict[str, Any]:
    """The members from top to bottom; `whole` is the rate of all of them together."""
    low, high = _range(items, whole)
    rows = list(range(len(items)))
    colours = [faded(getattr(theme, item.colour), 0.45 if item.faint else 1) for item in items]
    data: list[dict[str, Any]] = [
        {
            "type": "scatter",
            "mode": "lines",
            "x": [item.low, item.high],
            "y": [row, row],
            "line": {"color": faded(getattr(theme, item.colour), 0.25 if item.faint else 0.45), "width": theme.px(7)},
            "hoverinfo": "skip",
        }
        for row, item in zip(rows, items, strict=True)
    ]
    data.append(
        {
            "type": "scatter",
            "mode": "markers",
            "x": [item.value for item in items],
            "y": rows,
            "marker": {"size": theme.px(12), "color": colours, "line": {"width": theme.px(2), "color": theme.card}},
            "customdata": [item.click for item in items],
            "hovertext": [item.sentence for item in items],
            "hoverinfo": "text",
        }
    )
    return {
        "data": data,
        "layout": layout(
            theme,
            language,
            xaxis={
                "range": [low, high],
                "tickformat": ".0%" if high - low > 0.06 else ".1%",
                "nticks": TICKS,
                "showgrid": True,
            },
            yaxis={
                "tickmode": "array",
                "tickvals": rows,
                "ticktext": [shortened(item.name, LONGEST_NAME) for item in items],
                "tickfont": {"size": theme.px(13), "color": theme.text},
                "range": [max(len(items), 3) - 0.45, -0.55],
                "showgrid": False,
                "automargin": True,
            },
            margin={"t": theme.px(24), "b": theme.px(24), "r": _column(items, theme)},
            hovermode="closest",
            hoverdistance=40,
            shapes=[_rule(whole, theme)] if whole is not None else [],
            annotations=[*([_rule_name(whole, whole_name, theme)] if whole is not None else []), *_words(items, theme)],
        ),
    }


def _range(items: Sequence[Interval], whole: float | None) -> tuple[float, float]:
    ends = [end for item in items for end in (item.low, item.high)] + ([whole] if whole is not None else [])
    low, high = min(ends), max(ends)
    room = max((high - low) * 0.08, LEAST_SPAN / 2)
    return max(-0.01, low - room), min(1.01, high + room)


def _column(items: Sequence[Interval], theme: Theme) -> float:
    longest = max(sum(2 if ord(character) > 0x2E7F else 1 for character in item.words) for item in items)
    return (longest + 2) * theme.px(7)


def _words(items: Sequence[Interval], theme: Theme) -> list[dict[str, Any]]:
    """The numbers in a column at the right, where they never meet a line."""
    return [
        {
            "xref": "paper",
            "x": 1,
            "y": row,
            "text": item.words,
            "showarrow": False,
            "xanchor": "left",
            "xshift": theme.px(8),
            "font": {"size": theme.px(13), "color": theme.muted if item.faint else theme.text},
        }
        for row, item in enumerate(items)
    ]


def _rule(x: float | None, theme: Theme) -> dict[str, Any]:
    return {
        "type": "line",
        "yref": "paper",
        "x0": x,
        "x1": x,
        "y0": 0,
        "y1": 1,
        "line": {"color": theme.muted, "width": theme.px(1.2), "dash": "dash"},
        "layer": "below",
    }


def _rule_name(x: float | None, words: str, theme: Theme) -> dict[str, Any]:
    return {
        "x": x,
        "yref": "paper",
        "y": 1,
        "text": words,
        "showarrow": False,
        "yanchor": "bottom",
        "font": {"size": theme.px(12), "color": theme.muted},
    }
