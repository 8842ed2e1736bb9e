"""The first of the rows behind a number, as a table: what a person has to look at one by one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import quote

from dash import html

from fulfillment_bi.filters import sentence
from fulfillment_bi.i18n import numbers
from fulfillment_bi.metrics.dimensions import DIMENSIONS
from fulfillment_bi.metrics.query import Filter, Level, Part, Query
from fulfillment_bi.reports.table import Table, table_of
from fulfillment_bi.web import parts
from fulfillment_bi.web.drawer import column_name
from fulfillment_bi.web.state import View, change, explaining
from fulfillment_bi.web.tile import Shown, Tile

MOST = 8
MONEY = ("value", "stock_value")
SINCE = frozenset({"last_scan_at"})
"""Times shown as how long ago they are."""
SLICE = ("sku", "warehouse", "supplier", "arrival")
"""Members of a row that narrow the drawer down to it."""


@dataclass(frozen=True, slots=True)
class Tab:
    """One choice of rows: those with `member` of the listing's dimension, by a column ("-" in front: largest first)."""

    member: str
    order_by: str


@dataclass(frozen=True, slots=True)
class Listing:
    """The rows that `part` of `metric` counts. `columns` are those shown; {promise} in a name is the page's.

    With `dimension` the tabs choose one member of it; else there is one tab, whose member is empty.
    """

    key: str
    metric: str
    part: Part
    columns: tuple[str, ...]
    tabs: tuple[Tab, ...]
    dimension: str = ""
    level: Level | None = None
    most: int = MOST


def listing(page: str, of: Listing) -> Tile:
    """The table; its file has every row."""

    def tell(view: View, workspace: Any) -> Shown:
        tab, query = _tab(view, of), _query(view, of)
        found = workspace.rows(query, of.metric, of.part, limit=of.most, order_by=_filled(view, tab.order_by))
        switch = [_switch(view, of, tab)] if of.dimension else []
        title = view.text(f"card.{page}_{of.key}")
        count = numbers.number(view.language, found.count)
        if not found.count:
            return Shown([*switch, parts.empty(view, f"card.{page}_{of.key}_none")], title)
        columns = [_filled(view, name) for name in of.columns]
        rows = [[_cell(view, of, name, record) for name in columns] for record in found.records()]
        numeric = [at for at, name in enumerate(columns) if _is_amount(name)]
        table = parts.table([column_name(view.language, name) for name in columns], rows, numeric)
        note = view.text("listing.note", shown=len(rows), count=count)
        return Shown(
            [*switch, table], title, note if found.count > len(rows) else view.text("listing.all", count=count)
        )

    def table(view: View, workspace: Any) -> Table:
        query = _query(view, of)
        found = workspace.rows(query, of.metric, of.part, order_by=_filled(view, _tab(view, of).order_by))
        labels = {name: column_name(view.language, name) for name in found.columns}
        return table_of(found, filters=sentence(query, view.language), labels=labels)

    return Tile(f"{page}-{of.key}", "html", tell=tell, table=table)


def _filled(view: View, name: str) -> str:
    return name.replace("{promise}", view.base.promise)


def _tab(view: View, of: Listing) -> Tab:
    asked = view.state.param("tab")
    return next((tab for tab in of.tabs if tab.member == asked), of.tabs[0])


def _query(view: View, of: Listing) -> Query:
    query = view.query(of.metric, compare="none", **({"level": of.level} if of.level else {}))
    if not of.dimension:
        return query
    others = tuple(each for each in query.where if each.dimension != of.dimension)
    return query.but(where=(*others, Filter(of.dimension, (_tab(view, of).member,))))


def _switch(view: View, of: Listing, chosen: Tab) -> html.Div:
    buttons = [
        html.Button(
            view.label(of.dimension, tab.member),
            className="is-on" if tab is chosen else "",
            type="button",
            **parts.data(go=change(tab="" if tab is of.tabs[0] else tab.member)),
        )
        for tab in of.tabs
    ]
    return html.Div(buttons, className="segments", style={"margin": "0 0 6px"})


def _is_amount(name: str) -> bool:
    return name in MONEY or name.startswith("qty") or name in ("on_hand", "available", "supplier_count")


def _cell(view: View, of: Listing, name: str, record: Mapping[str, Any]) -> Any:
    value = record.get(name)
    if name == "sku":
        return product(view, str(value), str(record.get("product_name") or value))
    if name == "arrival":
        return _arrival(view, record)
    if name == "order_no":
        return _order(record)
    if name in SINCE and isinstance(value, datetime):
        return _since(view, value)
    if name in DIMENSIONS and value is not None:
        return _filter(view.member(name, value), change(**{name: value}))
    if _is_amount(name):
        level = {"level": of.level} if of.level else {}
        members = {key: record[key] for key in SLICE if key in record}
        go = explaining(of.metric, of.part, **level, **members)
        return html.Button(_amount(view, name, value), className="cell num", type="button", **parts.data(go=go))
    if isinstance(value, date):
        return numbers.day(view.language, value, year=True)
    return numbers.DASH if value is None else str(value)


def _order(record: Mapping[str, Any]) -> html.A:
    """The order number, leading to the order's story."""
    path = f"/order/{quote(str(record.get('channel')), safe='')}/{quote(str(record['order_no']), safe='')}"
    return html.A(str(record["order_no"]), href=path, className="order-link num", **parts.data(page=path))


def _since(view: View, value: datetime) -> html.Span:
    """How long ago, as of the data; the exact time on hover."""
    local = numbers.moment(view.as_of, view.timezone)
    passed = (local.replace(tzinfo=None) - value).total_seconds() / 86400 if local else None
    return html.Span(numbers.duration(view.language, passed), title=value.isoformat(sep=" ", timespec="seconds"))


def _filter(words: str, go: str) -> html.Button:
    return html.Button(words, className="cell", type="button", title=words, **parts.data(go=go, toggle=""))


def product(view: View, sku: str, name: str) -> html.Div:
    """A product by its name, its code under it; a click filters the page to it."""
    shown = view.member("sku", sku) if name == sku else name
    code = [html.Span(sku, className="card-note")] if name != sku else []
    return html.Div([_filter(shown, change(sku=sku)), *code], className="product")


def _amount(view: View, name: str, value: Any) -> str:
    if name in MONEY:
        return numbers.compact(view.language, value)
    return numbers.number(view.language, value, 0 if value is None or float(value).is_integer() else 1)


def _arrival(view: View, record: Mapping[str, Any]) -> html.Span:
    """How late: of what has not come, since its promise."""
    late = record.get(f"days_late_{view.base.promise}")
    promised = record.get(f"promised_at_{view.base.promise}")
    if record.get("arrival") == "missing" and promised is not None:
        days = numbers.number(view.language, (view.today - promised.date()).days)
        return html.Span(view.text("listing.missing", days=days), className="status is-alarm")
    return html.Span(view.text("listing.late", days=numbers.number(view.language, late)), className="status is-bad")
