"""The course of the order fulfilment rate: target, the period before, and the days that are not final yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from fulfillment_bi.charts import theme as look
from fulfillment_bi.charts.landing import Range
from fulfillment_bi.charts.trend import Mark, Point, trend
from fulfillment_bi.i18n import numbers
from fulfillment_bi.insight.maturity import Landing
from fulfillment_bi.metrics.catalog import METRICS
from fulfillment_bi.metrics.catalog.facts import SNAPSHOT
from fulfillment_bi.metrics.query import Query, Result
from fulfillment_bi.web import wording
from fulfillment_bi.web.state import View, change, nothing_key
from fulfillment_bi.web.tile import Answers, Figure, Shown, Tile
from fulfillment_bi.web.tiles.marks import marks
from fulfillment_bi.web.wording import Value

FINAL_HOUR = 23
PENDING_SHARE = 0.01
PERMILLE = 1000


def course(
    page: str,
    metric: str = "otif",
    *,
    zoom: bool = False,
    title: str = "trend.title",
    key: str = "trend",
    settles: int = 0,
) -> Tile:
    """A line of one rate over days, weeks or months; `title` is the key of its question, `key` ends the tile's name.

    The newest `settles` days are not final: what is counted about them still comes in.
    """

    def ask(view: View) -> Mapping[str, Query]:
        return {"course": view.query(metric, by=(view.grain(),))}

    def show_with(view: View, answers: Answers, workspace: Any) -> Shown:
        found = answers["course"]
        young = found.query.basis == "order" and METRICS[metric].is_promise
        landings = workspace.maturity(found.query, view.grain(), trial=False).landings if young else ()
        days = [_day(record[view.grain()]) for record in found.records() if record[view.grain()] is not None]
        events = marks(view, workspace, min(days), max(days)) if days else []
        return show(view, found, {one.day: one for one in landings if one.pending}, events)

    def show(view: View, found: Result, landings: Mapping[date, Landing], events: Sequence[Mark]) -> Shown:
        records = [record for record in found.records() if record[view.grain()] is not None]
        values = [(_day(record[view.grain()]), wording.value_of(record, metric, found)) for record in records]
        values = [(day, value) for day, value in values if _inside(view, day)]
        head = view.text(title, metric=view.metric(metric))
        if not any(value.d for _, value in values):
            return Shown(look.nothing(view.theme, view.language, view.text(nothing_key(METRICS[metric]))), head)
        target = wording.target_of(found, metric)
        return Shown(_figure(view, values, landings, target, settles, zoom, events), head, _note(view, values))

    return Tile(f"{page}-{key}", "chart", ask, metric=metric, show_with=show_with)


def _day(member: Any) -> date:
    if isinstance(member, date):
        return member
    return date.fromisoformat(member if len(str(member)) > 7 else f"{member}-01")


def _inside(view: View, day: date) -> bool:
    return day <= (view.base.end or view.today)


def _figure(
    view: View,
    values: Sequence[tuple[date, Value]],
    landings: Mapping[date, Landing],
    target: float | None,
    settles: int,
    zoom: bool,
    events: Sequence[Mark],
) -> Figure:
    declared = values[0][1].metric
    size = PERMILLE if declared.unit == "permille" else 1
    points = [
        Point(
            day,
            _sized(value.value, size),
            _sentence(view, day, value, landings.get(day)),
            value.d or 0,
            _click(view, day),
        )
        for day, value in values
    ]
    shown = [landings[day] for day, _ in values if day in landings]
    ranges = [
        Range(one.day, one.projected, one.low, one.high)
        for one in shown
        if one.projected is not None and one.low is not None and one.high is not None
    ]
    compared = sum(value.before is not None for _, value in values)
    before = [Point(day, _sized(value.before, size), "", value.before_d or 0) for day, value in values]
    before = before if 2 * compared >= len(values) else []  # an earlier line that mostly is not there says nothing
    immature = _immature(view, values, settles)
    mature = [(day, value) for day, value in values if immature is None or day < immature]
    last = mature[-1] if mature else None
    return trend(
        points,
        view.theme,
        view.language,
        before=before,
        before_name=view.label("before", view.base.compare),
        target=_sized(target, size),
        target_name=view.text("tile.target", value=_short(wording.in_unit(view.language, declared, target))),
        immature_from=immature,
        immature_name=view.text("trend.immature"),
        landing=ranges,
        marks=events,
        end_label=wording.in_unit(view.language, declared, last[1].value, last[1].d) if last else "",
        share=declared.unit == "rate",
        suffix="‰" if declared.unit == "permille" else "",
        zoom=zoom,
    )


def _sentence(view: View, day: date, value: Value, landing: Landing | None) -> str:
    """The hover; of a day with promises pending also where it will land."""
    words = wording.sentence(view.language, _name(view, day), value)
    if landing is None or landing.projected is None:
        return words
    low, projected, high = (
        wording.in_unit(view.language, value.metric, one) for one in (landing.low, landing.projected, landing.high)
    )
    pending = numbers.number(view.language, landing.pending)
    return words + "<br>" + view.text("trend.landing", value=projected, low=low, high=high, pending=pending)


def _sized(value: float | None, size: int) -> float | None:
    return None if value is None else float(value) * size


def _short(words: str) -> str:
    """95%, 97.5%, 3‰: a round target without its zeros."""
    return words.replace(".0%", "%").replace(".00‰", "‰")


def _immature(view: View, values: Sequence[tuple[date, Value]], settles: int) -> date | None:
    """The first day that can still change: promises pending, too young, or the data end before the day does."""
    if settles:
        return next((day for day, _ in values if (view.today - day).days < settles), None)
    for day, value in values:
        pending = value.pending or 0
        if pending and pending > PENDING_SHARE * (pending + (value.d or 0)):
            return day
    if values and values[0][1].metric.measures[values[0][1].metric.level].basis is SNAPSHOT:
        return None  # a snapshot is of a moment, not of the whole day
    local = numbers.moment(view.as_of, view.timezone)
    newest = values[-1][0] if values else None
    if view.grain() == "day" and local and newest == local.date() and local.hour < FINAL_HOUR:
        return newest
    return None


def _name(view: View, day: date) -> str:
    if view.grain() == "month":
        return f"{day:%Y-%m}"
    words = numbers.day(view.language, day)
    if view.grain() == "week":
        return view.text("trend.week", day=words)
    return f"{words} {numbers.weekday(view.language, day)}"


def _click(view: View, day: date) -> str:
    end = {"day": day, "week": date.fromordinal(day.toordinal() + 6)}.get(view.grain()) or _month_end(day)
    return change(**{"from": day.isoformat(), "to": min(end, view.today).isoformat(), "preset": ""})


def _month_end(day: date) -> date:
    following = date(day.year + day.month // 12, day.month % 12 + 1, 1)
    return date.fromordinal(following.toordinal() - 1)


def _note(view: View, values: Sequence[tuple[date, Value]]) -> str:
    """The worst day, named: where to look first."""
    solid = [(day, value) for day, value in values if value.value is not None and (value.d or 0) >= 20]
    if len(solid) < 3:
        return ""
    falls = solid[0][1].metric.direction == "down"
    day, value = (max if falls else min)(solid, key=lambda pair: pair[1].value or 0)
    return view.text(
        "trend.highest" if falls else "trend.lowest", day=_name(view, day), value=wording.shown(view.language, value)
    )
