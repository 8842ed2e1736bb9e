"""A table of shares as colours around a target: blue above it, orange below, the number in every cell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fulfillment_bi.charts.bars import shortened
from fulfillment_bi.charts.theme import Theme, layout

LEAST_SPREAD, MOST_SPREAD = 0.03, 0.12


@dataclass(frozen=True, slots=True)
class Cell:
    """One crossing; `value` None (nothing due) stays empty."""

    value: float | None
    words: str
    sentence: str
    click: str = ""


def heat(
    rows: Sequence[str],
    columns: Sequence[str],
    cells: Mapping[tuple[str, str], Cell],
    theme: Theme,
    language: str,
    *,
    middle: float,
    longest: int = 10,
    falls: bool = False,
) -> dict[str, Any]:
    """Rows from top to bottom, columns from left to right; `middle` is where blue turns to orange.

    With `falls` less is better: what lies below the middle is blue.
    """
    worst, best = (theme.high, theme.low) if falls else (theme.low, theme.high)
    empty = Cell(None, "", "")
    grid = [[cells.get((row, column), empty) for column in columns] for row in rows]
    values = [cell.value for line in grid for cell in line if cell.value is not None]
    # One hopeless cell must not wash out the differences between the others.
    spread = min(max([abs(value - middle) for value in values] + [LEAST_SPREAD]), MOST_SPREAD)
    return {
        "data": [
            {
                "type": "heatmap",
                "z": [[cell.value for cell in line] for line in grid],
                "x": list(range(len(columns))),
                "y": list(range(len(rows))),
                "text": [[cell.words for cell in line] for line in grid],
                "texttemplate": "%{text}",
                "textfont": {"size": theme.px(13), "color": theme.text},
                "hovertext": [[cell.sentence for cell in line] for line in grid],
                "hoverinfo": "text",
                "hoverongaps": False,
                "customdata": [[cell.click for cell in line] for line in grid],
                "colorscale": [[0, worst], [0.5, theme.middle], [1, best]],
                "zmin": middle - spread,
                "zmax": middle + spread,
                "showscale": False,
                "xgap": theme.px(3),
                "ygap": theme.px(3),
            }
        ],
        "layout": layout(
            theme,
            language,
            xaxis={
                **_axis(columns, theme, longest),
                "side": "top",
                "tickfont": {"size": theme.px(11), "color": theme.text},
            },
            yaxis={**_axis(rows, theme, longest + 2), "autorange": "reversed"},
            margin={"t": theme.px(4), "r": theme.px(4), "b": theme.px(4)},
        ),
    }


def _axis(names: Sequence[str], theme: Theme, longest: int) -> dict[str, Any]:
    return {
        "tickmode": "array",
        "tickvals": list(range(len(names))),
        "ticktext": [shortened(name, longest) for name in names],
        "tickfont": {"size": theme.px(12), "color": theme.text},
        "showgrid": False,
        "automargin": True,
        "tickangle": 0,
    }
