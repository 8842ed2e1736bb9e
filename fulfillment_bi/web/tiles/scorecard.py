"""Suppliers side by side, ranked only as far as their lines can tell them apart."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dash import html

from fulfillment_bi.i18n import numbers
from fulfillment_bi.insight.ranking import Standing, rank_segments
from fulfillment_bi.metrics.query import Query
from fulfillment_bi.web import parts, wording
from fulfillment_bi.web.state import View, change, explaining
from fulfillment_bi.web.tile import Answers, Shown, Tile
from fulfillment_bi.web.tiles.compared import sort_head

RANKED = "supplier_on_time_rate"
LEVEL = "line"
METRICS = (
    "supplier_fill_rate",
    "purchase_lead_time",
    "purchase_lead_time_p90",
    "supplier_response_time",
    "supplier_defect_rate",
    "coordination_score",
    "purchase_value",
)
MOST = 15


@dataclass(frozen=True, slots=True)
class Axis:
    """What intervals are drawn on: from `start` to 100 %, with the rate of all suppliers together marked."""

    start: float
    whole: float

    def at(self, rate: float) -> str:
        """Where a rate lies, as a share of the width."""
        return f"{max(rate - self.start, 0) / (1 - self.start):.1%}"


def scorecard(page: str, dimension: str = "supplier") -> Tile:
    """A table: place, the share of lines on time with its interval, then what else is known of each supplier."""

    def ask(view: View) -> Mapping[str, Query]:
        on_time = view.query(RANKED, by=(dimension,), compare="none", level=LEVEL)
        return {RANKED: on_time} | {name: view.query(name, by=(dimension,), compare="none") for name in METRICS}

    def show_with(view: View, answers: Answers, workspace: Any) -> Shown:
        ranking = rank_segments(workspace, answers[RANKED].query)
        standings = ranking.standings
        title = view.text(f"card.{page}_scorecard")
        if not standings:
            return Shown(parts.empty(view, f"card.{page}_scorecard_none"), title)
        records = {name: {str(row[dimension]): row for row in answers[name].records()} for name in METRICS}
        ordered = _ordered(view, standings, records)[:MOST]
        shared = {one.place for one in standings if sum(one.place == other.place for other in standings) > 1}
        axis = Axis(math.floor(min(one.low for one in ordered) * 10) / 10, ranking.whole or 0.0)
        rows = [_row(view, dimension, one, one.place in shared, axis, records, answers) for one in ordered]
        head = [
            view.text("scorecard.place"),
            view.dimension(dimension),
            view.text("scorecard.on_time"),
            view.text("scorecard.interval", start=numbers.percent(view.language, axis.start, digits=0)),
            *(sort_head(view, name) for name in METRICS),
        ]
        note = view.text("scorecard.note")
        if len(standings) > MOST:
            note += " · " + view.text("compared.more", shown=MOST, count=len(standings))
        numeric = (2, *range(4, len(head)))
        return Shown(parts.table(head, rows, numeric), title, note)

    return Tile(f"{page}-scorecard", "html", ask, metric=RANKED, show_with=show_with, filed=(RANKED, *METRICS))


def _ordered(
    view: View, standings: Sequence[Standing], records: Mapping[str, Mapping[str, dict[str, Any]]]
) -> list[Standing]:
    """By place, or by the column the URL sorts by; those without a value last."""
    asked = view.state.param("sort")
    name = asked.removeprefix("-")
    if name not in records:
        return list(standings)
    values = {one.segment: records[name].get(one.segment, {}).get(name) for one in standings}
    known = [one for one in standings if values[one.segment] is not None]
    known.sort(key=lambda one: float(values[one.segment] or 0), reverse=asked.startswith("-"))
    return known + [one for one in standings if values[one.segment] is None]


def _row(
    view: View,
    dimension: str,
    one: Standing,
    is_shared: bool,
    axis: Axis,
    records: Mapping[str, Mapping[str, dict[str, Any]]],
    answers: Answers,
) -> list[Any]:
    member = {dimension: one.segment}
    name = view.member(dimension, one.segment)
    supplier = html.Button(
        name, className="cell", title=name, type="button", **parts.data(go=change(**member), toggle="")
    )
    few = [] if one.is_enough else [html.Span(view.text("scorecard.few"), className="tag")]
    cells: list[Any] = [_place(view, one, is_shared), html.Div([supplier, *few], className="with-tag")]
    cells += [_on_time(view, one, member), _interval(view, one, axis)]
    for metric in METRICS:
        value = wording.value_of(records[metric].get(one.segment, {}), metric, answers[metric])
        cells.append(parts.number_cell(view, value, explaining(metric, **member)))
    return cells


def _place(view: View, one: Standing, is_shared: bool) -> html.Span:
    """The place; one that is shared says that its holders cannot be told apart."""
    if not is_shared:
        return html.Span(one.place, className="place num")
    words = view.text("scorecard.shared")
    return html.Span(view.text("scorecard.equal", place=one.place), className="place is-shared num", title=words)


def _on_time(view: View, one: Standing, member: Mapping[str, str]) -> html.Button:
    n, d = (numbers.number(view.language, amount) for amount in (one.n, one.d))
    words = numbers.percent(view.language, one.value, one.d)
    go = explaining(RANKED, level=LEVEL, **member)
    tip = view.text("scorecard.lines", n=n, d=d)
    return html.Button(words, className="cell num", type="button", title=tip, **parts.data(go=go))


def _interval(view: View, one: Standing, axis: Axis) -> html.Span:
    """The interval as a band, the supplier's rate as a mark in it, that of all as a thin line through every row."""
    low, high, whole = (numbers.percent(view.language, end, digits=0) for end in (one.low, one.high, axis.whole))
    words = view.text("scorecard.between", low=low, high=high, whole=whole)
    band = html.I(style={"left": axis.at(one.low), "right": f"calc(100% - {axis.at(one.high)})"})
    lines = [html.S(style={"left": axis.at(axis.whole)}), html.U(style={"left": axis.at(one.value)})]
    drawn = html.Span([band, *lines], className="interval")
    return html.Span(
        [drawn, html.Span(f"{low}–{high}", className="card-note num")], className="interval-cell", title=words
    )
