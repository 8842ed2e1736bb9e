"""What to do next: a short ranked list, each line leading to exactly the orders it is about.

1. Orders already past their promise, by warehouse and the stage they wait in.
2. Orders with less than two hours left, by warehouse.
3. Carrier and region whose deliveries got later than in the period before, by the orders that made the difference.
They rank by the orders that can still be helped or that the change cost; overdue ones count double.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from dash import html

from fulfillment_bi.i18n import numbers
from fulfillment_bi.metrics.query import Filter, Query
from fulfillment_bi.web import parts, wording
from fulfillment_bi.web.state import View, explaining
from fulfillment_bi.web.tile import Answers, Shown, Tile

LEAST_DUE, LEAST_WORSE = 30, 0.03


@dataclass(frozen=True, slots=True)
class Decision:
    """`weight` orders it, `words` is the action, `why` the reason, `size` what is at stake."""

    weight: float
    words: str
    why: str
    size: str
    go: str
    tone: str


def decisions(page: str, most: int = 5) -> Tile:
    """The list."""

    def ask(view: View) -> Mapping[str, Query]:
        backlog = view.query("backlog", by=("warehouse", "current_stage"), compare="none")
        soon = view.query("backlog", by=("warehouse",), compare="none")
        return {
            "overdue": _bucket(backlog, "overdue"),
            "soon": _bucket(soon, "0-2"),
            "late": view.query("delivery_delay_rate", by=("carrier", "region")),
        }

    def show(view: View, answers: Answers) -> Shown:
        found = [*_overdue(view, answers), *_soon(view, answers), *_later(view, answers)]
        ranked = sorted(found, key=lambda each: -each.weight)[:most]
        title = view.text("decision.title")
        if not ranked:
            return Shown(parts.empty(view, "decision.none"), title)
        return Shown(html.Div([_line(each) for each in ranked], className="decisions"), title)

    return Tile(f"{page}-decisions", "html", ask, show)


def _bucket(query: Query, bucket: str) -> Query:
    others = tuple(each for each in query.where if each.dimension != "promise_bucket")
    return query.but(where=(*others, Filter("promise_bucket", (bucket,))))


def _line(each: Decision) -> html.Button:
    return html.Button(
        [html.B(each.words, title=each.words), html.Em(each.size), html.Span(each.why)],
        className=f"decision is-{each.tone}",
        **parts.data(go=each.go),
    )


def _overdue(view: View, answers: Answers) -> Iterator[Decision]:
    for record in answers["overdue"].records():
        count, stage, warehouse = record["backlog"] or 0, record["current_stage"], record["warehouse"]
        if count:
            yield Decision(
                2 * count,
                view.text("decision.act", action=view.label("action", stage), place=_place(view, warehouse)),
                view.text("decision.overdue", stage=view.label("stage", stage)),
                view.text("decision.orders", count=numbers.number(view.language, count)),
                explaining("backlog", "numerator", promise_bucket="overdue", warehouse=warehouse, current_stage=stage),
                "alarm",
            )


def _soon(view: View, answers: Answers) -> Iterator[Decision]:
    for record in answers["soon"].records():
        count, warehouse = record["backlog"] or 0, record["warehouse"]
        if count:
            yield Decision(
                count,
                view.text("decision.first", place=_place(view, warehouse)),
                view.text("decision.soon"),
                view.text("decision.orders", count=numbers.number(view.language, count)),
                explaining("backlog", "numerator", promise_bucket="0-2", warehouse=warehouse),
                "bad",
            )


def _later(view: View, answers: Answers) -> Iterator[Decision]:
    for record in answers["late"].records():
        value = wording.value_of(record, "delivery_delay_rate", answers["late"])
        change = value.change
        if change is None or change < LEAST_WORSE or (value.d or 0) < LEAST_DUE or (value.before_d or 0) < LEAST_DUE:
            continue
        carrier, region = view.member("carrier", record["carrier"]), view.member("region", record["region"])
        yield Decision(
            change * (value.d or 0),
            view.text("decision.lane", region=region)
            if record["carrier"] == "unknown"
            else view.text("decision.reroute", carrier=carrier, region=region),
            view.text(
                "decision.later",
                rate=wording.shown(view.language, value),
                before=wording.in_unit(view.language, value.metric, value.before),
            ),
            numbers.points(view.language, change),
            explaining("delivery_delay_rate", "numerator", carrier=record["carrier"], region=record["region"]),
            "bad",
        )


def _place(view: View, warehouse: str) -> str:
    return view.text("decision.somewhere") if warehouse == "unknown" else view.member("warehouse", warehouse)
