"""Bars: what a reader compares. They lie down, so that names have room; they start at zero; each says its number.

`bars` ranks members, `broken` walks from 100 % down to the share that kept its promise, `stages` shows the median and
the P90 of each stage against the same axis.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fulfillment_bi.charts.theme import Theme, faded, layout
from fulfillment_bi.i18n import numbers

LONGEST_NAME = 16


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: `words` stand at its end, `colour` is a name of the theme (accent, good, bad, alarm, soft)."""

    name: str
    value: float | None
    words: str
    sentence: str
    click: str = ""
    colour: str = "accent"


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage's median and 90th percentile in days; `before` its median in the compared period."""

    name: str
    median: float | None
    slow: float | None
    words: str
    sentence: str
    click: str = ""
    bottleneck: bool = False
    before: float | None = None


def shortened(name: str, longest: int = LONGEST_NAME) -> str:
    """A name that fits beside its bar (Chinese characters are twice as wide); the hover has all of it."""
    width, kept = 0, ""
    for character in name:
        width += 2 if ord(character) > 0x2E7F else 1
        if width > longest:
            return kept.rstrip() + "…"
        kept += character
    return name


def bars(items: Sequence[Bar], theme: Theme, language: str, *, longest: int = LONGEST_NAME) -> dict[str, Any]:
    """Horizontal bars from zero, the first on top."""
    top = max((abs(item.value) for item in items if item.value is not None), default=1.0) or 1.0
    column = max((width(item.words) for item in items), default=8) * theme.px(7.4) + theme.px(8)
    return {
        "data": [
            {
                "type": "bar",
                "orientation": "h",
                "y": list(range(len(items))),
                "x": [item.value or 0 for item in items],
                "marker": {"color": [getattr(theme, item.colour) for item in items], "cornerradius": theme.px(3)},
                "text": [item.words for item in items],
                "textposition": "outside",
                "textfont": {"size": theme.px(13), "color": theme.text},
                "cliponaxis": False,
                "customdata": [item.click for item in items],
                "hovertext": [item.sentence for item in items],
                "hoverinfo": "text",
                "width": thickness(len(items)),
            }
        ],
        "layout": layout(
            theme,
            language,
            xaxis={"visible": False, "range": [0, top]},
            yaxis=row_names([item.name for item in items], theme, longest),
            margin={"r": column},
            bargap=0.3,
        ),
    }


def broken(
    kept: float, items: Sequence[Bar], theme: Theme, language: str, *, kept_name: str, all_name: str
) -> dict[str, Any]:
    """From 100 % down to `kept` (a fraction): one floating step for each reason, their sizes summing to the gap.

    Steps float between two labelled lines, so no bar has a cut base.
    """
    right, data_left, data_size = 1.0, [], []
    for item in items:
        size = item.value or 0.0
        right -= size
        data_left.append(right)
        data_size.append(size)
    gap = max(1 - kept, 0.002)
    low, high = kept - gap * 0.04, 1 + gap * 0.02
    column = max((width(item.words) for item in items), default=8) * theme.px(7.2)
    return {
        "data": [
            {
                "type": "bar",
                "orientation": "h",
                "y": list(range(len(items))),
                "x": data_size,
                "base": data_left,
                "marker": {"color": [getattr(theme, item.colour) for item in items], "cornerradius": theme.px(2)},
                "customdata": [item.click for item in items],
                "hovertext": [item.sentence for item in items],
                "hoverinfo": "text",
                "width": thickness(len(items)),
            }
        ],
        "layout": layout(
            theme,
            language,
            xaxis={"visible": False, "range": [low, high]},
            yaxis=row_names([item.name for item in items], theme, LONGEST_NAME),
            margin={"t": theme.px(24), "b": theme.px(2), "r": column},
            shapes=[post(kept, theme.muted, theme), post(1.0, theme.muted, theme)],
            annotations=[
                post_label(kept, kept_name, theme, "left"),
                post_label(1.0, all_name, theme, "right"),
                *(step_label(at, item.words, theme) for at, item in enumerate(items)),
            ],
        ),
    }


