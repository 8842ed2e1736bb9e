"""Channel by warehouse as a heat map; where the data have only one of each, the regions instead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from fulfillment_bi.charts import theme as look
from fulfillment_bi.charts.bars import Bar, bars, shortened
from fulfillment_bi.charts.heat import Cell, heat
from fulfillment_bi.metrics.query import Query, Result
from fulfillment_bi.web import wording
from fulfillment_bi.web.state import View, change
from fulfillment_bi.web.tile import Answers, Figure, Shown, Tile

MOST_ROWS, MOST_COLUMNS, MOST_BARS = 8, 7, 8


def crossing(page: str, rows: str = "channel", columns: str = "warehouse", instead: str = "region") -> Tile:
    """The order fulfilment rate at each crossing, coloured around the target."""

    def ask(view: View) -> Mapping[str, Query]:
        return {
            "cells": view.query("otif", by=(rows, columns), compare="none"),
            "instead": view.query("otif", by=(instead,), compare="none"),
        }

    def shown_of(answers: Answers) -> Result:
        cells = _placed(answers["cells"], columns)
        return cells if _crosses(cells, (rows, columns)) else answers["instead"]

    def show(view: View, answers: Answers) -> Shown:
        cells = _placed(answers["cells"], columns)
        if _crosses(cells, (rows, columns)):
            records = [record for record in cells.records() if record["otif_d"]]
            across, down = _largest(records, columns, MOST_COLUMNS), _largest(records, rows, MOST_ROWS)
            title = view.text("crossing.title", rows=view.dimension(rows), columns=view.dimension(columns))
            return Shown(_heat(view, cells, rows, columns, down, across), title, view.text("crossing.note"))
        title = view.text("crossing.instead", dimension=view.dimension(instead))
        ranked = [record for record in answers["instead"].records() if record["otif_d"] and record["otif"] != 1]
        if not ranked:
            return Shown(look.nothing(view.theme, view.language, view.text("empty.period")), title)
        return Shown(_ranked(view, answers["instead"], ranked, instead), title, view.text("crossing.worst"))

    return Tile(f"{page}-crossing", "chart", ask, show, "otif", shown_of=shown_of)


def _placed(cells: Result, columns: str) -> Result:
    """Without the orders that have no member yet (not sent, or cancelled before), unless no order has one."""
    at = cells.columns.index(columns)
    placed = tuple(row for row in cells.rows if row[at] != "unknown")
    return replace(cells, rows=placed) if placed else cells


def _crosses(cells: Result, dimensions: Sequence[str]) -> bool:
    """Whether there is more than one member of either dimension to compare."""
    records = [record for record in cells.records() if record["otif_d"]]
    return any(len({record[dimension] for record in records}) > 1 for dimension in dimensions)


def _largest(records: Sequence[Mapping[str, Any]], dimension: str, most: int) -> list[str]:
    size: dict[str, float] = {}
    for record in records:
        size[record[dimension]] = size.get(record[dimension], 0) + record["otif_d"]
    largest = sorted(size, key=lambda name: -size[name])[:most]
    return sorted(largest, key=lambda name: name == "several")


def _heat(
    view: View,
    result: Result,
    rows: str,
    columns: str,
    down: Sequence[str],
    across: Sequence[str],
) -> Figure:
    cells = {}
    for record in (record for record in result.records() if record["otif_d"]):
        value = wording.value_of(record, "otif", result)
        row, column = record[rows], record[columns]
        head = f"{view.member(rows, row)} × {view.member(columns, column)}"
        cells[row, column] = Cell(
            value.value,
            wording.shown(view.language, value).rstrip("%"),
            wording.sentence(view.language, head, value),
            change(**{rows: row, columns: column}),
        )
    names = {row: view.member(rows, row) for row in down} | {column: view.member(columns, column) for column in across}
    shown = {(row, column): cell for (row, column), cell in cells.items() if row in down and column in across}
    figure = heat(down, across, shown, view.theme, view.language, middle=wording.target_of(result, "otif") or 0.95)
    return named(figure, names, down, across)


def named(
    figure: Figure, names: Mapping[str, str], down: Sequence[str], across: Sequence[str], longest: int = 10
) -> Figure:
    """The heat map with its members by their shown names, columns cut at `longest`."""
    figure["layout"]["xaxis"]["ticktext"] = [wording.escaped(shortened(names[name], longest)) for name in across]
    figure["layout"]["yaxis"]["ticktext"] = [wording.escaped(shortened(names[name], longest + 2)) for name in down]
    return figure


def _ranked(view: View, result: Result, records: Sequence[dict[str, Any]], dimension: str) -> Figure:
    """Failures lost by member: size and rate together decide where to look."""
    worst = sorted(records, key=lambda record: (record["otif_n"] or 0) - record["otif_d"])[:MOST_BARS]
    items = []
    for record in worst:
        value = wording.value_of(record, "otif", result)
        name = view.member(dimension, record[dimension])
        failed = (value.d or 0) - (value.n or 0)
        words = f"{failed:,.0f} · {wording.shown(view.language, value)}"
        colour = {"good": "accent", "flat": "accent", "bad": "bad", "alarm": "bad"}[wording.status(value)]
        items.append(
            Bar(
                name,
                failed,
                words,
                wording.sentence(view.language, name, value),
                change(**{dimension: record[dimension]}),
                colour,
            )
        )
    return bars(items, view.theme, view.language)
