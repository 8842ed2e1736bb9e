"""A number that can be counted in several ways: the first large, the others under it, each leading to its own rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dash import html

from fulfillment_bi.metrics.catalog import METRICS
from fulfillment_bi.metrics.query import Query
from fulfillment_bi.web import parts, wording
from fulfillment_bi.web.state import View, explaining, left_out
from fulfillment_bi.web.tile import Answers, Shown, Tile
from fulfillment_bi.web.wording import Value


def kinds(page: str, metric: str, others: Sequence[str], course: str) -> Tile:
    """The hero of a page. `course` is the one of them whose line over the period is drawn."""

    def ask(view: View) -> Mapping[str, Query]:
        queries = {name: view.query(name) for name in (metric, *others)}
        return queries | {"course": view.query(course, by=(view.grain(),), compare="none")}

    def show(view: View, answers: Answers) -> Shown:
        value = wording.only(answers[metric], metric)
        line = [record[course] for record in answers["course"].records()]
        label = view.short(metric) + (" *" if left_out(view, METRICS[metric]) else "")
        head = html.Button(
            parts.number(view, value, label=label, spark=line, hero=True),
            className="tile-open",
            type="button",
            **parts.data(go=explaining(metric)),
        )
        rest = [_kind(view, wording.only(answers[name], name)) for name in others]
        return Shown([head, html.Div(rest, className="kinds")])

    name = metric.replace("_", "-")
    return Tile(f"{page}-{name}", "html", ask, show, metric, titled=False, filed=(metric, *others))


def _kind(view: View, value: Value) -> html.Button:
    name = value.metric.name
    return html.Button(
        [html.Span(view.short(name)), html.B(wording.shown(view.language, value), className="num")],
        className="kind",
        type="button",
        title=value.metric.definition.of(view.language),
        **parts.data(go=explaining(name)),
    )
