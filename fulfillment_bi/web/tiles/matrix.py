"""Two dimensions against each other: where a rate is bad, and how healthy each class of stock is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fulfillment_bi.charts import theme as look
from fulfillment_bi.charts.heat import Cell, heat
from fulfillment_bi.i18n import numbers
from fulfillment_bi.metrics.catalog import METRICS
from fulfillment_bi.metrics.dimensions import DIMENSIONS
from fulfillment_bi.metrics.query import Query
from fulfillment_bi.web import wording
from fulfillment_bi.web.state import View, change
from fulfillment_bi.web.tile import Answers, Shown, Tile
from fulfillment_bi.web.tiles.crossing import named

MOST_ROWS, MOST_COLUMNS = 8, 8
HEALTH, VALUE = "stock_health", "excess_stock_share"
FULL = 100


def matrix(page: str, metric: str, rows: str, columns: str) -> Tile:
    """A rate at each crossing; the largest members of either dimension, the worst row on top."""

    def ask(view: View) -> Mapping[str, Query]:
        return {"cells": view.query(metric, by=(rows, columns), compare="none")}

    def show(view: View, answers: Answers) -> Shown:
        found = answers["cells"]
        title = view.text(f"card.{page}_matrix")
        records = [record for record in found.records() if record[f"{metric}_d"]]
        if not records:
            return Shown(look.nothing(view.theme, view.language, view.text(f"card.{page}_none")), title)
        falls = METRICS[metric].direction == "down"
        down = _worst_first(records, metric, rows, _largest(records, metric, rows, MOST_ROWS), falls)
        across = _largest(records, metric, columns, MOST_COLUMNS)
        cells = {}
        for record in records:
            value = wording.value_of(record, metric, found)
            head = f"{view.member(rows, record[rows])} × {view.member(columns, record[columns])}"
            cells[record[rows], record[columns]] = Cell(
                value.value,
                wording.shown(view.language, value).rstrip("%"),
                wording.sentence(view.language, head, value),
                change(**{rows: record[rows], columns: record[columns]}),
            )
        middle = wording.target_of(found, metric) or 0.0
        figure = heat(down, across, cells, view.theme, view.language, middle=middle, falls=falls)
        names = {name: view.member(rows, name) for name in down}
        names |= {name: view.member(columns, name) for name in across}
        return Shown(named(figure, names, down, across), title, view.text(f"card.{page}_matrix_note"))

    return Tile(f"{page}-matrix", "chart", ask, show, metric)


def _sums(records: Sequence[Mapping[str, Any]], metric: str, dimension: str, part: str) -> dict[str, float]:
    sums: dict[str, float] = {}
    for record in records:
        sums[record[dimension]] = sums.get(record[dimension], 0.0) + float(record[f"{metric}_{part}"] or 0)
    return sums


def _largest(records: Sequence[Mapping[str, Any]], metric: str, dimension: str, most: int) -> list[str]:
    size = _sums(records, metric, dimension, "d")
    return sorted(size, key=lambda name: (-size[name], name))[:most]


def _worst_first(
    records: Sequence[Mapping[str, Any]], metric: str, dimension: str, kept: Sequence[str], falls: bool
) -> list[str]:
    n, d = _sums(records, metric, dimension, "n"), _sums(records, metric, dimension, "d")
    return sorted(kept, key=lambda name: n[name] / d[name], reverse=falls)


def health(page: str) -> Tile:
    """Value and steadiness of what is sold (ABC by XYZ): the money in each class, its items, and their health."""

    def ask(view: View) -> Mapping[str, Query]:
        return {name: view.query(name, by=("abc", "xyz"), compare="none") for name in (HEALTH, VALUE)}

    def show(view: View, answers: Answers) -> Shown:
        points = {(record["abc"], record["xyz"]): record for record in answers[HEALTH].records()}
        values = {
            (record["abc"], record["xyz"]): float(record[f"{VALUE}_d"] or 0) for record in answers[VALUE].records()
        }
        title = view.text("card.inventory_health")
        whole = sum(values.values())
        if not any(record[f"{HEALTH}_d"] for record in points.values()):
            return Shown(look.nothing(view.theme, view.language, view.text("card.inventory_none")), title)
        cells = {
            place: _class(view, place, record, values.get(place, 0.0), whole, answers)
            for place, record in points.items()
            if record[f"{HEALTH}_d"]
        }
        down, across = ([one for one in DIMENSIONS[name].members if _occurs(cells, one)] for name in ("abc", "xyz"))
        middle = (wording.target_of(answers[HEALTH], HEALTH) or FULL) / FULL
        figure = heat(down, across, cells, view.theme, view.language, middle=middle)
        names = {name: view.label("abc", name) for name in down} | {name: view.label("xyz", name) for name in across}
        return Shown(named(figure, names, down, across, longest=20), title, view.text("card.inventory_health_note"))

    return Tile(f"{page}-health", "chart", ask, show, HEALTH, filed=(HEALTH, VALUE))


def _occurs(cells: Mapping[tuple[str, str], Cell], member: str) -> bool:
    return any(member in place for place in cells)


def _class(
    view: View, place: tuple[str, str], record: dict[str, Any], value: float, whole: float, answers: Answers
) -> Cell:
    points = wording.value_of(record, HEALTH, answers[HEALTH])
    money, items = numbers.compact(view.language, value), numbers.number(view.language, points.d)
    score = numbers.number(view.language, points.value)
    share = numbers.percent(view.language, value / whole if whole else None, digits=0)
    words = view.text("card.inventory_health_cell", value=money, items=items, score=score)
    hover = view.text("card.inventory_health_hover", value=money, share=share, items=items, score=score)
    head = f"{view.label('abc', place[0])} × {view.label('xyz', place[1])}"
    filled = None if points.value is None else points.value / FULL
    return Cell(filled, words, f"<b>{head}</b><br>{hover}", change(abc=place[0], xyz=place[1]))
