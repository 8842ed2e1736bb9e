"""Who the money goes to: the largest members of a dimension and how much of the whole they hold."""

from __future__ import annotations

from collections.abc import Mapping

from fulfillment_bi.charts import theme as look
from fulfillment_bi.charts.bars import Bar, bars
from fulfillment_bi.i18n import numbers
from fulfillment_bi.metrics.query import Query
from fulfillment_bi.web.state import View, change
from fulfillment_bi.web.tile import Answers, Shown, Tile
from fulfillment_bi.web.wording import escaped

MOST, TOP = 8, 3


def shares(page: str, key: str, metric: str, dimension: str) -> Tile:
    """Bars of an amount by member, the largest first, with each one's share."""

    def ask(view: View) -> Mapping[str, Query]:
        return {"members": view.query(metric, by=(dimension,), compare="none", order_by=f"-{metric}")}

    def show(view: View, answers: Answers) -> Shown:
        found = [(str(record[dimension]), float(record[metric] or 0)) for record in answers["members"].records()]
        found = [(member, amount) for member, amount in found if amount > 0]
        whole = sum(amount for _, amount in found)
        title = view.text(f"card.{page}_{key}")
        if not whole:
            return Shown(look.nothing(view.theme, view.language, view.text(f"card.{page}_{key}_none")), title)
        items = [_bar(view, dimension, member, amount, whole) for member, amount in found[:MOST]]
        top = sum(amount for _, amount in found[:TOP]) / whole
        note = view.text(
            f"card.{page}_{key}_note",
            top=min(TOP, len(found)),
            share=numbers.percent(view.language, top, digits=0),
            whole=numbers.compact(view.language, whole),
            count=len(found),
        )
        return Shown(bars(items, view.theme, view.language, longest=22), title, note)

    return Tile(f"{page}-{key}", "chart", ask, show, metric)


def _bar(view: View, dimension: str, member: str, amount: float, whole: float) -> Bar:
    name = view.member(dimension, member)
    share = numbers.percent(view.language, amount / whole, digits=0)
    words = f"{numbers.compact(view.language, amount)} · {share}"
    return Bar(name, amount, words, f"<b>{escaped(name)}</b><br>{words}", change(**{dimension: member}))
