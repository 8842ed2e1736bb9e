"""Where orders queue: every stage as a queue over the period, and the one that binds."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from dash import html

from fulfillment_bi.i18n import numbers
from fulfillment_bi.insight.bottleneck import ALL, LONGEST_DAYS, Bottleneck, Flow
from fulfillment_bi.reports.table import Stamp, Table
from fulfillment_bi.web import parts
from fulfillment_bi.web.state import View, change, explaining
from fulfillment_bi.web.tile import Shown, Tile

COLUMNS = ("stage", "arrivals", "completions", "waiting", "capacity", "used", "excess", "peak")


def queues(page: str) -> Tile:
    """The stages of all warehouses; the note names the binding one and where it binds most."""

    def tell(view: View, workspace: Any) -> Shown:
        title = view.text("why.queues")
        found = _found(view, workspace)
        if found is None:
            return Shown(parts.nothing(title, view.text("why.queues_days", days=LONGEST_DAYS)), title)
        flows = [flow for flow in found.flows if flow.warehouse == ALL]
        if not flows:
            return Shown(parts.empty(view), title)
        head = [view.text(f"why.queue_{name}") for name in COLUMNS]
        rows = [_row(view, flow, flow is found.binding) for flow in flows]
        words = html.Div(_binding(view, found), className="why-binding")
        return Shown([words, parts.table(head, rows, range(1, len(head)))], title, view.text("why.queues_note"))

    def table(view: View, workspace: Any) -> Table:
        found = _found(view, workspace)
        columns = (
            "stage",
            "warehouse",
            "arrivals",
            "completions",
            "waiting",
            "capacity",
            "used",
            "excess",
            "peak",
        )
        labels = {name: view.text(f"why.queue_{name}") for name in columns}
        rows = [] if found is None else [
            (
                view.label("stage", flow.stage), flow.warehouse, flow.arrivals, flow.completions, flow.waiting_mean,
                flow.capacity_hour, flow.utilisation, flow.excess, flow.peak_hour,
            )
            for flow in found.flows
        ]  # fmt: skip
        stamp = Stamp(view.as_of, view.timezone, view.days(), view.version)
        return Table("queues", columns, rows, stamp, frozenset({"used"}), labels)

    return Tile(f"{page}-queues", "html", tell=tell, table=table)


def _found(view: View, workspace: Any) -> Bottleneck | None:
    start, end = view.base.start, view.base.end or view.today
    if start is None or end - start > timedelta(days=LONGEST_DAYS):
        return None
    found: Bottleneck = workspace.bottleneck(start, end)
    return found


def _binding(view: View, found: Bottleneck) -> list[Any]:
    if found.binding is None:
        return [view.text("why.no_binding")]
    words: list[Any] = [html.B(_words(view, found.binding, view.text("why.everywhere")))]
    if found.where is not None:
        name = html.Button(
            _words(view, found.where, view.member("warehouse", found.where.warehouse)),
            className="cell",
            type="button",
            **parts.data(go=change(warehouse=found.where.warehouse)),
        )
        words += [" ", name]
    return words


def _words(view: View, flow: Flow, where: str) -> str:
    return view.text(
        "why.binding",
        stage=view.label("stage", flow.stage),
        where=where,
        excess=numbers.number(view.language, flow.excess, 0 if (flow.excess or 0) >= 10 else 1),
        hour=f"{flow.peak_hour}:00",
    )


def _row(view: View, flow: Flow, binds: bool) -> list[Any]:
    lang, name = view.language, view.label("stage", flow.stage)
    arrivals = html.Button(
        numbers.number(lang, flow.arrivals),
        className="cell num",
        type="button",
        **parts.data(go=explaining("stage_time_mean", "numerator", stage=flow.stage)),
    )
    return [
        html.B(name) if binds else name,
        arrivals,
        numbers.number(lang, flow.completions),
        numbers.number(lang, flow.waiting_mean, 1),
        numbers.number(lang, flow.capacity_hour, 1),
        numbers.percent(lang, flow.utilisation, digits=0),
        numbers.DASH if flow.excess is None else numbers.signed(lang, flow.excess, 1),
        f"{flow.peak_hour}:00",
    ]
