"""What a page shows, as one value: URL <-> state <-> query <-> sentence.

Each row of `CHOICES` and `FILTERS` owns one URL parameter: how it is spelled, what it may say, and how a person reads
it. A URL never fails: what cannot be understood is left out and reported.

    ?preset=90d&compare=previous&channel=tmall&channel=jd&level=line
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any
from urllib.parse import parse_qsl, urlencode

from fulfillment_bi.metrics.dimensions import DIMENSIONS
from fulfillment_bi.metrics.query import Basis, Causes, Compare, Event, Filter, Level, Promise, Query, Timestamps
from fulfillment_bi.metrics.reach import is_day_in_reach
from fulfillment_bi.metrics.resolve import get_metric, resolve
from fulfillment_bi.metrics.types import Text

DEFAULT_PRESET = "30d"
MOST_VALUES = 200
LONGEST_VALUE = 200

PAGE_PARAMS = frozenset(
    {
        "against",
        "board",
        "by",
        "capacity",
        "carrier_to",
        "chart",
        "cutoff",
        "lead",
        "like",
        "metric",
        "metrics",
        "page",
        "part",
        "q",
        "rotate",
        "safety",
        "sort",
        "split",
        "tab",
        "target",
        "uplift",
    }
)
"""Parameters a page may use for itself unless it names its own."""


@dataclass(frozen=True, slots=True)
class PageState:
    """Everything a URL says. With a `preset` the period follows the data; `start` and `end` are set otherwise.

    `params` are the page's own parameters. `lang` and `theme` are empty when the URL leaves them to the browser.
    """

    preset: str = DEFAULT_PRESET
    start: date | None = None
    end: date | None = None
    compare: Compare = "none"
    basis: Basis = "due"
    promise: Promise = "original"
    event: Event | None = None
    level: Level | None = None
    causes: Causes = "all"
    timestamps: Timestamps = "possible"
    where: tuple[Filter, ...] = ()
    lang: str = ""
    theme: str = ""
    params: tuple[tuple[str, str], ...] = ()

    def but(self, **changes: Any) -> PageState:
        """The same state with some fields changed."""
        return replace(self, **changes)

    def values(self, dimension: str) -> tuple[str, ...]:
        """The members a dimension is filtered to, empty for all."""
        return next((item.values for item in self.where if item.dimension == dimension), ())

    def param(self, name: str, default: str = "") -> str:
        """One of the page's own parameters."""
        return dict(self.params).get(name, default)

    def filtered(self, dimension: str, values: Sequence[str]) -> PageState:
        """The same state with a dimension filtered to `values`; none removes the filter."""
        others = {item.dimension: item for item in self.where if item.dimension != dimension}
        if values:
            others[dimension] = Filter(dimension, tuple(dict.fromkeys(values)))
        return replace(self, where=tuple(others[name] for name in FILTERS if name in others))

    def toggled(self, dimension: str, value: str) -> PageState:
        """The same state with one member added to a filter, or taken out again: what a click on a bar does."""
        chosen = self.values(dimension)
        kept = tuple(one for one in chosen if one != value) if value in chosen else (*chosen, value)
        return self.filtered(dimension, kept)


@dataclass(frozen=True, slots=True)
class Choice:
    """A URL parameter with a few values; each value's words, empty where it goes without saying (the default)."""

    name: str
    words: Mapping[str, Text]


_NOTHING = Text("", "")
CHOICES: Mapping[str, Choice] = MappingProxyType(
    {
        choice.name: choice
        for choice in (
            Choice(
                "compare",
                {
                    "none": _NOTHING,
                    "previous": Text("对比上一周期", "compared with the period before"),
                    "year": Text("对比去年同期", "compared with a year earlier"),
                    "calendar": Text("按节庆日历对比去年", "compared with last year by the festival calendar"),
                    "cohort": Text("对比上一周期同龄订单", "compared with the period before at the same age"),
                    "target": Text("对比目标", "compared with the target"),
                },
            ),
            Choice("basis", {"due": _NOTHING, "order": Text("按下单日统计", "by day of order")}),
            Choice(
                "level",
                {
                    "order": Text("按订单", "by order"),
                    "line": Text("按订单行", "by order line"),
                    "unit": Text("按件数", "by unit"),
                    "value": Text("按金额", "by value"),
                },
            ),
            Choice(
                "event",
                {
                    "warehouse": Text("以仓库发货为准", "judged at warehouse shipment"),
                    "platform": Text("以平台发货为准", "judged at platform shipment"),
                    "scan": Text("以首次揽收为准", "judged at the carrier's first scan"),
                    "ship": Text("以发货为准", "judged at shipment"),
                    "sign": Text("以签收为准", "judged at delivery"),
                },
            ),
            Choice("promise", {"original": _NOTHING, "current": Text("按最新承诺", "against the current promise")}),
            Choice("causes", {"all": _NOTHING, "seller": Text("仅计卖家责任", "only failures the seller answers for")}),
            Choice("timestamps", {"possible": _NOTHING, "all": Text("含异常时间", "with impossible time stamps")}),
            Choice("lang", {"zh": _NOTHING, "en": _NOTHING}),
            Choice("theme", {"light": _NOTHING, "dark": _NOTHING}),
        )
    }
)
SWITCHES = ("compare", "basis", "level", "event", "promise", "causes", "timestamps")
"""The choices that are part of a query."""

