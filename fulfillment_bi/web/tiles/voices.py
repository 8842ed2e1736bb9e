"""What customers tell us: how satisfied they are, what they complain about, what broke before, who comes back."""

from __future__ import annotations

from collections.abc import Mapping

from fulfillment_bi.charts import theme as look
from fulfillment_bi.charts.bars import Bar, bars
from fulfillment_bi.charts.intervals import Interval, intervals
from fulfillment_bi.i18n import numbers
from fulfillment_bi.insight.ranking import Standing, are_distinct, rank
from fulfillment_bi.metrics.catalog import METRICS
from fulfillment_bi.metrics.query import Query
from fulfillment_bi.web import parts, wording
from fulfillment_bi.web.state import View, change, explaining, left_out
from fulfillment_bi.web.tile import Answers, Figure, Shown, Tile
from fulfillment_bi.web.wording import escaped

MOST = 8
LEAST_ORDERS = 30
"""A rate of fewer orders stays in the hover: one complaint about one order is not a rate."""
COMPLAINTS, REPEATED, COSTS = "complaint_rate", "repeated_complaint_share", "compensation_per_failed_order"
AGAIN, FIRST = "repurchase_rate", "first_order_state"
KEPT, BROKEN, OPEN = "kept", "broken", "none"
SATISFIED, RATED = "satisfaction_rate", "rating_response_rate"


def satisfaction(page: str) -> Tile:
    """The hero: the satisfied of those who rated, with how many rated at all beside it."""

    def ask(view: View) -> Mapping[str, Query]:
        line = view.query(SATISFIED, by=(view.grain(),), compare="none")
        return {SATISFIED: view.query(SATISFIED), RATED: view.query(RATED), "course": line}

    def show(view: View, answers: Answers) -> Shown:
        value, rated = wording.only(answers[SATISFIED], SATISFIED), wording.only(answers[RATED], RATED)
        line = [record[SATISFIED] for record in answers["course"].records()]
        label = view.short(SATISFIED) + (" *" if left_out(view, METRICS[SATISFIED]) else "")
        second = view.text("voices.rated", share=wording.shown(view.language, rated))
        return Shown(parts.number(view, value, label=label, spark=line, second=second, hero=True))

    return Tile(f"{page}-satisfaction-rate", "html", ask, show, SATISFIED, titled=False, filed=(SATISFIED, RATED))


def reasons(page: str) -> Tile:
    """Complaints by what the ticket is about, with those made again."""
    dimension = "ticket_category"

    def ask(view: View) -> Mapping[str, Query]:
        return {"reasons": view.query(REPEATED, by=(dimension,), compare="none")}

    def show(view: View, answers: Answers) -> Shown:
        found = {
            str(record[dimension]): (int(record[f"{REPEATED}_d"]), int(record[f"{REPEATED}_n"] or 0))
            for record in answers["reasons"].records()
            if record[f"{REPEATED}_d"]
        }
        title = view.text(f"card.{page}_reasons")
        whole = sum(count for count, _ in found.values())
        if not whole:
            return Shown(look.nothing(view.theme, view.language, view.text(f"card.{page}_reasons_none")), title)
        items = []
        for member in sorted(found, key=lambda name: -found[name][0])[:MOST]:
            count, repeated = found[member]
            name = view.member(dimension, member)
            words = f"{numbers.number(view.language, count)} · {_share(view, count / whole)}"
            hover = view.text("voices.repeated", count=numbers.number(view.language, repeated))
            sentence = f"<b>{escaped(name)}</b><br>{words}<br>{hover}"
            items.append(Bar(name, count, words, sentence, change(**{dimension: member})))
        note = view.text("split.total", total=numbers.number(view.language, whole))
        return Shown(bars(items, view.theme, view.language, longest=18), title, note)

    return Tile(f"{page}-reasons", "chart", ask, show, REPEATED)


def failures(page: str) -> Tile:
    """Complaints by what broke the order's promise before, against the orders where nothing did."""
    dimension = "break_stage"

    def ask(view: View) -> Mapping[str, Query]:
        return {name: view.query(name, by=(dimension,), compare="none") for name in (COMPLAINTS, COSTS)}

    def show(view: View, answers: Answers) -> Shown:
        counted = {
            str(record[dimension]): (float(record[f"{COMPLAINTS}_n"] or 0), float(record[f"{COMPLAINTS}_d"]))
            for record in answers[COMPLAINTS].records()
            if record[f"{COMPLAINTS}_d"]
        }
        paid = {str(record[dimension]): record[COSTS] for record in answers[COSTS].records()}
        title = view.text(f"card.{page}_failures")
        whole = sum(n for n, _ in counted.values())
        if not whole:
            return Shown(look.nothing(view.theme, view.language, view.text(f"card.{page}_failures_none")), title)
        broken = {name: pair for name, pair in counted.items() if name not in (OPEN, "unknown") and pair[0]}
        order = sorted(broken, key=lambda name: -broken[name][0])[: MOST - 1]
        order += [OPEN] if OPEN in counted else []
        items = [_failure(view, name, *counted[name], whole, paid.get(name)) for name in order]
        n, d = (sum(pair[side] for pair in broken.values()) for side in (0, 1))
        return Shown(bars(items, view.theme, view.language, longest=18), *_finding(view, page, n, d, whole, counted))

    return Tile(f"{page}-failures", "chart", ask, show, COMPLAINTS, filed=(COMPLAINTS, COSTS))


