"""Open orders by their probability to be late, and whether such probabilities hold."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from dash import html

from fulfillment_bi.charts import theme as look
from fulfillment_bi.charts.reliability import Told, reliability
from fulfillment_bi.i18n import numbers
from fulfillment_bi.reports.table import Table
from fulfillment_bi.web import parts
from fulfillment_bi.web.state import View
from fulfillment_bi.web.tile import Shown, Tile
from fulfillment_bi.web.tiles.foresight import is_chosen, stamp

MOST = 10
COLUMNS = ("order_no", "channel", "warehouse", "stage", "promised_at", "value", "probability")


def late_orders(page: str) -> Tile:
    """The orders most likely to be late."""

    def tell(view: View, workspace: Any) -> Shown:
        title = view.text("planning.late")
        found = [one for one in workspace.lateness().open if is_chosen(view, one)]
        if not found:
            return Shown(parts.nothing(title, view.text("planning.late_none")), title)
        head = [view.label("column", "order_no"), *(view.dimension(name) for name in ("channel", "warehouse")),
                view.dimension("stage"), view.text("planning.promised"), view.text("planning.chance")]  # fmt: skip
        rows = []
        for one in found[:MOST]:
            address = f"/order/{quote(one.channel, safe='')}/{quote(one.order_no, safe='')}"
            rows.append(
                [
                    html.A(one.order_no, href=address, **parts.data(page=address)),
                    view.member("channel", one.channel),
                    view.member("warehouse", one.warehouse),
                    view.label("stage", one.stage),
                    parts.moment(view, one.promised_at.isoformat() + "Z"),
                    html.B(numbers.percent(view.language, one.probability, digits=0)),
                ]
            )
        expected = numbers.number(view.language, sum(one.probability for one in found))
        note = view.text("planning.late_note", expected=expected, count=numbers.number(view.language, len(found)))
        return Shown(parts.table(head, rows, (4, 5)), title, note)

    def table(view: View, workspace: Any) -> Table:
        found = [one for one in workspace.lateness().open if is_chosen(view, one)]
        rows = [tuple(getattr(one, name) for name in COLUMNS) for one in found]
        return Table("late", COLUMNS, rows, stamp(view), frozenset({"probability"}))

    return Tile(f"{page}-late", "html", tell=tell, table=table)


def calibration(page: str) -> Tile:
    """What was told on days that nothing was learnt from, against what came."""

    def tell(view: View, workspace: Any) -> Shown:
        title = view.text("planning.calibration")
        found = workspace.lateness()
        if found.brier is None:
            return Shown(look.nothing(view.theme, view.language, view.text("planning.calibration_none")), title)

        def words(one: Any) -> str:
            return view.text(
                "planning.calibration_hover",
                told=numbers.percent(view.language, one.told),
                late=numbers.percent(view.language, one.late),
                orders=numbers.number(view.language, one.orders),
            )

        classes = [Told(one.told, one.late, one.orders, words(one)) for one in found.calibration]
        names = (view.text("planning.calibration_told"), view.text("planning.calibration_came"))
        note = view.text(
            "planning.calibration_note",
            orders=numbers.number(view.language, found.orders),
            brier=numbers.number(view.language, found.brier, 3),
            plain=numbers.number(view.language, found.brier_plain, 3),
        )
        return Shown(reliability(classes, names, view.theme, view.language), title, note)

    def table(view: View, workspace: Any) -> Table:
        rows = [(one.low, one.high, one.orders, one.told, one.late) for one in workspace.lateness().calibration]
        columns = ("from", "to", "orders", "told", "late")
        return Table("calibration", columns, rows, stamp(view), frozenset({"from", "to", "told", "late"}))

    return Tile(f"{page}-calibration", "chart", tell=tell, table=table)
