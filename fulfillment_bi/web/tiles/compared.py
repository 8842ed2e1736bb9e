"""Members of one dimension side by side; the dimension is chosen in the table's head, every number opens its rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dash import html

from fulfillment_bi.metrics.catalog import METRICS as CATALOGUE
from fulfillment_bi.metrics.query import Query
from fulfillment_bi.web import parts, wording
from fulfillment_bi.web.state import View, change, explaining, nothing_key
from fulfillment_bi.web.tile import Answers, Shown, Tile

DIMENSIONS = ("channel", "warehouse", "carrier", "region", "shop")
METRICS = ("otif", "order_fill_rate", "ship_delay_rate", "delivery_delay_rate", "cycle_time_p50")
MOST = 12


def compared(
    page: str,
    metrics: Sequence[str] = METRICS,
    *,
    worst_first: bool = False,
    dimensions: Sequence[str] = DIMENSIONS,
) -> Tile:
    """A table by `?by=`, one of `dimensions`; ordered by size, or by the promises it broke."""

    def ask(view: View) -> Mapping[str, Query]:
        by = dimension(view, dimensions)
        return {name: view.query(name, by=(by,)) for name in metrics}

    def show(view: View, answers: Answers) -> Shown:
        by = dimension(view, dimensions)
        switch = _switch(view, by, dimensions)
        records = {name: {r[by]: r for r in answers[name].records()} for name in metrics}
        members = _ordered(view, records, metrics, worst_first)
        title = view.text("compared.worst" if worst_first else "compared.title", dimension=view.dimension(by))
        if not members:
            return Shown([switch, parts.empty(view, nothing_key(CATALOGUE[metrics[0]]))], title)
        rows = [_row(view, by, member, records, answers, worst_first) for member in members[:MOST]]
        head = [
            view.dimension(by),
            *(view.text("compared.failed"),) * worst_first,
            *(sort_head(view, name) for name in metrics),
        ]
        note = view.text("compared.more", shown=MOST, count=len(members)) if len(members) > MOST else ""
        return Shown([switch, parts.table(head, rows, range(1, len(head)))], title, note)

    return Tile(f"{page}-compared", "html", ask, show, filed=tuple(metrics))


def dimension(view: View, dimensions: Sequence[str]) -> str:
    """The dimension the URL asks for; the first when it asks for none we offer."""
    asked = view.state.param("by")
    return asked if asked in dimensions else dimensions[0]


def _ordered(
    view: View, records: Mapping[str, Mapping[Any, dict[str, Any]]], metrics: Sequence[str], worst_first: bool
) -> list[Any]:
    """Members by the column the URL sorts by; without one by size, or by the promises they broke."""
    first = records[metrics[0]]
    asked = view.state.param("sort")
    name = asked.removeprefix("-")
    if name in metrics:
        known = [member for member in first if records[name].get(member, {}).get(name) is not None]
        ranked = sorted(known, key=lambda member: records[name][member][name], reverse=asked.startswith("-"))
        return ranked + [member for member in first if member not in set(known)]

    def size(member: Any) -> float:
        n, d = first[member][f"{metrics[0]}_n"] or 0, first[member][f"{metrics[0]}_d"] or 0
        return float(n - d if worst_first else -d)

    return sorted(first, key=size)


def sort_head(view: View, metric: str) -> html.Button:
    """A column's head: a click sorts by it, the next one the other way round."""
    asked = view.state.param("sort")
    down = asked == f"-{metric}"
    arrow = " ▼" if down else " ▲" if asked == metric else ""
    return html.Button(
        view.short(metric) + arrow,
        className="is-on" if arrow else "",
        type="button",
        title=view.metric(metric),
        **parts.data(go=change(sort=metric if down else f"-{metric}")),
    )


def _switch(view: View, chosen: str, dimensions: Sequence[str]) -> html.Div:
    buttons = [
        html.Button(
            view.dimension(name),
            className="is-on" if name == chosen else "",
            type="button",
            **parts.data(go=change(by="" if name == dimensions[0] else name)),
        )
        for name in dimensions
    ]
    return html.Div(buttons, className="segments", style={"margin": "0 0 6px"})


def _row(
    view: View,
    by: str,
    member: str,
    records: Mapping[str, Mapping[Any, dict[str, Any]]],
    answers: Answers,
    worst_first: bool,
) -> list[Any]:
    name = view.member(by, member)
    cells: list[Any] = [
        html.Button(name, className="cell", title=name, **parts.data(go=change(**{by: member}), toggle=""))
    ]
    if worst_first:
        metric = next(iter(records))
        value = wording.value_of(records[metric].get(member, {}), metric, answers[metric])
        failed = (value.d or 0) - (value.n or 0)
        cells.append(
            html.Button(
                f"{failed:,.0f}",
                className="cell num",
                **parts.data(go=explaining("otif_failures", "numerator", **{by: member})),
            )
        )
    for at, metric in enumerate(records):
        value = wording.value_of(records[metric].get(member, {}), metric, answers[metric])
        cells.append(parts.number_cell(view, value, explaining(metric, **{by: member}), change=at == 0))
    return cells
