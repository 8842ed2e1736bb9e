"""Events on a chart's days: what the loaded calendar says and what people wrote, where it concerns what is shown."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from fulfillment_bi.charts.bars import shortened
from fulfillment_bi.charts.trend import PENCIL, Mark
from fulfillment_bi.filters import describe_filter
from fulfillment_bi.insight.happenings import EVERYWHERE, Happening
from fulfillment_bi.journal.annotations import Annotation, list_annotations
from fulfillment_bi.metrics.query import Filter
from fulfillment_bi.operations.standing import open_journal
from fulfillment_bi.web.state import View
from fulfillment_bi.web.wording import escaped

MOST = 6
MOST_NOTES = 12
LONGEST = 18
SCOPED = ("channel", "carrier", "warehouse", "shop", "region")


def marks(view: View, workspace: Any, first: date, last: date) -> list[Mark]:
    """Those that begin between two days; on charts of weeks and months at the point that holds the day."""
    found = [one for one in workspace.happenings(first, last) if first <= one.first <= last and _concerns(view, one)]
    events = [Mark(_point(view, one.first), escaped(_words(view, one))) for one in found[:MOST]]
    written = [_written(view, one) for one in notes(view, workspace, first, last)[-MOST_NOTES:]]
    return [*events, *written]


def notes(view: View, workspace: Any, first: date | None = None, last: date | None = None) -> list[Annotation]:
    """The annotations of these days (of the page's period, unless given) that concern what whoever asks may see."""
    journal = open_journal(workspace)
    if journal is None:
        return []
    start = first if first is not None else view.base.start
    end = last if last is not None else (view.base.end or view.today)
    found = list_annotations(journal, start, end, view.base.where)
    scope = getattr(workspace, "scope", None)
    if scope is None:
        return found
    limits = tuple(Filter(name, tuple(sorted(members))) for name, members in scope.items() if members)
    return [one for one in found if one.concerns(limits)]


def _written(view: View, one: Annotation) -> Mark:
    said = f"{one.words} ({one.created_by})" if one.created_by else one.words
    where = " · ".join(describe_filter(item, view.language) for item in one.where)
    sentence = "<br>".join(filter(None, (f"<b>{escaped(said)}</b>", escaped(where))))
    return Mark(_point(view, one.day), f"{PENCIL} {escaped(shortened(one.words, LONGEST))}", sentence)


def _concerns(view: View, one: Happening) -> bool:
    """Whether it is of all, or of a member the page is filtered to; a page without such filter shows everything."""
    kept = {value for each in view.base.where if each.dimension in SCOPED for value in each.values}
    return one.scope == EVERYWHERE or not kept or one.scope in kept


def _words(view: View, one: Happening) -> str:
    if one.scope == EVERYWHERE:
        return one.name
    return f"{view.member('channel', one.scope)} {one.name}"


def _point(view: View, day: date) -> date:
    grain = view.grain()
    if grain == "week":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if grain == "month" else day
