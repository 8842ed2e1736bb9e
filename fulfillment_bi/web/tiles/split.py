"""A count by one attribute as bars: cancellations by who, backlog by stage, data issues by kind."""

from __future__ import annotations

from collections.abc import Mapping

from fulfillment_bi.charts import theme as look
from fulfillment_bi.charts.bars import Bar, bars
from fulfillment_bi.i18n import numbers
from fulfillment_bi.metrics.dimensions import DIMENSIONS
from fulfillment_bi.metrics.query import Query
from fulfillment_bi.web.state import View, change, explaining
from fulfillment_bi.web.tile import Answers, Shown, Tile
from fulfillment_bi.web.wording import escaped

MOST = 8
UNFILTERABLE = frozenset({"issue", "exception", "after_sales_reason", "after_sales_kind", "risk_rule"})
"""Attributes of a table of their own: a click opens their rows instead of filtering the page."""


def split(page: str, metric: str, dimension: str, key: str) -> Tile:
    """Bars of the numerator by `dimension`; in the order of its vocabulary for stages, else the largest first."""

    def ask(view: View) -> Mapping[str, Query]:
        return {"split": view.query(metric, by=(dimension,), compare="none")}

    def show(view: View, answers: Answers) -> Shown:
        found = {
            str(record[dimension]): int(record[f"{metric}_n"] or 0)
            for record in answers["split"].records()
            if record[f"{metric}_n"] and record[dimension] not in (None, "none")
        }
        title = view.text(f"split.{key}")
        if not found:
            return Shown(look.nothing(view.theme, view.language, view.text(f"split.{key}_none")), title)
        total = sum(found.values())
        order = (
            DIMENSIONS[dimension].members if dimension == "current_stage" else sorted(found, key=lambda m: -found[m])
        )
        items = [_bar(view, metric, dimension, name, found[name], total) for name in order if name in found][:MOST]
        return Shown(
            bars(items, view.theme, view.language, longest=18),
            title,
            view.text("split.total", total=numbers.number(view.language, total)),
        )

    return Tile(f"{page}-{key}", "chart", ask, show, metric)


def _bar(view: View, metric: str, dimension: str, member: str, count: int, total: int) -> Bar:
    name = view.member(dimension, member)
    share = numbers.percent(view.language, count / total, digits=0)
    words = f"{numbers.number(view.language, count)} · {share}"
    click = (
        explaining(metric, "numerator", **{dimension: member})
        if dimension in UNFILTERABLE
        else change(**{dimension: member})
    )
    return Bar(name, count, words, f"<b>{escaped(name)}</b><br>{words}", click)