def _failure(view: View, stage: str, n: float, d: float, whole: float, paid: float | None) -> Bar:
    name = view.text("voices.unbroken") if stage == OPEN else view.label("stage", stage)
    rate = numbers.permille(view.language, n / d, 1)
    words = numbers.number(view.language, n) + (f" · {rate}" if d >= LEAST_ORDERS else "")
    lines = [f"<b>{escaped(name)}</b>  {rate}"]
    lines += [view.text("voices.of_orders", n=f"{n:,.0f}", d=f"{d:,.0f}", share=_share(view, n / whole))]
    lines += [view.text("voices.paid", amount=numbers.number(view.language, paid, 2))] if paid else []
    return Bar(name, n, words, "<br>".join(lines), change(break_stage=stage), "soft" if stage == OPEN else "accent")


def _finding(
    view: View, page: str, n: float, d: float, whole: float, counted: Mapping[str, tuple[float, float]]
) -> tuple[str, str]:
    """Title and note: the share of complaints that follow a broken promise, and how much likelier it makes them."""
    note = view.text("voices.legend")
    if not n:
        return view.text(f"card.{page}_failures"), note
    quiet_n, quiet_d = counted.get(OPEN, (0.0, 0.0))
    if quiet_n and quiet_d:
        times = numbers.number(view.language, (n / d) / (quiet_n / quiet_d), 0)
        note = view.text("voices.times", times=times) + " · " + note
    return view.text("voices.finding", share=_share(view, n / whole)), note


def repurchase(page: str) -> Tile:
    """Who ordered again, after a first order that was kept and after one that was not; all customers old enough."""

    def ask(view: View) -> Mapping[str, Query]:
        return {"again": view.query(AGAIN, by=(FIRST,), compare="none", start=None, end=None)}

    def show(view: View, answers: Answers) -> Shown:
        counts = {
            str(record[FIRST]): (float(record[f"{AGAIN}_n"] or 0), float(record[f"{AGAIN}_d"]))
            for record in answers["again"].records()
            if record[f"{AGAIN}_d"]
        }
        found = {one.segment: one for one in rank(counts, enough=METRICS[AGAIN].minimum_sample)}
        title = view.text(f"card.{page}_repurchase")
        if not found:
            return Shown(look.nothing(view.theme, view.language, view.text(f"card.{page}_repurchase_none")), title)
        kept, broken = found.get(KEPT), found.get(BROKEN)
        if kept and broken:
            key = "lower" if are_distinct(kept, broken) and broken.value < kept.value else "chance"
            title = view.text(f"voices.again_{key}")
        return Shown(_again(view, found), title, view.text("voices.again_note"))

    return Tile(f"{page}-repurchase", "chart", ask, show, AGAIN)


def _again(view: View, found: Mapping[str, Standing]) -> Figure:
    whole = sum(one.n for one in found.values()) / sum(one.d for one in found.values())
    items = []
    for state, one in sorted(found.items(), key=lambda pair: (pair[0] != KEPT, pair[0] != BROKEN, pair[0])):
        name = view.label(FIRST, state)
        rate, low, high = (numbers.percent(view.language, value, one.d) for value in (one.value, one.low, one.high))
        counted = view.text("hover.of", n=numbers.number(view.language, one.n), d=numbers.number(view.language, one.d))
        # The rows are those of all days, so the page goes there with the drawer.
        click = "&".join(
            (explaining(AGAIN, "denominator", **{FIRST: state}), change(preset="all", **{"from": "", "to": ""}))
        )
        items.append(
            Interval(
                name,
                one.value,
                one.low,
                one.high,
                f"{rate} · {numbers.compact(view.language, one.d)}",
                f"<b>{name}</b>  {rate}<br>{counted}<br>{view.text('standings.hover', low=low, high=high)}",
                click,
                "bad" if state == BROKEN else "accent",
                not one.is_enough,
            )
        )
    name = view.text("standings.whole", value=numbers.percent(view.language, whole))
    return intervals(items, view.theme, view.language, whole=whole, whole_name=name)


def _share(view: View, share: float) -> str:
    return numbers.percent(view.language, share, digits=0)
