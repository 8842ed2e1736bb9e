"""Where missing units come from: by origin, and the purchase orders that cost most orders."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dash import html

from fulfillment_bi.charts import theme as look
from fulfillment_bi.charts.bars import Bar, bars
from fulfillment_bi.i18n import numbers
from fulfillment_bi.metrics.query import Query
from fulfillment_bi.web import parts
from fulfillment_bi.web.state import View, explaining
from fulfillment_bi.web.tile import Answers, Shown, Tile
from fulfillment_bi.web.tiles.broken import FIXED
from fulfillment_bi.web.tiles.cost import paid
from fulfillment_bi.web.wording import escaped

UNITS, ORDERS = "short_units", "short_orders"
MOST = 8
NONE = "none"


def origins(page: str) -> Tile:
    """Units not in time for want of stock, by what they are traced to; a click lists the lines."""

    def ask(view: View) -> Mapping[str, Query]:
        return {"origins": view.query(UNITS, by=("short_origin",), compare="none", **FIXED)}

    def show(view: View, answers: Answers) -> Shown:
        title = view.text("why.origins")
        found = {str(row["short_origin"]): float(row[UNITS]) for row in answers["origins"].records() if row[UNITS]}
        units = sum(found.values())
        if not units:
            return Shown(look.nothing(view.theme, view.language, view.text("why.no_shortage")), title)
        items = []
        for origin in sorted(found, key=lambda one: -found[one]):
            name = view.label("short_origin", origin)
            share = numbers.percent(view.language, found[origin] / units, digits=0)
            words = f"{numbers.number(view.language, found[origin])} · {share}"
            go = explaining(UNITS, "numerator", short_origin=origin)
            items.append(Bar(name, found[origin], words, f"<b>{escaped(name)}</b><br>{words}", go))
        note = view.text("why.origins_note", count=numbers.number(view.language, units))
        return Shown(bars(items, view.theme, view.language), title, note)

    return Tile(f"{page}-origins", "chart", ask, show, UNITS)


def purchases(page: str) -> Tile:
    """The overdue purchase orders by the orders they cost, each with its lines."""

    def ask(view: View) -> Mapping[str, Query]:
        query = view.query(ORDERS, by=("po_no", "supplier"), compare="none", **FIXED)
        return {"purchases": query.but(metrics=(ORDERS, UNITS), order_by=f"-{ORDERS}")}

    def show(view: View, answers: Answers, workspace: Any) -> Shown:
        title = view.text("why.purchases")
        found = [row for row in answers["purchases"].records() if row["po_no"] != NONE]
        if not found:
            return Shown(parts.nothing(title, view.text("why.no_purchases")), title)
        dimensions = [view.dimension(name) for name in ("po_no", "supplier")]
        head = [*dimensions, view.text("why.cost_orders"), view.text("why.cost_units"), view.text("why.cost_money")]
        rows = [[*_row(view, row), paid(view, workspace, float(row[ORDERS] or 0))] for row in found[:MOST]]
        note = view.text("why.purchases_note", count=numbers.number(view.language, len(found)))
        return Shown(parts.table(head, rows, (2, 3, 4)), title, note)

    return Tile(f"{page}-purchases", "html", ask, metric=ORDERS, show_with=show)


def _row(view: View, row: Mapping[str, Any]) -> list[Any]:
    def opened(metric: str) -> html.Button:
        words = numbers.number(view.language, row[metric])
        go = explaining(metric, "numerator", po_no=row["po_no"])
        return html.Button(words, className="cell num", type="button", **parts.data(go=go))

    return [str(row["po_no"]), view.member("supplier", row["supplier"]), opened(ORDERS), opened(UNITS)]


def budget(page: str) -> Tile:
    """What the stages of failed orders took beyond their part of the promise, and where it broke first."""

    def ask(view: View) -> Mapping[str, Query]:
        return {
            "overrun": view.query("budget_overrun", by=("stage",), compare="none", **FIXED),
            "first": view.query("first_breaks", by=("stage",), compare="none", **FIXED),
        }

    def show(view: View, answers: Answers) -> Shown:
        title = view.text("why.budget")
        first = {str(row["stage"]): int(row["first_breaks"] or 0) for row in answers["first"].records()}
        found = [row for row in answers["overrun"].records() if row["budget_overrun"] is not None]
        if not found:
            return Shown(look.nothing(view.theme, view.language, view.text("broken.none")), title)
        items = [_stage(view, str(row["stage"]), float(row["budget_overrun"]), first) for row in found]
        return Shown(bars(items, view.theme, view.language), title, view.text("why.budget_note"))

    return Tile(f"{page}-budget", "chart", ask, show, "budget_overrun", filed=("overrun", "first"))


def _stage(view: View, stage: str, days: float, first: Mapping[str, int]) -> Bar:
    """Over its budget as a bar; time won back has no length, its words say it."""
    name = view.label("stage", stage)
    words = numbers.duration(view.language, days, sign=True)
    broke = view.text("why.first_breaks", count=numbers.number(view.language, first.get(stage, 0)))
    go = explaining("budget_overrun", "numerator", stage=stage)
    sentence = f"<b>{escaped(name)}</b>  {words}<br>{broke}"
    return Bar(name, max(days, 0.0), f"{words} · {broke}", sentence, go, "bad" if days > 0 else "good")
