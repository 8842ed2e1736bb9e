"""Where promises break: from 100 % down to the share that was kept, by the stage that broke them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fulfillment_bi.charts import theme as look
from fulfillment_bi.charts.bars import Bar, broken, share_words
from fulfillment_bi.i18n import numbers
from fulfillment_bi.metrics.query import Query
from fulfillment_bi.web.state import View, change
from fulfillment_bi.web.tile import Answers, Shown, Tile
from fulfillment_bi.web.wording import escaped

MOST = 6
# Failures are counted against the first delivery promise whatever the page's switch says: parts and whole agree.
FIXED: dict[str, Any] = {"basis": "due", "level": None, "event": None, "promise": "original", "causes": "all"}


def where_broken(page: str) -> Tile:
    """Floating steps by `break_stage`."""

    def ask(view: View) -> Mapping[str, Query]:
        return {
            "stages": view.query("otif_failures", by=("break_stage",), compare="none", **FIXED),
            "all": view.query("otif", compare="none", **FIXED),
        }

    def show(view: View, answers: Answers) -> Shown:
        due = answers["all"].value("otif_d") or 0
        found = [
            (str(record["break_stage"]), int(record["otif_failures"] or 0))
            for record in answers["stages"].records()
            if record["otif_failures"]
        ]
        found.sort(key=lambda pair: -pair[1])
        title = view.text("broken.title")
        failed = sum(count for _, count in found)
        if not due:
            return Shown(look.nothing(view.theme, view.language, view.text("empty.period")), title)
        if not failed:
            return Shown(look.nothing(view.theme, view.language, view.text("broken.none")), title)
        kept = numbers.percent(view.language, 1 - failed / due, due)
        first = view.text(
            "broken.first", stage=view.label("stage", found[0][0]), share=_percent(view, found[0][1] / failed)
        )
        figure = broken(
            1 - failed / due,
            _bars(view, found, due, failed),
            view.theme,
            view.language,
            kept_name=kept,
            all_name="100%",
        )
        return Shown(figure, title, f"{view.text('broken.kept')} {kept} · {first}{_fixed(view)}")

    return Tile(f"{page}-broken", "chart", ask, show, "otif_failures")


def _bars(view: View, found: list[tuple[str, int]], due: float, failed: int) -> list[Bar]:
    shown = found if len(found) <= MOST else found[: MOST - 1]
    items = []
    for at, (stage, count) in enumerate(shown):
        name = view.label("stage", stage)
        words = view.text(
            "broken.hover",
            count=numbers.number(view.language, count),
            share=_percent(view, count / failed),
            points=numbers.number(view.language, count / due * 100, 1),
        )
        items.append(
            Bar(
                name,
                count / due,
                share_words(view.language, count / due, count),
                f"<b>{escaped(name)}</b><br>{words}",
                change(break_stage=stage),
                "bad" if at == 0 else "accent",
            )
        )
    rest = sum(count for _, count in found[len(shown) :])
    if rest:
        name = view.text("broken.rest")
        items.append(Bar(name, rest / due, share_words(view.language, rest / due, rest), name, "", "soft"))
    return items


def _fixed(view: View) -> str:
    """Says that the page's switch does not reach this tile, when it is set."""
    switched = any(getattr(view.base, name) != value for name, value in FIXED.items())
    return f" · {view.text('broken.fixed')}" if switched else ""


def _percent(view: View, share: float) -> str:
    return numbers.percent(view.language, share, digits=0)
