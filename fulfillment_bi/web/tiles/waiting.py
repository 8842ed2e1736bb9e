"""Open orders by the hours left to their promise: what will break next."""

from __future__ import annotations

from collections.abc import Mapping

from fulfillment_bi.charts import theme as look
from fulfillment_bi.charts.bars import Bar, bars
from fulfillment_bi.i18n import numbers
from fulfillment_bi.metrics.dimensions import BUCKETS
from fulfillment_bi.metrics.query import Query
from fulfillment_bi.web.state import View, change
from fulfillment_bi.web.tile import Answers, Shown, Tile

COLOURS = {"overdue": "alarm", "0-2": "bad", "2-6": "bad", "none": "soft"}
VALUE = "backlog_value"


def waiting(page: str) -> Tile:
    """Bars by promise bucket, overdue first, with what the orders are worth where the data say it."""

    def ask(view: View) -> Mapping[str, Query]:
        return {
            "backlog": view.query("backlog", by=("promise_bucket",), compare="none"),
            "value": view.query(VALUE, by=("promise_bucket",), compare="none"),
        }

    def show(view: View, answers: Answers) -> Shown:
        counts = {str(r["promise_bucket"]): int(r["backlog"] or 0) for r in answers["backlog"].records()}
        values = {str(r["promise_bucket"]): r[VALUE] for r in answers["value"].records()}
        title = view.text("waiting.title")
        total = sum(counts.values())
        if not total:
            return Shown(look.nothing(view.theme, view.language, view.text("waiting.none")), title)
        items = [_bar(view, bucket, counts.get(bucket, 0), values.get(bucket), total) for bucket in BUCKETS]
        kept = [item for item, bucket in zip(items, BUCKETS, strict=True) if bucket != "none" or counts.get("none")]
        return Shown(bars(kept, view.theme, view.language), title, _note(view, counts, values, total))

    return Tile(f"{page}-waiting", "chart", ask, show, "backlog", filed=("backlog", "value"))


def _bar(view: View, bucket: str, count: int, value: float | None, total: int) -> Bar:
    name = view.label("promise_bucket", bucket)
    words = numbers.number(view.language, count)
    if value:
        words += f" · {numbers.compact(view.language, value)}"
    hover = view.text(
        "waiting.hover",
        count=numbers.number(view.language, count),
        share=numbers.percent(view.language, count / total, digits=0),
    )
    sentence = f"<b>{name}</b><br>{hover}"
    if value:
        sentence += "<br>" + view.text("waiting.value", value=numbers.compact(view.language, value))
    return Bar(name, count, words, sentence, change(promise_bucket=bucket), COLOURS.get(bucket, "accent"))


def _note(view: View, counts: Mapping[str, int], values: Mapping[str, float | None], total: int) -> str:
    """How many in all; then what the two numbers at a bar are, or with only one how many are overdue."""
    everything = numbers.number(view.language, total)
    if any(values.values()):
        return view.text("waiting.note_worth", total=everything)
    return view.text("waiting.note", total=everything, overdue=numbers.number(view.language, counts.get("overdue", 0)))
