"""What Explore is asked: any metrics by any dimensions, answered together, each refusal with its reason."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from fulfillment_bi.errors import FulfillmentError, NotApplicableError
from fulfillment_bi.i18n import numbers
from fulfillment_bi.metrics.catalog import METRICS
from fulfillment_bi.metrics.describe import splits
from fulfillment_bi.metrics.dimensions import DIMENSIONS
from fulfillment_bi.metrics.query import Level, Query, Result
from fulfillment_bi.metrics.resolve import check_split, resolve
from fulfillment_bi.metrics.types import Dimension
from fulfillment_bi.web import wording
from fulfillment_bi.web.state import View, is_timed, left_out
from fulfillment_bi.web.wording import Value

CHARTS = ("table", "pivot", "line", "bar", "heat", "scatter", "related")
DEFAULT_METRICS, DEFAULT_BY = ("otif",), ("channel",)
MOST_METRICS, MOST_DIMENSIONS, MOST_ROWS, MOST_NAMED = 5, 3, 20_000, 8
Members = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """The names in the URL that exist, and how to show them; `left` are those that do not, or are too many."""

    metrics: tuple[str, ...]
    by: tuple[str, ...]
    chart: str
    left: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Explored:
    """One result a metric over the same dimensions. `refused` says in words which could not be answered and why.

    `members` are the rows, in the order to show; `notes` what the reader must know of how they were counted.
    """

    asked: Asked
    results: Mapping[str, Result]
    members: tuple[Members, ...]
    refused: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    values: Mapping[str, Mapping[Members, Value]] = field(default_factory=dict)
    """Each metric by its rows."""

    def distinct(self, place: int) -> list[Any]:
        """The members of one dimension, in the order of the rows."""
        return list(dict.fromkeys(members[place] for members in self.members))


def asked(view: View) -> Asked:
    """What the URL asks for; without a word about it the first metric by channel."""
    left: list[str] = []
    metrics = _names(view.state.param("metrics"), METRICS, MOST_METRICS, left) or DEFAULT_METRICS
    named = dict(view.state.params).get("by")
    by = DEFAULT_BY if named is None else _names(named, DIMENSIONS, MOST_DIMENSIONS, left)
    chart = view.state.param("chart")
    return Asked(metrics, by, chart if chart in CHARTS else _usual(by), tuple(left))


def by_row(result: Result, metric: str) -> dict[Members, Value]:
    """The metric in each row of an answer."""
    width = len(result.query.by)
    return {
        row[:width]: wording.value_of(record, metric, result)
        for row, record in zip(result.rows, result.records(), strict=True)
    }


def _names(text: str, known: Mapping[str, Any], most: int, left: list[str]) -> tuple[str, ...]:
    found = list(dict.fromkeys(part for part in text.split(",") if part))
    left += [name for name in found if name not in known] + [name for name in found if name in known][most:]
    return tuple([name for name in found if name in known][:most])


def _usual(by: Sequence[str]) -> str:
    if not by:
        return "table"
    return "line" if any(DIMENSIONS[name].is_calendar for name in by) else "bar"


def explored(view: View, workspace: Any) -> Explored:
    """The answers to what the URL asks; what cannot be answered is refused one by one, the rest still stands."""
    wanted = asked(view)
    queries: dict[str, Query] = {}
    refused = [view.text("explore.left", name=name) for name in wanted.left]
    notes: list[str] = []
    for name in wanted.metrics:
        found = fit(view, name, wanted.by)
        if isinstance(found, Query):
            queries[name] = found
            notes += _notes(view, name, found)
        else:
            refused.append(found)
    results: dict[str, Result] = {}
    for name, query in queries.items():
        try:
            answer = workspace.run(query)
        except FulfillmentError as error:
            refused.append(f"{view.metric(name)}: {error.what} {error.hint}")
            continue
        if len(answer.rows) > MOST_ROWS:
            refused.append(view.text("explore.too_many", metric=view.metric(name), most=f"{MOST_ROWS:,}"))
        else:
            results[name] = answer
    kept = replace(wanted, metrics=tuple(results))
    values = {name: by_row(result, name) for name, result in results.items()}
    members = _ordered(view, kept, values)
    return Explored(kept, results, members, tuple(refused), tuple(dict.fromkeys(notes)), values)


def fit(view: View, name: str, by: Sequence[str]) -> Query | str:
    """The query for a metric at the first level that has all these dimensions; else why there is none, in words."""
    metric = METRICS[name]
    levels: list[Level | None] = [None, *metric.measures]
    for level in levels:
        query = view.query(name, by=by, limit=MOST_ROWS + 1, **({"level": level} if level else {}))
        if _refusing(query, name) is None:
            return query
    refusing = _refusing(view.query(name, by=by), name)
    assert refusing is not None
    return refusal(view, name, refusing)


def _refusing(query: Query, name: str) -> Dimension | None:
    resolved = resolve(METRICS[name], query)
    for each in query.by:
        try:
            check_split(DIMENSIONS[each], resolved)
        except NotApplicableError:
            return DIMENSIONS[each]
    return None


def refusal(view: View, name: str, dimension: Dimension) -> str:
    """Why the metric cannot be split so, and by what it can."""
    resolved = resolve(METRICS[name], view.query(name))
    words = {"metric": view.metric(name), "dimension": view.dimension(dimension.name)}
    words["grain"] = resolved.fact.grain.of(view.language).rstrip("。.")
    words["kind"] = resolved.fact.name
    possible = splits(resolved)
    comma = "、" if view.language == "zh" else ", "
    words["others"] = comma.join(view.dimension(each) for each in possible[:MOST_NAMED])
    key = "column"
    if dimension.is_calendar:
        key = "hour" if is_timed(METRICS[name]) else "now"
    return view.text(f"explore.no_{key}", **words)


def _notes(view: View, name: str, query: Query) -> list[str]:
    metric = METRICS[name]
    notes = []
    if query.level and query.level != metric.level:
        level = view.label("option.level", query.level)
        notes.append(view.text("explore.at_level", metric=view.metric(name), level=level))
    missing = left_out(view, metric)
    if missing:
        names = ", ".join(view.dimension(each) for each in missing)
        notes.append(view.text("explore.unfiltered", metric=view.metric(name), dimensions=names))
    if not is_timed(metric):
        notes.append(view.text("explore.as_of_now", metric=view.metric(name)))
    return notes


def _ordered(view: View, wanted: Asked, values: Mapping[str, Mapping[Members, Value]]) -> tuple[Members, ...]:
    """By the column the URL sorts by; else in the order of time or of a vocabulary; else the largest first."""
    if not values:
        return ()
    members = list(dict.fromkeys(members for own in values.values() for members in own))
    sort = view.state.param("sort")
    name = sort.removeprefix("-")
    if name in values:
        known = {each: float(value.value) for each, value in values[name].items() if value.value is not None}
        ranked = sorted(known, key=known.__getitem__, reverse=sort.startswith("-"))
        return (*ranked, *(each for each in members if each not in known))
    first = values[wanted.metrics[0]]
    sizes: dict[tuple[int, Any], float] = {}
    for each in members:
        size = float(first[each].d or 0) if each in first else 0.0
        for at in enumerate(each):
            sizes[at] = sizes.get(at, 0.0) + size
    place = _place(wanted.by, sizes)
    return tuple(sorted(members, key=lambda each: tuple(map(place, enumerate(each)))))


def _place(by: Sequence[str], sizes: Mapping[tuple[int, Any], float]) -> Callable[[tuple[int, Any]], tuple[float, str]]:
    def key(at: tuple[int, Any]) -> tuple[float, str]:
        place, member = at
        dimension = DIMENSIONS[by[place]]
        if dimension.is_calendar:
            return 0.0, f"{member:>4}" if isinstance(member, int) else str(member)
        if str(member) in dimension.members:
            return float(dimension.members.index(str(member))), ""
        return -sizes[at] if not dimension.members else 1e9, str(member)

    return key


def member_name(view: View, dimension: str, member: Any) -> str:
    """A member as people read it: days by the language's calendar, weekdays by name."""
    if member is None:
        return numbers.DASH
    if dimension == "weekday":
        return view.label("weekday", member)
    if dimension == "hour" and str(member).isdigit():
        return f"{int(member):02d}:00"
    if dimension in ("day", "week") and hasattr(member, "weekday"):
        day = numbers.day(view.language, member)
        return f"{day} {numbers.weekday(view.language, member)}" if dimension == "day" else day
    return view.member(dimension, member)


def row_name(view: View, by: Sequence[str], members: Members) -> str:
    """All members of a row as one name."""
    return " · ".join(member_name(view, name, each) for name, each in zip(by, members, strict=True))
