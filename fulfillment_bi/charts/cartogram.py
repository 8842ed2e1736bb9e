"""China as tiles of equal size, one a province, coloured by a rate: a small province is as easy to see as a large one.

Positions are a data file of our own (provinces.toml), so no borders are drawn and none can be wrong.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from fulfillment_bi.charts.heat import Cell, heat
from fulfillment_bi.charts.theme import Theme

NAME_START = 2
"""So many characters tell one province from another: 广东, 广东省; 内蒙古, 内蒙古自治区."""


@dataclass(frozen=True, slots=True)
class Province:
    """A province's names and its place; `added` ones are drawn only where the data have them."""

    code: str
    zh: str
    short: str
    en: str
    row: int
    column: int
    added: bool = False

    def name(self, language: str) -> str:
        """广东 / Guangdong."""
        return self.zh if language == "zh" else self.en

    def mark(self, language: str) -> str:
        """粤 / GD: what fits into a tile."""
        return self.short if language == "zh" else self.code


@cache
def provinces() -> tuple[Province, ...]:
    """All of them, in the order of the file."""
    source = files(__package__).joinpath("provinces.toml").read_text(encoding="utf-8")
    return tuple(Province(**each) for each in tomllib.loads(source)["provinces"])


def province_of(name: str) -> Province | None:
    """The province that a region's name means, in Chinese however it ends, or in English; None for any other place."""
    words = name.strip()
    for each in provinces():
        if words[:NAME_START] == each.zh[:NAME_START] or words.casefold() == each.en.casefold():
            return each
    return None


def cartogram(cells: Mapping[str, Cell], theme: Theme, language: str, *, middle: float) -> dict[str, Any]:
    """The tiles; `cells` by province code. Provinces without one stand as empty tiles, `middle` is as in a heat map."""
    shown = [each for each in provinces() if each.code in cells or not each.added]
    rows = [str(row) for row in range(max(each.row for each in shown) + 1)]
    columns = [str(column) for column in range(max(each.column for each in shown) + 1)]
    placed = {(str(each.row), str(each.column)): cells[each.code] for each in shown if each.code in cells}
    figure = heat(rows, columns, placed, theme, language, middle=middle)
    figure["data"][0]["textfont"]["size"] = theme.px(12)
    hidden = {"visible": False, "showgrid": False}
    figure["layout"]["xaxis"] |= hidden | {"range": [-0.5, len(columns) - 0.5]}
    figure["layout"]["yaxis"] |= hidden | {"range": [len(rows) - 0.5, -0.5], "autorange": False}
    figure["layout"]["shapes"] = [_tile(each, theme) for each in shown if each.code not in cells]
    figure["layout"]["annotations"] = [_mark(each, theme, language) for each in shown if each.code not in cells]
    return figure


def _tile(each: Province, theme: Theme) -> dict[str, Any]:
    return {
        "type": "rect",
        "x0": each.column - 0.47,
        "x1": each.column + 0.47,
        "y0": each.row - 0.46,
        "y1": each.row + 0.46,
        "line": {"width": 0},
        "fillcolor": theme.grid,
        "layer": "below",
    }


def _mark(each: Province, theme: Theme, language: str) -> dict[str, Any]:
    return {
        "x": each.column,
        "y": each.row,
        "text": each.mark(language),
        "showarrow": False,
        "font": {"size": theme.px(12), "color": theme.muted},
    }