FILTERS: Mapping[str, Text] = MappingProxyType({name: dimension.label for name, dimension in DIMENSIONS.items()})
"""URL parameter (the dimension's own name, repeated for several members) -> how it reads."""


def _last_month(today: date) -> tuple[date, date]:
    end = today.replace(day=1) - timedelta(days=1)
    return end.replace(day=1), end


def _days(count: int) -> Callable[[date], tuple[date | None, date]]:
    return lambda today: (today - timedelta(days=count - 1), today)


PRESETS: Mapping[str, tuple[Text, Callable[[date], tuple[date | None, date]]]] = MappingProxyType(
    {
        "1d": (Text("当天", "Latest day"), _days(1)),
        "7d": (Text("近 7 天", "Last 7 days"), _days(7)),
        "30d": (Text("近 30 天", "Last 30 days"), _days(30)),
        "90d": (Text("近 90 天", "Last 90 days"), _days(90)),
        "180d": (Text("近 180 天", "Last 180 days"), _days(180)),
        "365d": (Text("近一年", "Last 365 days"), _days(365)),
        "mtd": (Text("本月至今", "Month to date"), lambda today: (today.replace(day=1), today)),
        "last_month": (Text("上月", "Last month"), _last_month),
        "qtd": (
            Text("本季至今", "Quarter to date"),
            lambda today: (today.replace(month=3 * ((today.month - 1) // 3) + 1, day=1), today),
        ),
        "ytd": (Text("本年至今", "Year to date"), lambda today: (today.replace(month=1, day=1), today)),
        "all": (Text("全部", "All data"), lambda today: (None, today)),
    }
)
"""Periods relative to the data's last business day."""


_WORDS: Mapping[str, Collection[str]] = {name: choice.words for name, choice in CHOICES.items()} | {"preset": PRESETS}


def parse_url(search: str, params: Collection[str] = PAGE_PARAMS) -> tuple[PageState, list[str]]:
    """A URL's query string (with or without "?") as a state, and what was ignored, as far as it can be written.

    Never raises. `params` are the page's own parameters; the last of a repeated one counts.
    """
    ignored: list[str] = []
    fields: dict[str, Any] = {}
    filters: dict[str, list[str]] = {}
    own: dict[str, str] = {}
    for name, raw in _pairs(search, ignored):
        value = raw.strip()
        if name in FILTERS and value and len(filters.get(name, ())) < MOST_VALUES:
            filters.setdefault(name, []).append(value)
        elif value in _WORDS.get(name, ()):
            fields[name] = value
        elif name in ("from", "to") and (day := _day(value)):
            fields["start" if name == "from" else "end"] = day
        elif name in params:
            own[name] = value
        else:
            ignored.append(f"{name}={raw}")
    _settle_period(fields, ignored)
    state = PageState(**fields, params=tuple(sorted(own.items())))
    for name, values in filters.items():
        state = state.filtered(name, values)
    return state, ignored


def _pairs(search: str, ignored: list[str]) -> list[tuple[str, str]]:
    try:
        pairs = parse_qsl(search.removeprefix("?"), keep_blank_values=True, max_num_fields=1000, errors="replace")
    except ValueError:
        ignored.append(search[:LONGEST_VALUE].encode("utf-8", "backslashreplace").decode())
        return []
    strange = [(name, value) for name, value in pairs if _is_strange(name) or _is_strange(value)]
    ignored += [f"{repr(name[:40]) if _is_strange(name) else name}={value[:40]!r}" for name, value in strange]
    return [pair for pair in pairs if pair not in strange]


def _is_strange(text: str) -> bool:
    return len(text) > LONGEST_VALUE or not text.isprintable()


def _day(value: str) -> date | None:
    try:
        day = date.fromisoformat(value)
    except ValueError:
        return None
    return day if is_day_in_reach(day) else None


def _settle_period(fields: dict[str, Any], ignored: list[str]) -> None:
    """Dates win over a preset; dates in the wrong order are nonsense."""
    start, end = fields.get("start"), fields.get("end")
    if start and end and start > end:
        ignored += [f"from={start}", f"to={end}"]
        del fields["start"], fields["end"]
    elif start or end:
        if "preset" in fields:
            ignored.append(f"preset={fields['preset']}")
        fields["preset"] = ""


def to_url(state: PageState) -> str:
    """The shortest query string that says the same, "?" included ("" for the default state); one spelling per state."""
    pairs: list[tuple[str, str]] = []
    if state.preset and state.preset != DEFAULT_PRESET:
        pairs.append(("preset", state.preset))
    pairs += [(name, day.isoformat()) for name, day in (("from", state.start), ("to", state.end)) if day]
    usual = PageState()
    for name in CHOICES:
        value = getattr(state, name)
        if value != getattr(usual, name):
            pairs.append((name, value))
    pairs += [(item.dimension, value) for item in state.where for value in item.values]
    pairs += list(state.params)
    return "?" + urlencode(pairs) if pairs else ""


def resolve_period(state: PageState, today: date) -> tuple[date | None, date | None]:
    """First and last business day, both inclusive, None for open. `today` is the data's last business day."""
    if state.preset in PRESETS and not (state.start or state.end):
        return PRESETS[state.preset][1](today)
    return state.start, state.end


def to_query(state: PageState, metrics: Sequence[str], today: date, **changes: Any) -> Query:
    """The state as a query for some metrics; `changes` are further fields (by, order_by, limit ...).

    Switches for the whole page reach only the metrics they suit: a page judged at warehouse shipment keeps its delivery
    metrics at delivery, and a level is passed on only to metrics that are counted at it.
    """
    start, end = resolve_period(state, today)
    known = [get_metric(name) for name in metrics]
    event = state.event if state.event and all(state.event in metric.events for metric in known) else None
    level = state.level if state.level and all(state.level in metric.measures for metric in known) else None
    query = Query(
        tuple(metrics),
        where=state.where,
        start=start,
        end=end,
        basis=state.basis,
        level=level,
        event=event,
        promise=state.promise,
        causes=state.causes,
        timestamps=state.timestamps,
    )
    return query.but(**{"compare": _comparison(state, query), **changes})


def _comparison(state: PageState, query: Query) -> Compare:
    """The comparison that the metrics have: orders of the same age only where what they count has an age."""
    if state.compare == "target":
        return "target"
    if query.start is None:
        return "none"
    if state.compare == "cohort":
        aged = all(resolve(get_metric(name), query).ages for name in query.metrics)
        return "cohort" if aged and query.basis == "order" else "previous"
    return state.compare


def sentence(query: Query, lang: str = "en") -> str:
    """What a query is about, for people, in "zh" or "en": its period, comparison, unusual switches and filters."""
    parts = [_describe_period(query.start, query.end, lang)]
    for name in SWITCHES:
        value = getattr(query, name)
        words = CHOICES[name].words[value].of(lang) if value else ""
        parts += [words] if words else []
    parts += [describe_filter(item, lang) for item in query.where]
    return ("；" if lang == "zh" else "; ").join(parts)


def describe_filter(item: Filter, lang: str = "en") -> str:
    """One filter as a person reads it: "Channel: tmall or jd"."""
    colon, separator = ("：", "、") if lang == "zh" else (": ", " or ")
    return FILTERS[item.dimension].of(lang) + colon + separator.join(item.values)


def _describe_period(start: date | None, end: date | None, lang: str) -> str:
    if start and end:
        return f"{start} 至 {end}" if lang == "zh" else f"{start} to {end}"
    if start:
        return f"{start} 起" if lang == "zh" else f"from {start}"
    if end:
        return f"截至 {end}" if lang == "zh" else f"until {end}"
    return "全部日期" if lang == "zh" else "all dates"
