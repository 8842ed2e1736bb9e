"""What a broken promise costs, kind by kind, against kept ones like it."""

from __future__ import annotations

from typing import Any

from dash import html

from fulfillment_bi.i18n import numbers
from fulfillment_bi.insight.cost import Cost, money_of_failure
from fulfillment_bi.reports.table import Stamp, Table
from fulfillment_bi.web import parts
from fulfillment_bi.web.state import View, explaining
from fulfillment_bi.web.tile import Shown, Tile

SHARES = ("complaint", "repurchase")
BEHIND = {"complaint": "complaint_rate", "refund": "refund_rate", "compensation": "compensation_cost"}
"""Kind -> the metric whose rows are behind it."""


def cost(page: str) -> Tile:
    """A table of differences with their intervals."""

    def tell(view: View, workspace: Any) -> Shown:
        title = view.text("cost.title")
        found = [one for one in _found(view, workspace) if one.difference is not None]
        if not found:
            return Shown(parts.nothing(title, view.text("cost.none")), title)
        head = [view.text(f"cost.{name}") for name in ("row", "failed", "kept", "difference")]
        most = max(found, key=lambda one: one.matched)
        matched, failed = (numbers.number(view.language, count) for count in (most.matched, most.failed))
        note = view.text("cost.note", matched=matched, failed=failed)
        return Shown(parts.table(head, [_row(view, one) for one in found], (1, 2, 3)), title, note)

    def table(view: View, workspace: Any) -> Table:
        columns = ("kind", "failed", "kept", "difference", "low", "high", "matched", "orders")
        rows = [
            (
                view.label("cost", one.kind), one.failed_mean, one.kept_mean, one.difference, one.low, one.high,
                one.matched, one.failed,
            )
            for one in _found(view, workspace)
        ]  # fmt: skip
        return Table("cost", columns, rows, Stamp(view.as_of, view.timezone, view.days(), view.version))

    return Tile(f"{page}-cost", "html", tell=tell, table=table)


def paid(view: View, workspace: Any, orders: float) -> str:
    """About what so many failed orders cost in refunds and compensation; a dash where that is not known."""
    each = money_of_failure(_found(view, workspace))
    return numbers.DASH if each is None else numbers.number(view.language, orders * each, 0)


def _found(view: View, workspace: Any) -> tuple[Cost, ...]:
    if view.base.start is None:
        return ()
    found: tuple[Cost, ...] = workspace.cost_of_failure(view.base.start, view.base.end or view.today)
    return found


def _row(view: View, one: Cost) -> list[Any]:
    def told(value: float | None) -> str:
        if value is None:
            return numbers.DASH
        return numbers.percent(view.language, value) if one.kind in SHARES else numbers.number(view.language, value, 1)

    interval = f"{told(one.difference)} [{told(one.low)}, {told(one.high)}]"
    name: Any = view.label("cost", one.kind)
    if one.kind in BEHIND:
        name = html.Button(name, className="cell", type="button", **parts.data(go=explaining(BEHIND[one.kind])))
    return [name, told(one.failed_mean), told(one.kept_mean), html.B(interval)]
