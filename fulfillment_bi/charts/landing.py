"""Where the part of a line that is not final will land: a thin dashed line in a soft band, the interval."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from fulfillment_bi.charts.theme import Theme, faded


@dataclass(frozen=True, slots=True)
class Range:
    """The projected value of one day, week or month, and its interval, as drawn."""

    day: date
    projected: float
    low: float
    high: float


def band(ranges: Sequence[Range], theme: Theme) -> list[dict[str, Any]]:
    """The traces, nothing without ranges; they have no hover of their own, the points say it."""
    if not ranges:
        return []
    days = [one.day.isoformat() for one in ranges]
    shared = {"type": "scatter", "mode": "lines", "hoverinfo": "skip"}
    interval = {
        **shared,
        "x": [*days, *reversed(days)],
        "y": [*(one.low for one in ranges), *(one.high for one in reversed(ranges))],
        "fill": "toself",
        "fillcolor": faded(theme.accent, 0.16),
        "line": {"width": 0, "color": "rgba(0,0,0,0)"},
    }
    middle = {
        **shared,
        "x": days,
        "y": [one.projected for one in ranges],
        "line": {"color": faded(theme.accent, 0.8), "width": theme.px(1.2), "dash": "dash"},
    }
    return [interval, middle]
