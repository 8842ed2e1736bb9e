"""How long each member takes: its median and its P90, the slowest on top."""

from __future__ import annotations

from collections.abc import Mapping

from fulfillment_bi.charts import theme as look
from fulfillment_bi.charts.bars import Stage, stages
from fulfillment_bi.i18n import numbers
from fulfillment_bi.metrics.catalog import METRICS
from fulfillment_bi.metrics.query import Query
from fulfillment_bi.web import wording
from fulfillment_bi.web.state import View, explaining
from fulfillment_bi.web.tile import Answers, Shown, Tile
from fulfillment_bi.web.wording import Value, escaped

MOST, LEAST_SAMPLE = 8, 5
MUCH = 1.5
"""A P90 so many times that of all together stands out."""


def durations(page: str, key: str, half: str, most: str, dimension: str) -> Tile:
    """`half` and `most` are the metrics of the median and of the P90."""

    def ask(view: View) -> Mapping[str, Query]:
        return {
            half: view.query(half, by=(dimension,)),
            most: view.query(most, by=(dimension,), compare="none"),
            "whole": view.query(most, compare="none"),
        }

    def show(view: View, answers: Answers) -> Shown:
        found = answers[half]
        medians = {str(record[dimension]): wording.value_of(record, half, found) for record in found.records()}
        slow = {str(record[dimension]): record[most] for record in answers[most].records()}
        title = view.text(f"card.{page}_{key}")
        known = [name for name, value in medians.items() if (value.d or 0) >= LEAST_SAMPLE and slow.get(name)]
        if not known:
            return Shown(look.nothing(view.theme, view.language, view.text(f"card.{page}_{key}_none")), title)
        whole = wording.only(answers["whole"], most).value or 0.0
        first = sorted(known, key=lambda name: -slow[name])[:MOST]
        items = [_stage(view, dimension, name, medians[name], slow[name], slow[name] > MUCH * whole) for name in first]
        note = view.text(
            f"card.{page}_{key}_note",
            slow=wording.in_unit(view.language, METRICS[most], whole),
            shown=len(first),
            count=len(medians),
            least=LEAST_SAMPLE,
        )
        if any(item.before is not None for item in items):
            note += " · " + view.text("durations.before")
        return Shown(stages(items, view.theme, view.language, longest=22), title, note)

    return Tile(f"{page}-{key}", "chart", ask, show, half, filed=(half, most))


def _stage(view: View, dimension: str, member: str, median: Value, slow: float, stands_out: bool) -> Stage:
    name = view.member(dimension, member)
    shown, late = (wording.in_unit(view.language, median.metric, value) for value in (median.value, slow))
    hover = view.text("durations.hover", median=shown, slow=late, count=numbers.number(view.language, median.d))
    changed = wording.change_words(view.language, median)
    against = f"<br>{changed} {view.text('hover.against')}" if changed else ""
    return Stage(
        name,
        median.value,
        slow,
        f"{shown} · P90 {late}",
        f"<b>{escaped(name)}</b><br>{hover}{against}",
        explaining(median.metric.name, **{dimension: member}),
        stands_out,
        median.before,
    )
