"""The part of the Data page about systems that should know the same orders: how many match, where values differ."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dash import html

from fulfillment_bi.metrics.query import Query, Result
from fulfillment_bi.web import parts
from fulfillment_bi.web.state import View, explaining
from fulfillment_bi.web.tile import Answers, Shown, Tile
from fulfillment_bi.web.wording import value_of

PAIR_METRICS = ("system_match_rate", "unmatched_orders", "status_disagreement_rate", "source_conflicts")
MOST_CONFLICTS = 12


def pair_words(view: View, pair: object) -> str:
    """platform-warehouse -> the names of both systems."""
    return " · ".join(view.label("source", system) for system in str(pair).split("-"))


def _ask_pairs(_: View) -> Mapping[str, Query]:
    return {"pairs": Query(PAIR_METRICS, by=("system_pair",))}


def _show_pairs(view: View, answers: Answers) -> Shown:
    title = view.text("silos.match")
    result = answers["pairs"]
    rows = [_pair(view, record, result) for record in result.records()]
    if not rows:
        return Shown(parts.empty(view, "silos.one_system"), title)
    head = [view.text("silos.pair"), *(view.short(name) for name in PAIR_METRICS)]
    return Shown(parts.table(head, rows, range(1, len(head))), title, view.text("silos.match_note"))


def _pair(view: View, record: dict[str, Any], result: Result) -> list[Any]:
    pair = record["system_pair"]
    cells = (
        parts.number_cell(view, value_of(record, name, result), explaining(name, system_pair=pair))
        for name in PAIR_METRICS
    )
    return [pair_words(view, pair), *cells]


def _ask_conflicts(_: View) -> Mapping[str, Query]:
    by = ("conflict_column", "system_pair")
    return {"conflicts": Query(("source_conflicts",), by=by, order_by="-source_conflicts", limit=MOST_CONFLICTS)}


def _show_conflicts(view: View, answers: Answers) -> Shown:
    title = view.text("silos.conflicts")
    result = answers["conflicts"]
    rows = [_conflict(view, record, result) for record in result.records()]
    if not rows:
        return Shown(parts.empty(view, "silos.no_conflicts"), title)
    head = [view.text("silos.column"), view.text("silos.pair"), view.text("silos.count")]
    return Shown(parts.table(head, rows, (2,)), title, view.text("silos.conflicts_note"))


def _conflict(view: View, record: dict[str, Any], result: Result) -> list[Any]:
    column, pair = record["conflict_column"], record["system_pair"]
    go = explaining("source_conflicts", conflict_column=column, system_pair=pair)
    number = parts.number_cell(view, value_of(record, "source_conflicts", result), go)
    return [view.label("column", column), pair_words(view, pair), number]


MATCH = Tile("data-match", "html", _ask_pairs, _show_pairs)
CONFLICTS = Tile("data-conflicts", "html", _ask_conflicts, _show_conflicts)
TILES = (MATCH, CONFLICTS)


def layout(language: str) -> html.Div:
    """Both cards side by side."""
    return html.Div(
        [
            parts.html_card(MATCH.name, language, span="span-8"),
            parts.html_card(CONFLICTS.name, language, span="span-4"),
        ],
        className="grid",
    )
