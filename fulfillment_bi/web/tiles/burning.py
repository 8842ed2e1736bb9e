"""Promises that burn right now: open orders that the usual pace will not bring in time, what can be saved first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from dash import html

from fulfillment_bi.filters import sentence
from fulfillment_bi.i18n import numbers
from fulfillment_bi.metrics.query import Filter, Query
from fulfillment_bi.reports.table import Table, table_of
from fulfillment_bi.web import parts
from fulfillment_bi.web.drawer import column_name
from fulfillment_bi.web.state import View, explaining
from fulfillment_bi.web.tile import Shown, Tile

METRIC = "burning_orders"
MOST = 8
LARGEST = "-order_value"
COLUMNS = ("order_no", "channel", "warehouse", "current_stage", "left_seconds", "need_seconds", "order_value")


def burning(page: str) -> Tile:
    """The orders that hurrying can still save, the most valuable first; the note counts those out of reach."""

    def tell(view: View, workspace: Any) -> Shown:
        query = view.query(METRIC, compare="none")
        savable = workspace.rows(_only(query, "savable"), METRIC, "numerator", limit=MOST, order_by=LARGEST)
        lost = workspace.rows(_only(query, "out_of_reach"), METRIC, "numerator", limit=1)
        title = view.text("burning.title")
        counts = {
            "savable": numbers.number(view.language, savable.count),
            "lost": numbers.number(view.language, lost.count),
        }
        note = view.text("burning.note", **counts)
        if not savable.count:
            return Shown(parts.nothing(view.text("burning.none"), note), title)
        head = [column_name(view.language, name) for name in COLUMNS]
        rows = [_row(view, record) for record in savable.records()]
        more = html.Button(
            view.text("burning.all"), className="cell", type="button", **parts.data(go=explaining(METRIC, "numerator"))
        )
        return Shown([parts.table(head, rows, (4, 5, 6)), html.Div(more, className="why-binding")], title, note)

    def table(view: View, workspace: Any) -> Table:
        query = view.query(METRIC, compare="none")
        found = workspace.rows(query, METRIC, "numerator", order_by=LARGEST)
        labels = {name: column_name(view.language, name) for name in found.columns}
        return table_of(found, filters=sentence(query, view.language), labels=labels)

    return Tile(f"{page}-burning", "html", tell=tell, table=table)


def _only(query: Query, state: str) -> Query:
    return query.but(where=(*query.where, Filter("burn_state", (state,))))


def _row(view: View, record: Mapping[str, Any]) -> list[Any]:
    channel, order_no = str(record["channel"]), str(record["order_no"])
    address = f"/order/{quote(channel, safe='')}/{quote(order_no, safe='')}"
    return [
        html.A(order_no, href=address, **parts.data(page=address)),
        view.member("channel", channel),
        view.member("warehouse", record["warehouse"]),
        view.member("current_stage", record["current_stage"]),
        *(_time(view, record[name]) for name in ("left_seconds", "need_seconds")),
        numbers.number(view.language, record["order_value"]),
    ]


def _time(view: View, seconds: Any) -> str:
    return numbers.duration(view.language, None if seconds is None else float(seconds) / 86400)
