"""Demand ahead: its course with the band, and how good the forecast is beside the naive one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np

from fulfillment_bi.charts import theme as look
from fulfillment_bi.charts.ahead import Stretch, ahead
from fulfillment_bi.documents.planning import FORECAST_COLUMNS, forecast_rows
from fulfillment_bi.forecast.course import Course, course
from fulfillment_bi.forecast.outlook import Outlook
from fulfillment_bi.forecast.panel import Whole
from fulfillment_bi.i18n import numbers
from fulfillment_bi.reports.table import Stamp, Table
from fulfillment_bi.web import parts
from fulfillment_bi.web.state import View
from fulfillment_bi.web.tile import Shown, Tile

DIMENSIONS = ("warehouse", "category", "sku")
"""What series can be filtered by."""


def forecast(page: str) -> Tile:
    """Units a day of all chosen series together."""

    def tell(view: View, workspace: Any) -> Shown:
        title = view.text("planning.forecast")
        outlook = workspace.outlook()
        chosen = np.zeros(0, dtype=np.int64) if outlook is None else chosen_series(view, outlook)
        if outlook is None or not len(chosen):
            return Shown(look.nothing(view.theme, view.language, view.text("planning.none_title")), title)
        found = course(outlook, chosen)

        def units(value: float) -> str:
            return numbers.number(view.language, value)

        def named(day: Any, value: float) -> str:
            return view.text("planning.forecast_hover", day=numbers.day(view.language, day), units=units(value))

        def between(at: int) -> str:
            return view.text(
                "planning.forecast_ahead",
                day=numbers.day(view.language, found.ahead[at]),
                units=units(float(found.mean[at])),
                low=units(float(found.low[at])),
                high=units(float(found.high[at])),
            )

        past, told, mean = found.actual.tolist(), found.told.tolist(), found.mean.tolist()
        figure = ahead(
            Stretch(found.past, past, [named(*pair) for pair in zip(found.past, past, strict=True)]),
            Stretch(found.told_days, told, [named(*pair) for pair in zip(found.told_days, told, strict=True)]),
            Stretch(
                found.ahead, mean, [between(at) for at in range(len(mean))], found.low.tolist(), found.high.tolist()
            ),
            (view.text("planning.actual"), view.text("planning.ahead")),
            view.theme,
            view.language,
        )
        note = view.text(
            "planning.forecast_note",
            total=units(sum(mean)),
            days=len(mean),
            error=numbers.percent(view.language, found.error),
        )
        return Shown(figure, title, " · ".join([note, *_sales(view, found, outlook)]))

    def table(view: View, workspace: Any) -> Table:
        outlook = workspace.outlook()
        rows = [] if outlook is None else forecast_rows(view.language, outlook, 1)
        kept = [] if outlook is None else [rows[at] for at in chosen_series(view, outlook).tolist()]
        return Table("forecast", FORECAST_COLUMNS, kept, stamp(view))

    return Tile(f"{page}-forecast", "chart", tell=tell, table=table)


MOST_SURPRISES = 3
"""More days on which far more came than was told are no sale but a bad forecast, and its error says so."""


def _sales(view: View, found: Course, outlook: Outlook) -> list[str]:
    """What sales did to the error of the past, and which ones to come history has not seen."""

    def days(many: Sequence[date]) -> str:
        return ", ".join(numbers.day(view.language, day) for day in many)

    words = []
    if 0 < len(found.surprises) <= MOST_SURPRISES:
        error = numbers.percent(view.language, found.error_usual)
        words.append(view.text("planning.forecast_surprise", days=days(found.surprises), error=error))
    if outlook.lent:
        words.append(view.text("planning.forecast_lent", days=days(outlook.lent)))
    return words


def accuracy(page: str) -> Tile:
    """A row for each class: losses beside the naive's, and the coverage of the quantiles."""

    def tell(view: View, workspace: Any) -> Shown:
        title = view.text("planning.accuracy")
        outlook = workspace.outlook()
        found = outlook.choices[1].found if outlook is not None else ()
        if outlook is None or not found:
            return Shown(parts.nothing(title, view.text("planning.accuracy_none")), title)
        head = [view.text(f"planning.{name}") for name in HEAD]

        def loss(value: float) -> str:
            return numbers.number(view.language, value, 3)

        rows = [
            [
                view.label("demand_class", one.kind),
                numbers.number(view.language, one.series),
                view.label("forecast_method", one.method.kind),
                loss(one.loss[0]),
                loss(one.naive_loss[0]),
                loss(one.loss[1]),
                loss(one.naive_loss[1]),
                numbers.percent(view.language, one.gain, digits=0),
                " / ".join(numbers.percent(view.language, share, digits=0) for share in one.coverage),
            ]
            for one in found
        ]
        note = view.text("planning.accuracy_note", day=numbers.day(view.language, outlook.chosen_on))
        return Shown(parts.table(head, rows, (1, *range(3, len(HEAD)))), title, note)

    def table(view: View, workspace: Any) -> Table:
        outlook = workspace.outlook()
        columns = ("class", "series", "method", "loss50", "naive50", "loss90", "naive90", "covered50", "covered90")
        rows = [
            (one.kind, one.series, one.method.kind, one.loss[0], one.naive_loss[0], one.loss[1], one.naive_loss[1],
             one.coverage[0], one.coverage[1])
            for one in (outlook.choices[1].found if outlook is not None else ())
        ]  # fmt: skip
        return Table("accuracy", columns, rows, stamp(view))

    return Tile(f"{page}-accuracy", "html", tell=tell, table=table)


HEAD = ("class", "series", "method", "loss50", "naive", "loss90", "naive", "gain", "covered")


def chosen_series(view: View, outlook: Outlook) -> Whole:
    """The places of the series within the page's filters."""
    series = outlook.series
    of = {"sku": series.sku, "warehouse": series.warehouse, "category": series.category}
    kept = np.ones(len(series), dtype=bool)
    for each in view.base.where:
        if each.dimension in of:
            kept &= np.isin(np.array(of[each.dimension], dtype=object).astype(str), each.values)
    return np.flatnonzero(kept)


def is_chosen(view: View, row: Any) -> bool:
    """Whether a line of a plan is within the page's filters."""
    return all(getattr(row, each.dimension) in each.values for each in view.base.where if hasattr(row, each.dimension))


def stamp(view: View) -> Stamp:
    """Where the numbers of a file come from."""
    return Stamp(view.as_of, view.timezone, view.filter_words() or "all", view.version)
