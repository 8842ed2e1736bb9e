"""The course of the order fulfilment rate: target, the period before, and the days that are not final yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from fulfillment_bi.charts import theme as look
from fulfillment_bi.charts.trend import Point, trend
from fulfillment_bi.i18n import numbers
from fulfillment_bi.metrics.catalog import METRICS
from fulfillment_bi.metrics.query import Query
from fulfillment_bi.web import wording
from fulfillment_bi.web.state import View, change
from fulfillment_bi.web.tile import Answers, Figure, Shown, Tile
from fulfillment_bi.web.wording import Value

FINAL_HOUR = 23
PENDING_SHARE = 0.01


def course(page: str, metric: str = "otif", *, zoom: bool = False) -> Tile:
    """A line of one rate over days, weeks or months."""

    def ask(view: View) -> Mapping[str, Query]:
        return {"course": view.query(metric, by=(view.grain(),))}

    def show(view: View, answers: Answers) -> Shown:
        records = [record for record in answers["course"].records() if record[view.grain()] is not None]
        values = [(_day(record[view.grain()]), wording.value_of(record, metric)) for record in records]
        values = [(day, value) for day, value in values if _inside(view, day)]
        title = view.text("trend.title", metric=view.metric(metric))
        if not any(value.d for _, value in values):
            return Shown(look.nothing(view.theme, view.language, view.text("empty.period")), title)
        return Shown(_figure(view, metric, values, zoom), title, _note(view, values))

    return Tile(f"{page}-trend", "chart", ask, show, metric)


def _day(member: Any) -> date:
    if isinstance(member, date):
        return member
    return date.fromisoformat(member if len(str(member)) > 7 else f"{member}-01")


def _inside(view: View, day: date) -> bool:
    return day <= (view.base.end or view.today)


def _figure(view: View, metric: str, values: Sequence[tuple[date, Value]], zoom: bool) -> Figure:
    declared = METRICS[metric]
    points = [
        Point(
            day, value.value, wording.sentence(view.language, _name(view, day), value), value.d or 0, _click(view, day)
        )
        for day, value in values
    ]
    compared = [(day, value) for day, value in values if value.before is not None]
    before = [Point(day, value.before, "", value.before_d or 0) for day, value in values] if compared else []
    immature = _immature(view, values)
    mature = [point for point in points if immature is None or point.day < immature]
    last = mature[-1] if mature else None
    return trend(
        points,
        view.theme,
        view.language,
        before=before,
        before_name=view.label("before", view.base.compare),
        target=declared.target,
        target_name=view.text("tile.target", value=numbers.percent(view.language, declared.target, digits=0)),
        immature_from=immature,
        immature_name=view.text("trend.immature"),
        end_label=numbers.percent(view.language, last.value, last.sample) if last else "",
        zoom=zoom,
    )


def _immature(view: View, values: Sequence[tuple[date, Value]]) -> date | None:
    """The first day that can still change: promises pending, or the data end before the day does."""
    for day, value in values:
        pending = value.pending or 0
        if pending and pending > PENDING_SHARE * (pending + (value.d or 0)):
            return day
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
