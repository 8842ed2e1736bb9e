"""Members of one dimension by a rate, the one that costs most on top, each with the cases behind it."""

from __future__ import annotations

from collections.abc import Mapping

from fulfillment_bi.charts import theme as look
from fulfillment_bi.charts.bars import Bar, bars
from fulfillment_bi.i18n import numbers
from fulfillment_bi.metrics.catalog import METRICS
from fulfillment_bi.metrics.query import Level, Query, Result
from fulfillment_bi.web import wording
from fulfillment_bi.web.state import View, change
from fulfillment_bi.web.tile import Answers, Shown, Tile

MOST = 8
COLOURS = {"good": "accent", "flat": "accent", "bad": "bad", "alarm": "bad"}


def ranked(page: str, key: str, metric: str, dimension: str, level: Level | None = None) -> Tile:
    """Bars of the rate. Those with most failures come first, so that a small member does not hide a large one."""
    falls = METRICS[metric].direction == "down"

    def ask(view: View) -> Mapping[str, Query]:
        fixed = {"level": level} if level else {}
        return {"members": view.query(metric, by=(dimension,), compare="none", **fixed)}

    def show(view: View, answers: Answers) -> Shown:
        found = answers["members"]
        records = [record for record in found.records() if record[f"{metric}_d"]]
        title = view.text(f"card.{page}_{key}")
        if not records:
            return Shown(look.nothing(view.theme, view.language, view.text(f"card.{page}_{key}_none")), title)
        n, d = (sum(float(record[f"{metric}_{part}"] or 0) for record in records) for part in "nd")
        records.sort(key=lambda record: -_failed(record, metric, falls))
        items = [_bar(view, found, record, metric, dimension) for record in records[:MOST]]
        whole = numbers.percent(view.language, n / d, d)
        cases = numbers.number(view.language, d)
        return Shown(
            bars(items, view.theme, view.language),
            title,
            view.text(f"card.{page}_{key}_note", whole=whole, count=cases),
        )

    return Tile(f"{page}-{key}", "chart", ask, show, metric)


def _failed(record: Mapping[str, float | None], metric: str, falls: bool) -> float:
    n, d = float(record[f"{metric}_n"] or 0), float(record[f"{metric}_d"] or 0)
    return n if falls else d - n


def _bar(view: View, found: Result, record: dict[str, object], metric: str, dimension: str) -> Bar:
    value = wording.value_of(record, metric, found)
    name = view.member(dimension, record[dimension])
    words = f"{wording.shown(view.language, value)} · {wording.fraction_words(view.language, value)}"
    sentence = wording.sentence(view.language, name, value)
    click = change(**{dimension: record[dimension]})
    return Bar(name, value.value, words, sentence, click, COLOURS[wording.status(value)])
