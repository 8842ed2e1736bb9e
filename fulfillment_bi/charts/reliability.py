"""Whether told probabilities hold: what was told against what came; on the diagonal they are true."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fulfillment_bi.charts.theme import Theme, layout

SMALLEST, LARGEST = 8, 26


@dataclass(frozen=True, slots=True)
class Told:
    """A class of probability: what it was told on average, the share that came, cases, and the hover's sentence."""

    told: float
    came: float
    cases: int
    sentence: str


def reliability(classes: Sequence[Told], names: tuple[str, str], theme: Theme, language: str) -> dict[str, Any]:
    """The figure; the area of a mark says how many cases it stands for. `names`: of both axes."""
    most = max((one.cases for one in classes), default=1)
    sizes = [theme.px(SMALLEST + (LARGEST - SMALLEST) * (one.cases / most) ** 0.5) for one in classes]
    axis = {"range": [-0.03, 1.05], "tickformat": ".0%", "nticks": 6, "showgrid": True}
    return {
        "data": [
            {
                "type": "scatter", "mode": "lines", "x": [0, 1], "y": [0, 1], "hoverinfo": "skip",
                "line": {"color": theme.previous, "width": theme.px(1.2), "dash": "dash"},
            },
            {
                "type": "scatter", "mode": "lines+markers",
                "x": [one.told for one in classes], "y": [one.came for one in classes],
                "line": {"color": theme.accent, "width": theme.px(1.6)},
                "marker": {"size": sizes, "color": theme.accent, "line": {"width": theme.px(1.5), "color": theme.card}},
                "hovertext": [one.sentence for one in classes], "hoverinfo": "text",
            },
        ],
        "layout": layout(
            theme, language,
            xaxis={**axis, "title": {"text": names[0], "font": {"size": theme.px(12), "color": theme.muted}}},
            yaxis={**axis, "title": {"text": names[1], "font": {"size": theme.px(12), "color": theme.muted}}},
        ),
    }  # fmt: skip
