"""What broke the promises and who is accountable: shares that sum to the failures, each with its evidence."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from fulfillment_bi.charts import theme as look
from fulfillment_bi.charts.bars import Bar, Stage, bars, stages
from fulfillment_bi.i18n import numbers
from fulfillment_bi.insight.bridge_facts import Cause, StageTime
from fulfillment_bi.metrics.query import Query
from fulfillment_bi.web.explained import Refused, explained, refused_figure
from fulfillment_bi.web.state import View, explaining
from fulfillment_bi.web.tile import Answers, Shown, Tile
from fulfillment_bi.web.tiles.broken import FIXED
from fulfillment_bi.web.wording import escaped

METRIC = "failure_causes"
COLOURS = {"us": "bad", "supplier": "accent", "carrier": "accent", "customer": "soft", "platform": "soft"}


def causes(page: str) -> Tile:
    """Failed orders by cause, those before beside them; a click lists the evidence."""

    def ask(view: View) -> Mapping[str, Query]:
        return {"causes": view.query(METRIC, by=("cause",), compare="none", **FIXED)}

    def show(view: View, answers: Answers, workspace: Any) -> Shown:
        title = view.text("why.causes")
        found = {str(row["cause"]): row[METRIC] for row in answers["causes"].records() if row[METRIC]}
        failed = sum(found.values())
        if not failed:
            return Shown(look.nothing(view.theme, view.language, view.text("broken.none")), title)
        explanation = explained(view, workspace)
        changes = {} if isinstance(explanation, Refused) else {one.cause: one for one in explanation.causes}
        order = sorted(found, key=lambda cause: -found[cause])
        items = [
            _cause(view, cause, found[cause], failed, changes.get(cause), at == 0) for at, cause in enumerate(order)
        ]
        note = view.text("why.causes_note", count=numbers.number(view.language, failed))
        return Shown(bars(items, view.theme, view.language), title, note)

    return Tile(f"{page}-causes", "chart", ask, metric=METRIC, show_with=show)


def _cause(view: View, cause: str, orders: float, failed: float, changed: Cause | None, worst: bool) -> Bar:
    name, lang = view.label("cause", cause), view.language
    share = numbers.percent(lang, float(orders) / float(failed), digits=0)
    words = f"{_orders(view, orders)} · {share}"
    lines = [f"<b>{escaped(name)}</b>", words]
    if changed is not None and changed.effect is not None:
        words += f" {_arrow(changed.effect)}"
        lines.append(view.text("why.cause_before", count=_orders(view, float(changed.before))))
        lines.append(view.text("why.cause_effect", effect=numbers.points(lang, float(changed.effect), 2)))
    return Bar(
        name,
        float(orders),
        words,
        "<br>".join(lines),
        explaining(METRIC, "numerator", cause=cause),
        "bad" if worst else "accent",
    )


def _orders(view: View, orders: float) -> str:
    """Shares of orders: whole ones without decimals."""
    return numbers.number(view.language, orders, 0 if float(orders).is_integer() else 1)


def _arrow(effect: Fraction) -> str:
    return "▲" if effect > 0 else "▼" if effect < 0 else ""


def parties(page: str) -> Tile:
    """The same failures by who is accountable."""

    def ask(view: View) -> Mapping[str, Query]:
        return {"parties": view.query(METRIC, by=("accountable",), compare="none", **FIXED)}

    def show(view: View, answers: Answers) -> Shown:
        title = view.text("why.parties")
        found = {str(row["accountable"]): row[METRIC] for row in answers["parties"].records() if row[METRIC]}
        failed = sum(found.values())
        if not failed:
            return Shown(look.nothing(view.theme, view.language, view.text("broken.none")), title)
        items = [_party(view, party, found[party], failed) for party in sorted(found, key=lambda party: -found[party])]
        return Shown(bars(items, view.theme, view.language), title, view.text("why.parties_note"))

    return Tile(f"{page}-parties", "chart", ask, show, METRIC)


def _party(view: View, party: str, orders: float, failed: float) -> Bar:
    name = view.label("accountable", party)
    words = f"{_orders(view, orders)} · {numbers.percent(view.language, float(orders) / float(failed), digits=0)}"
    go = explaining(METRIC, "numerator", accountable=party)
    return Bar(name, float(orders), words, f"<b>{escaped(name)}</b><br>{words}", go, COLOURS.get(party, "soft"))


def stage_changes(page: str) -> Tile:
    """The mean time of each stage, what it was before as a mark."""

    def tell(view: View, workspace: Any) -> Shown:
        found = explained(view, workspace)
        title = view.text("why.stages")
        if isinstance(found, Refused):
            return Shown(refused_figure(view, found), title)
        if not found.stages:
            return Shown(look.nothing(view.theme, view.language, view.text("why.no_stages")), title)
        grown = [one.change for one in found.stages if one.change is not None]
        most = max(grown, default=None)
        items = [_stage(view, one, most) for one in found.stages]
        return Shown(stages(items, view.theme, view.language), title, view.text("why.stages_note"))

    return Tile(f"{page}-stages", "chart", tell=tell)


def _stage(view: View, one: StageTime, most: Fraction | None) -> Stage:
    name, lang = view.label("stage", one.stage), view.language
    before, after = (None if value is None else float(value) for value in (one.before, one.after))
    words = numbers.duration(lang, after)
    if one.change is not None:
        words += f" ({numbers.duration(lang, float(one.change), sign=True)})"
    sentence = f"<b>{escaped(name)}</b><br>{numbers.duration(lang, before)} → {numbers.duration(lang, after)}"
    is_worst = most is not None and most > 0 and one.change == most
    return Stage(name, after, None, words, sentence, explaining("stage_time_mean", stage=one.stage), is_worst, before)
