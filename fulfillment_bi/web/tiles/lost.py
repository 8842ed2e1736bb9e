"""What was not sold because nothing was there: the SKUs that lost most money, how many units, and for how long."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dash import html

from fulfillment_bi.i18n import numbers
from fulfillment_bi.metrics.catalog import METRICS
from fulfillment_bi.metrics.query import Filter, Query, Result
from fulfillment_bi.web import parts, wording
from fulfillment_bi.web.state import View, explaining, nothing_key
from fulfillment_bi.web.tile import Answers, Shown, Tile
from fulfillment_bi.web.tiles.listing import product

VALUE, UNITS, OUT = "lost_sales_value", "lost_sales", "stockout_rate_sku_day"
MOST = 8


def lost_sales(page: str) -> Tile:
    """A table of the first SKUs; its file has all of them."""

    def ask(view: View) -> Mapping[str, Query]:
        first = view.query(VALUE, by=("sku",), compare="none", order_by=f"-{VALUE}", limit=MOST)
        return {"first": first, "whole": view.query(VALUE, compare="none"), "out": view.query(OUT, compare="none")}

    def ask_file(view: View) -> Mapping[str, Query]:
        sorted_by = {VALUE: f"-{VALUE}"}
        return {
            name: view.query(name, by=("sku",), compare="none", order_by=sorted_by.get(name))
            for name in (VALUE, UNITS, OUT)
        }

    def show_with(view: View, answers: Answers, workspace: Any) -> Shown:
        values = {str(record["sku"]): record for record in answers["first"].records() if record[VALUE]}
        whole = float(answers["whole"].value(VALUE) or 0)
        title = view.text("card.inventory_lost")
        if not answers["out"].value(f"{OUT}_d"):
            return Shown(parts.empty(view, nothing_key(METRICS[VALUE])), title)
        if not values or not whole:
            return Shown(parts.empty(view, "card.inventory_lost_none"), title)
        skus = tuple(values)
        kept = Filter("sku", skus)
        asked = [_of(view.query(name, by=("sku",), compare="none"), kept) for name in (UNITS, OUT)]
        units, out = workspace.run_all(asked)
        names = {one.value: one.label for one in workspace.members("sku", "", len(skus), (kept,))}
        money = {
            sku: _money(view, sku, float(values[sku][VALUE]), float(values[skus[0]][VALUE]), whole) for sku in skus
        }
        rows = [
            [product(view, sku, names.get(sku, sku)), money[sku], *_besides(view, sku, (units, out))] for sku in skus
        ]
        head = [view.dimension("sku"), view.short(VALUE), view.short(UNITS), view.text("card.inventory_lost_days")]
        share = sum(float(record[VALUE]) for record in values.values()) / whole
        note = view.text(
            "card.inventory_lost_note",
            count=len(values),
            share=numbers.percent(view.language, share, digits=0),
            whole=numbers.compact(view.language, whole),
        )
        return Shown(parts.table(head, rows, (1, 2, 3)), title, note)

    return Tile(
        f"{page}-lost", "html", ask, metric=VALUE, show_with=show_with, ask_file=ask_file, filed=(VALUE, UNITS, OUT)
    )


def _of(query: Query, kept: Filter) -> Query:
    return query.but(where=(*(each for each in query.where if each.dimension != kept.dimension), kept))


def _money(view: View, sku: str, value: float, largest: float, whole: float) -> html.Button:
    """The money lost, as a bar beside the largest, and its share of all that was lost."""
    return html.Button(
        [
            numbers.compact(view.language, value),
            html.Span(html.I(style={"width": f"{value / largest:.1%}"}), className="meter"),
            html.Span(numbers.percent(view.language, value / whole, digits=0), className="meter-share"),
        ],
        className="cell num",
        type="button",
        **parts.data(go=explaining(VALUE, "numerator", sku=sku)),
    )


def _besides(view: View, sku: str, others: Sequence[Result]) -> list[Any]:
    cells = []
    for result in others:
        metric = result.query.metrics[0]
        record = next((each for each in result.records() if str(each["sku"]) == sku), {})
        shown = wording.value_of(record, metric, result)
        cells.append(parts.number_cell(view, shown, explaining(metric, "numerator", sku=sku)))
    return cells
