"""How much lies in each class of an ordered attribute: days of cover, age, how goods arrived."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fulfillment_bi.charts import theme as look
from fulfillment_bi.charts.bars import Bar, bars
from fulfillment_bi.i18n import numbers
from fulfillment_bi.metrics.dimensions import DIMENSIONS
from fulfillment_bi.metrics.query import Level, Query
from fulfillment_bi.web.state import View, change
from fulfillment_bi.web.tile import Answers, Shown, Tile


@dataclass(frozen=True, slots=True)
class Classes:
    """The denominator of `metric` by the members of `dimension`, in the order of its vocabulary.

    `colours` are names of the theme for members that are not ordinary; those in `bad` are summed up in the note.
    """

    key: str
    metric: str
    dimension: str
    colours: Mapping[str, str]
    bad: tuple[str, ...]
    level: Level | None = None
    money: bool = False


def buckets(page: str, classes: Classes) -> Tile:
    """Bars of the classes; a click filters the page to one."""
    column, key = f"{classes.metric}_d", f"card.{page}_{classes.key}"

    def ask(view: View) -> Mapping[str, Query]:
        fixed = {"level": classes.level} if classes.level else {}
        return {"classes": view.query(classes.metric, by=(classes.dimension,), compare="none", **fixed)}

    def show(view: View, answers: Answers) -> Shown:
        records = answers["classes"].records()
        found = {str(record[classes.dimension]): float(record[column] or 0) for record in records}
        total = sum(found.values())
        title = view.text(key)
        if not total:
            return Shown(look.nothing(view.theme, view.language, view.text(f"{key}_none")), title)
        order = [name for name in DIMENSIONS[classes.dimension].members if found.get(name) or name != "none"]
        items = [_bar(view, classes, name, found.get(name, 0.0), total, f"{key}_hover") for name in order]
        share = sum(found.get(name, 0.0) for name in classes.bad) / total
        worst = numbers.percent(view.language, share, digits=0 if share > 0.1 else 1)
        note = view.text(f"{key}_note", total=_amount(view, classes, total), share=worst)
        return Shown(bars(_kept(items), view.theme, view.language, longest=20), title, note)

    return Tile(f"{page}-{classes.key}", "chart", ask, show, classes.metric)


def _kept(items: Sequence[Bar]) -> list[Bar]:
    """All between the first and the last class that holds anything."""
    filled = [at for at, item in enumerate(items) if item.value]
    return list(items[filled[0] : filled[-1] + 1])


def _bar(view: View, classes: Classes, member: str, amount: float, total: float, hover: str) -> Bar:
    name = view.label(classes.dimension, member)
    share = numbers.percent(view.language, amount / total, digits=0)
    words = f"{_amount(view, classes, amount)} · {share}"
    said = view.text(hover, amount=_amount(view, classes, amount), share=share)
    colour = classes.colours.get(member, "accent")
    return Bar(name, amount, words, f"<b>{name}</b><br>{said}", change(**{classes.dimension: member}), colour)


def _amount(view: View, classes: Classes, amount: float) -> str:
    return numbers.compact(view.language, amount) if classes.money else numbers.number(view.language, amount)
