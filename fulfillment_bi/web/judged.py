"""What stands beside a number in the drawer: what others reach, how far it can be trusted, the other definitions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import html

from fulfillment_bi.i18n import numbers
from fulfillment_bi.insight.bounds import Bounds, Trust
from fulfillment_bi.insight.spread import Spread, SpreadRow
from fulfillment_bi.metrics.bands import bands_of
from fulfillment_bi.metrics.types import Metric
from fulfillment_bi.web import parts, wording
from fulfillment_bi.web.state import View, change


def bands(view: View, metric: Metric) -> list[html.Section]:
    """Ordinary, good and best in class, each with its source; nothing where no public figure is known."""
    found = bands_of(metric.name)
    if not found:
        return []
    rows = [
        [
            view.label("band", band.level),
            wording.in_unit(view.language, metric, band.value),
            html.A(f"{band.source}, {band.year}", href=band.url, target="_blank", rel="noreferrer"),
            band.note.of(view.language),
        ]
        for band in found
    ]
    head = [view.text(f"bands.{name}") for name in ("level", "value", "source", "note")]
    return [html.Section([html.H3(view.text("bands.title")), parts.table(head, rows, (1,), (2, 3))])]


def trust(view: View, metric: Metric, found: Trust) -> html.Section:
    """Bounds, coverage, flaws, refused records, and the as-of of every source."""
    words: list[tuple[str, Any]] = []
    for bound in found.rows[:1]:
        words += _bound_words(view, metric, bound)
    for source in found.sources:
        newest = numbers.clock(view.language, source.newest.isoformat() + "Z", view.timezone) if source.newest else ""
        name = f"{view.label('source', source.source)} · {source.adapter}"
        words.append((name, newest or view.text("trust.no_time")))
    return html.Section([html.H3(view.text("trust.title")), _facts(words)])


def _bound_words(view: View, metric: Metric, bound: Bounds) -> list[tuple[str, str]]:
    def amount(value: float) -> str:
        return numbers.number(view.language, value, 0 if float(value).is_integer() else 2)

    words = []
    if bound.low is not None and bound.high is not None and bound.value is not None:
        low, value, high = (wording.in_unit(view.language, metric, one) for one in (bound.low, bound.value, bound.high))
        words.append((view.text("trust.bounds"), f"{value} [{low}, {high}]"))
    if bound.coverage is not None:
        words.append((view.text("trust.coverage"), numbers.percent(view.language, bound.coverage)))
    words.append((view.text("trust.unknown"), amount(bound.unknown)))
    words.append((view.text("trust.refused"), amount(bound.refused)))
    words.append((view.text("trust.in_doubt"), amount(bound.in_doubt)))
    for key, share in (("impossible", bound.impossible_share), ("missing", bound.missing_share)):
        if share is not None:
            words.append((view.text(f"trust.{key}"), numbers.percent(view.language, share)))
    return words


def _facts(words: Sequence[tuple[str, Any]]) -> html.Dl:
    return html.Dl([part for name, value in words for part in (html.Dt(name), html.Dd(value))], className="facts")


def definitions(view: View, metric: Metric, found: Spread) -> html.Section:
    """Every definition with its value and difference; a click switches the page to it."""
    rows = [_row(view, metric, row) for row in found.rows]
    head = [view.label("switch", name) for name in ("level", "event", "promise", "causes")]
    head += [view.text(f"definitions.{name}") for name in ("value", "n", "d", "difference", "gains")]
    low, high = (wording.in_unit(view.language, metric, one) for one in (found.low, found.high))
    note = view.text("definitions.spread", low=low, high=high, count=numbers.number(view.language, len(found.rows)))
    return html.Section([html.H3(view.text("definitions.title")), html.P(note), parts.table(head, rows, range(4, 8))])


def _row(view: View, metric: Metric, row: SpreadRow) -> list[Any]:
    one = row.definition
    event = view.label("option.event", one.event or "own")
    names = [view.label("option.level", one.level), event]
    names += [view.label("option.promise", one.promise), view.label("option.causes", one.causes)]
    go = change(level=one.level, event=one.event or "", promise=one.promise, causes=one.causes)
    value = wording.in_unit(view.language, metric, row.value, row.d)
    shown = html.Button(value, className="cell num", type="button", **parts.data(go=go))
    counts = [numbers.number(view.language, amount, 0) for amount in (row.n, row.d)]
    difference = numbers.points(view.language, row.difference) if row.difference is not None else numbers.DASH
    winner = row.winner
    gains = f"{view.member('channel', winner.member)} {numbers.points(view.language, winner.gain)}" if winner else ""
    return [*names, shown, *counts, difference, gains]
