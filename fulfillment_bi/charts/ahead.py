"""Units a day: what was, what had been forecast for it (dashed), and what is to come with the band it will lie in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from fulfillment_bi.charts.theme import Theme, faded, layout
from fulfillment_bi.i18n import numbers

ROOM = 1.12


@dataclass(frozen=True, slots=True)
class Stretch:
    """A line over days; `low` and `high` where it has a band, `sentences` for its hover."""

    days: Sequence[date]
    values: Sequence[float]
    sentences: Sequence[str]
    low: Sequence[float] = ()
    high: Sequence[float] = ()


def ahead(
    past: Stretch, told: Stretch, coming: Stretch, names: tuple[str, str], theme: Theme, language: str
) -> dict[str, Any]:
    """The figure; `names` are written on the past and the coming part."""
    most = max([*past.values, *coming.high, *told.values, 1.0])
    data: list[dict[str, Any]] = [
        {
            "type": "scatter",
            "mode": "lines",
            "x": [day.isoformat() for day in (*coming.days, *reversed(coming.days))],
            "y": [*coming.high, *reversed(coming.low)],
            "fill": "toself",
            "fillcolor": faded(theme.accent, 0.16),
            "line": {"width": 0, "color": "rgba(0,0,0,0)"},
            "hoverinfo": "skip",
        },
        _line(past, theme.text, theme, 1.8),
        _line(told, faded(theme.accent, 0.85), theme, 1.6, "dash"),
        _line(coming, theme.accent, theme, 2.4),
    ]
    start = coming.days[0].isoformat() if coming.days else None
    notes = [
        {
            "x": start, "y": 1, "xref": "x", "yref": "paper", "text": words, "showarrow": False, "yanchor": "top",
            "xanchor": anchor, "xshift": shift, "font": {"size": theme.px(12), "color": colour},
        }
        for words, anchor, shift, colour in (
            (names[0], "right", -8, theme.muted), (names[1], "left", 8, theme.accent),
        )
        if start
    ]  # fmt: skip
    edge = {
        "type": "line", "x0": start, "x1": start, "y0": 0, "y1": 1, "yref": "paper",
        "line": {"color": theme.previous, "width": theme.px(1), "dash": "dot"},
    }  # fmt: skip
    days = [*past.days, *coming.days]
    step = max(len(days) // 7, 1)
    ticks = days[::step]
    return {
        "data": data,
        "layout": layout(
            theme,
            language,
            xaxis={
                "type": "date",
                "showgrid": False,
                "tickmode": "array",
                "tickvals": [day.isoformat() for day in ticks],
                "ticktext": [numbers.day(language, day) for day in ticks],
            },
            yaxis={"range": [0, most * ROOM], "nticks": 5, "rangemode": "tozero"},
            margin={"t": theme.px(8), "r": theme.px(16), "b": theme.px(26)},
            shapes=[edge] if start else [],
            annotations=notes,
        ),
    }


def _line(stretch: Stretch, colour: str, theme: Theme, width: float, dash: str = "solid") -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "x": [day.isoformat() for day in stretch.days],
        "y": list(stretch.values),
        "line": {"color": colour, "width": theme.px(width), "dash": dash},
        "hovertext": list(stretch.sentences),
        "hoverinfo": "text",
    }
