"""What runs out, what to order or move, what is too much, and which purchase orders must not be late."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from dash import html

from fulfillment_bi.documents.planning import (
    BUY_COLUMNS,
    COUNT_COLUMNS,
    SURPLUS_COLUMNS,
    buy_reason,
    buy_rows,
    surplus_reason,
    surplus_rows,
)
from fulfillment_bi.forecast.counting import Count
from fulfillment_bi.forecast.planning import Awaited, Burning, Buy, Plan, Surplus
from fulfillment_bi.forecast.replenish import Policy
from fulfillment_bi.i18n import numbers
from fulfillment_bi.reports.table import Table
from fulfillment_bi.web import parts
from fulfillment_bi.web.state import View, change
from fulfillment_bi.web.tile import Shown, Tile
from fulfillment_bi.web.tiles.foresight import is_chosen, stamp

MOST = 10
TARGETS = (0.95, 0.97, 0.98, 0.99)
USUAL = Policy().target
Cells = list[Any]
ListOf = Callable[[Plan], Sequence[Any]]


def policy_of(view: View) -> Policy:
    """The target fill rate of the address."""
    try:
        target = float(view.state.param("target", str(USUAL)))
    except ValueError:
        target = USUAL
    return Policy(target=min(max(target, 0.5), 0.999))


def _planned(
    page: str,
    name: str,
    list_of: ListOf,
    head: Sequence[str],
    row: Callable[[View, Any], Cells],
    *,
    numeric: Sequence[int],
    texts: Sequence[int] = (),
    note: Callable[[View, Sequence[Any]], str],
    above: Callable[[View], Any] | None = None,
    table: Callable[[View, Any], Table],
) -> Tile:
    """A list of the plan as a table, its first rows."""

    def tell(view: View, workspace: Any) -> Shown:
        title = view.text(f"planning.{name}")
        plan = workspace.plan(policy_of(view))
        found = [] if plan is None else [one for one in list_of(plan) if is_chosen(view, one)]
        top = [above(view)] if above else []
        if plan is None or not found:
            return Shown([*top, parts.nothing(title, view.text(f"planning.{name}_none"))], title)
        names = [view.text(f"planning.{each}") if "." not in each else _dimension(view, each) for each in head]
        body = parts.table(names, [row(view, one) for one in found[:MOST]], numeric, texts)
        return Shown([*top, body], title, note(view, found))

    return Tile(f"{page}-{name}", "html", tell=tell, table=table)


def _dimension(view: View, name: str) -> str:
    return view.dimension(name.partition(".")[2])


def _item(view: View, one: Any) -> Cells:
    """The SKU, which opens the page for it alone, and its warehouse."""
    words = one.product if len(one.product) <= 26 else f"{one.product[:25]}…"
    sku = html.Button(words, className="cell", type="button", title=f"{one.sku} {one.product}",
                      **parts.data(go=change(sku=one.sku)))  # fmt: skip
    return [sku, view.member("warehouse", one.warehouse)]


def _number(view: View, value: float, digits: int = 0) -> str:
    return numbers.number(view.language, value, digits)


def burning(page: str) -> Tile:
    """Items that run out, those first that lose most."""

    def row(view: View, one: Burning) -> Cells:
        days = [_day(view, day) for day in (one.days_early, one.days, one.days_late)]
        return [*_item(view, one), _number(view, one.available), _number(view, one.on_order),
                _number(view, one.daily, 1), *days, _number(view, one.lost_value)]  # fmt: skip

    def note(view: View, found: Sequence[Burning]) -> str:
        lost = sum(one.lost_value for one in found)
        return view.text("planning.burn_note", count=_number(view, len(found)), lost=_number(view, lost))

    columns = (
        "sku", "product", "warehouse", "available", "on_order", "daily", "days_early", "days", "days_late",
        "lost_units", "lost_value",
    )  # fmt: skip
    head = ("d.sku", "d.warehouse", "available", "on_order", "daily", "out_early", "out_half", "out_late", "lost_value")
    return _planned(
        page, "burn", lambda plan: plan.burning, head, row, numeric=range(2, 9), note=note,
        table=_attributes("burn", columns, lambda plan: plan.burning),
    )  # fmt: skip


def _day(view: View, day: int | None) -> str:
    return view.text("planning.never") if day is None else view.text("planning.day", days=day)


def _attributes(name: str, columns: Sequence[str], list_of: ListOf) -> Callable[[View, Any], Table]:
    """The file of a list: every row within the filters, its fields as columns."""

    def table(view: View, workspace: Any) -> Table:
        plan = workspace.plan(policy_of(view))
        found = [] if plan is None else [one for one in list_of(plan) if is_chosen(view, one)]
        rows = [tuple(getattr(one, column) for column in columns) for one in found]
        return Table(name, tuple(columns), rows, stamp(view))

    return table


def buys(page: str) -> Tile:
    """The request list, each line with its reason; the target fill rate is chosen above it."""

    def row(view: View, one: Buy) -> Cells:
        source = view.member("warehouse", one.source) if one.is_transfer else one.supplier
        cost = numbers.DASH if one.is_transfer else _number(view, one.cost)
        return [*_item(view, one), html.B(_number(view, one.units)), source, cost, _number(view, one.urgency),
                buy_reason(view.language, one)]  # fmt: skip

    def note(view: View, found: Sequence[Buy]) -> str:
        cost = sum(one.cost for one in found)
        target = numbers.percent(view.language, policy_of(view).target, digits=0)
        return view.text("planning.buys_note", count=_number(view, len(found)), cost=_number(view, cost), target=target)

    def table(view: View, workspace: Any) -> Table:
        plan = workspace.plan(policy_of(view))
        rows = [] if plan is None else buy_rows(view.language, plan)
        kept = [line for line, one in zip(rows, plan.buys if plan else (), strict=True) if is_chosen(view, one)]
        return Table("request", BUY_COLUMNS, kept, stamp(view))

    def targets(view: View) -> html.Div:
        chosen = policy_of(view).target
        return html.Div(
            [
                html.Button(
                    numbers.percent(view.language, target, digits=0),
                    className="pill is-on" if target == chosen else "pill",
                    type="button",
                    **parts.data(go=change(target="" if target == USUAL else target)),
                )
                for target in TARGETS
            ],
            className="choices",
        )

    head = ("d.sku", "d.warehouse", "units", "from", "cost", "urgency", "reason")
    return _planned(
        page, "buys", lambda plan: plan.buys, head, row, numeric=(2, 4, 5), texts=(6,), note=note, above=targets,
        table=table,
    )  # fmt: skip


def surplus(page: str) -> Tile:
    """The opposite list."""

    def row(view: View, one: Surplus) -> Cells:
        cover = numbers.DASH if one.cover_days is None else _number(view, one.cover_days)
        return [*_item(view, one), _number(view, one.units), _number(view, one.value), cover,
                html.B(view.label("surplus", one.action), title=surplus_reason(view.language, one))]  # fmt: skip

    def note(view: View, found: Sequence[Surplus]) -> str:
        value = sum(one.value for one in found)
        return view.text("planning.surplus_note", count=_number(view, len(found)), value=_number(view, value))

    def table(view: View, workspace: Any) -> Table:
        plan = workspace.plan(policy_of(view))
        rows = [] if plan is None else surplus_rows(view.language, plan)
        kept = [line for line, one in zip(rows, plan.surplus if plan else (), strict=True) if is_chosen(view, one)]
        return Table("surplus", SURPLUS_COLUMNS, kept, stamp(view))

    head = ("d.sku", "d.warehouse", "units", "value", "cover", "action")
    return _planned(
        page, "surplus", lambda plan: plan.surplus, head, row, numeric=(2, 3, 4), note=note, table=table
    )  # fmt: skip


def counting(page: str) -> Tile:
    """Where to count first: stock that is in the books while lines go short for want of it."""

    def chosen(view: View, workspace: Any) -> list[Count]:
        return [one for one in workspace.count_plan() if is_chosen(view, one)]

    def tell(view: View, workspace: Any) -> Shown:
        title, found = view.text("planning.count"), chosen(view, workspace)
        if not found:
            return Shown(parts.nothing(title, view.text("planning.count_none")), title)
        head = [*(_dimension(view, name) for name in ("d.sku", "d.warehouse")),
                *(view.text(f"planning.{name}") for name in COUNT_HEAD)]  # fmt: skip
        rows = [[*_item(view, one), *_count_cells(view, one)] for one in found[:MOST]]
        orders = _number(view, sum(one.protected for one in found), 1)
        note = view.text("planning.count_note", count=_number(view, len(found)), orders=orders)
        return Shown(parts.table(head, rows, (3, 4, 5, 6, 7)), title, note)

    def table(view: View, workspace: Any) -> Table:
        rows = [tuple(getattr(one, column) for column in COUNT_COLUMNS) for one in chosen(view, workspace)]
        return Table("counts", COUNT_COLUMNS, rows, stamp(view), frozenset({"chance"}))

    return Tile(f"{page}-count", "html", tell=tell, table=table)


COUNT_HEAD = ("location", "booked", "shorted", "last_count", "wrong", "protected")


def _count_cells(view: View, one: Count) -> Cells:
    since = numbers.DASH if one.days_since is None else view.text("planning.days_ago", days=one.days_since)
    shorted = view.text("planning.short_of", short=one.short_lines, lines=one.lines)
    chance = numbers.percent(view.language, one.chance, digits=0)
    return [one.location or numbers.DASH, _number(view, one.on_hand), shorted, since, chance,
            _number(view, one.protected, 2)]  # fmt: skip


def awaited(page: str) -> Tile:
    """Open purchase lines by what depends on them."""

    def row(view: View, one: Awaited) -> Cells:
        return [one.po_no, one.supplier, *_item(view, one), _number(view, one.units),
                numbers.day(view.language, one.expected), _number(view, one.at_risk)]  # fmt: skip

    columns = ("po_no", "line_no", "supplier", "sku", "product", "warehouse", "units", "due_day", "expected", "at_risk")
    return _planned(
        page, "awaited", lambda plan: [one for one in plan.awaited if one.at_risk >= 1],
        ("po", "supplier", "d.sku", "d.warehouse", "units", "expected", "at_risk"), row, numeric=(4, 5, 6),
        note=lambda view, _: view.text("planning.awaited_note"),
        table=_attributes("awaited", columns, lambda plan: plan.awaited),
    )  # fmt: skip