def stages(items: Sequence[Stage], theme: Theme, language: str, *, longest: int = LONGEST_NAME) -> dict[str, Any]:
    """Median as a bar, P90 as a thin line behind it, the compared period's median as a tick; in days from zero."""
    top = max((max(item.slow or 0, item.median or 0, item.before or 0) for item in items), default=1.0) or 1.0
    rows = list(range(len(items)))
    colours = [theme.bad if item.bottleneck else theme.accent for item in items]
    data: list[dict[str, Any]] = [
        {
            "type": "bar",
            "orientation": "h",
            "y": rows,
            "x": [item.slow or 0 for item in items],
            "width": 0.16,
            "marker": {"color": [faded(colour, 0.42) for colour in colours], "cornerradius": theme.px(2)},
            "hoverinfo": "skip",
        },
        {
            "type": "bar",
            "orientation": "h",
            "y": rows,
            "x": [item.median or 0 for item in items],
            "width": thickness(len(items)),
            "marker": {"color": colours, "cornerradius": theme.px(3)},
            "customdata": [item.click for item in items],
            "hovertext": [item.sentence for item in items],
            "hoverinfo": "text",
        },
    ]
    known = [(row, item.before) for row, item in enumerate(items) if item.before is not None]
    if known:
        data.append(
            {
                "type": "scatter",
                "mode": "markers",
                "x": [value for _, value in known],
                "y": [row for row, _ in known],
                "marker": {
                    "symbol": "line-ns",
                    "size": theme.px(14),
                    "line": {"width": theme.px(2), "color": theme.text},
                },
                "hoverinfo": "skip",
            }
        )
    labels = [
        {
            "x": max(item.slow or 0, item.median or 0, item.before or 0),
            "y": row,
            "text": item.words,
            "showarrow": False,
            "xanchor": "left",
            "xshift": theme.px(6),
            "font": {"size": theme.px(13), "color": theme.bad if item.bottleneck else theme.text},
        }
        for row, item in enumerate(items)
    ]
    column = max((width(item.words) for item in items), default=8) * theme.px(7.4) + theme.px(10)
    return {
        "data": data,
        "layout": layout(
            theme,
            language,
            barmode="overlay",
            xaxis={"visible": False, "range": [0, top]},
            yaxis=row_names([item.name for item in items], theme, longest),
            margin={"r": column},
            annotations=labels,
        ),
    }


def row_names(names: Sequence[str], theme: Theme, longest: int) -> dict[str, Any]:
    """The axis of names, the first on top."""
    return {
        "tickmode": "array",
        "tickvals": list(range(len(names))),
        "ticktext": [shortened(name, longest) for name in names],
        "tickfont": {"size": theme.px(13), "color": theme.text},
        "range": [max(len(names), 3) - 0.45, -0.55],
        "showgrid": False,
        "automargin": True,
        "ticklabelstandoff": round(theme.px(4)),
    }


def thickness(count: int) -> float:
    """How much of its row a bar takes."""
    return 0.62 if count > 3 else 0.5


def width(words: str) -> int:
    """How many letters wide the words are; a Chinese character is two."""
    return sum(2 if ord(character) > 0x2E7F else 1 for character in words)


def post(x: float, colour: str, theme: Theme) -> dict[str, Any]:
    """A dashed line over the whole height, at a value that others are held against."""
    return {
        "type": "line",
        "yref": "paper",
        "x0": x,
        "x1": x,
        "y0": 0,
        "y1": 1,
        "line": {"color": colour, "width": theme.px(1.2), "dash": "dash"},
        "layer": "below",
    }


def post_label(x: float, words: str, theme: Theme, anchor: str) -> dict[str, Any]:
    """The name of such a line, above it."""
    return {
        "x": x,
        "yref": "paper",
        "y": 1,
        "text": words,
        "showarrow": False,
        "xanchor": anchor,
        "yanchor": "bottom",
        "font": {"size": theme.px(12), "color": theme.muted},
    }


def step_label(row: int, words: str, theme: Theme) -> dict[str, Any]:
    """The words of a step, in a column at the right: they never meet a bar or a name."""
    return {
        "xref": "paper",
        "x": 1,
        "y": row,
        "text": words,
        "showarrow": False,
        "xanchor": "left",
        "xshift": theme.px(8),
        "font": {"size": theme.px(13), "color": theme.text},
    }


def share_words(language: str, share: float | None, count: float | None) -> str:
    """The words at a step's end: points lost and orders, short."""
    lost = numbers.signed(language, -(share or 0) * 100, 1)
    if language == "zh":
        return f"{lost} 点 · {numbers.compact(language, count)} 单"
    return f"{lost} pts · {numbers.compact(language, count)}"
