"""A waterfall: from one number to another, one floating step for each part, their sizes summing to the change.

Steps lie down, so that names have room, and float between two lines, so that no bar has a cut base. The first row and
the last name the two numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fulfillment_bi.charts.bars import Bar, post, row_names, step_label, thickness, width
from fulfillment_bi.charts.theme import Theme, layout

LONGEST_NAME = 27


def waterfall(before: Bar, after: Bar, steps: Sequence[Bar], theme: Theme, language: str) -> dict[str, Any]:
    """From `before` to `after`: each step's `value` is what it added, in the same unit."""
    start, end = before.value or 0.0, after.value or 0.0
    ends = [start]
    for step in steps:
        ends.append(ends[-1] + (step.value or 0.0))
    low, high = min(*ends, end), max(*ends, end)
    room = max(high - low, 1e-9) * 0.05
    rows = [before, *steps, after]
    mark = max(high - low, 1e-9) * 0.006
    return {
        "data": [
            {
                "type": "bar",
                "orientation": "h",
                "y": list(range(len(rows))),
                "x": [mark, *(step.value or 0.0 for step in steps), mark],
                "base": [start - mark / 2, *ends[:-1], end - mark / 2],
                "marker": {"color": [getattr(theme, row.colour) for row in rows], "cornerradius": theme.px(2)},
                "customdata": [row.click for row in rows],
                "hovertext": [row.sentence for row in rows],
                "hoverinfo": "text",
                "width": thickness(len(rows)),
            }
        ],
        "layout": layout(
            theme,
            language,
            xaxis={"visible": False, "range": [low - room, high + room]},
            yaxis=row_names([row.name for row in rows], theme, LONGEST_NAME),
            margin={"t": theme.px(4), "b": theme.px(2), "r": max(width(row.words) for row in rows) * theme.px(7.4)},
            shapes=[
                post(start, theme.muted, theme),
                post(end, theme.text, theme),
                *(_joint(at, row, theme) for row, at in enumerate(ends)),
            ],
            annotations=[step_label(at, row.words, theme) for at, row in enumerate(rows)],
        ),
    }


def _joint(x: float, row: int, theme: Theme) -> dict[str, Any]:
    """A thin line from the end of one row to the start of the next."""
    line = {"color": theme.previous, "width": theme.px(1)}
    return {"type": "line", "x0": x, "x1": x, "y0": row, "y1": row + 1, "line": line, "layer": "below"}
