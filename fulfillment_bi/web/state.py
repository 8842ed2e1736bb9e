"""The view a URL stands for: which page, in which language and colours, over which period, filters and definitions.

What a URL says is read by `filters.parse_url`; here it meets the data's newest day, the language and the theme.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode

from fulfillment_bi import filters
from fulfillment_bi.charts.theme import Theme, theme
from fulfillment_bi.i18n import label, numbers, text
from fulfillment_bi.metrics.catalog import METRICS
from fulfillment_bi.metrics.dimensions import DIMENSIONS
from fulfillment_bi.metrics.query import Filter, Query
from fulfillment_bi.metrics.types import Dimension, Measure, Metric

FILTERS = ("channel", "shop", "category", "sku", "region", "warehouse", "carrier")
PRESETS = ("7d", "30d", "90d", "mtd", "last_month", "ytd", "all")
DEFAULT_COMPARE = "previous"
DRAWER = frozenset({"explain", "at", "part"})
PEOPLE, HASHED = ("operator", "owner"), 16
"""Dimensions of people, whose names are kept as hashes of at least so many letters; the first few tell them apart."""
LEVEL_TABLES = frozenset({"fct_order", "fct_order_line"})
"""Where a filter may look besides the own table of a metric whose rows belong to orders."""


@dataclass(frozen=True, slots=True)
class View:
    """Everything a tile needs to know about what is asked. `base` is the query without its metrics."""

    path: str
    language: str
    theme: Theme
    state: filters.PageState
    base: Query
    today: date
    as_of: str
    timezone: str
    version: str
    ignored: tuple[str, ...] = ()

    def text(self, key: str, **values: Any) -> str:
        """A sentence in the view's language."""
        return text(self.language, key, **values)

    def label(self, family: str, name: object) -> str:
        """The shown name of a member in the view's language."""
        return label(self.language, family, name)

    def query(self, *names: str, by: Sequence[str] = (), **changes: Any) -> Query:
        """A query for metrics that share a definition; switches and filters they do not have are left out."""
        asked = filters.to_query(self.state, names, self.today, by=tuple(by))
        metric = METRICS[names[0]]
        where = tuple(each for each in asked.where if takes(metric, each.dimension))
        compare = asked.compare if is_timed(metric) or not asked.has_earlier else "none"
        return asked.but(**{"where": where, "compare": compare, **changes})

    def days(self) -> str:
        """The period as words."""
        if self.base.start is None:
            return filters.PRESETS["all"][0].of(self.language)
        return numbers.days(self.language, self.base.start, self.base.end or self.today)

    def grain(self) -> str:
        """Days, weeks or months: what the period is cut into so that a line stays readable."""
        if self.base.start is None:
            return "month"
        length = ((self.base.end or self.today) - self.base.start).days + 1
        return "day" if length <= 92 else "week" if length <= 540 else "month"

    def sentence(self) -> str:
        """Period, comparison, filters and definition in words, for files and pictures."""
        return filters.sentence(self.base, self.language)

    def filter_words(self) -> str:
        """The filters alone; empty without any."""
        return " · ".join(
            f"{self.dimension(each.dimension)}: {', '.join(self.member(each.dimension, v) for v in each.values)}"
            for each in self.base.where
        )

    def metric(self, name: str) -> str:
        """A metric's label."""
        return METRICS[name].label.of(self.language)

    def short(self, name: str) -> str:
        """A metric's name where room is short; its label where it has no shorter one."""
        found = label(self.language, "short", name)
        return self.metric(name) if found == name else found

    def dimension(self, name: str) -> str:
        """A dimension's label."""
        return DIMENSIONS[name].label.of(self.language)

    def member(self, dimension: str, name: object) -> str:
        """A member's shown name: stages, states and the members "unknown", "several" have one of their own."""
        if dimension in PEOPLE and len(str(name)) >= HASHED:
            return f"#{str(name)[:6]}"
        family = {"current_stage": "stage", "break_stage": "stage", "ship_state": "delivery_state"}
        found = label(self.language, family.get(dimension, dimension), name)
        return label(self.language, "member", name) if found == str(name) else found


def is_timed(metric: Metric) -> bool:
    """Whether the metric belongs to days (a backlog is as of now)."""
    return bool(metric.measures[metric.level].basis.day)


def nothing_key(metric: Metric) -> str:
    """The key of what is said when a period holds nothing for the metric."""
    return "empty.period" if metric.measures[metric.level].fact.of_order else "empty.rows"


def takes(metric: Metric, dimension: str) -> bool:
    """Whether the metric can be filtered by the dimension."""
    return all(_reaches(measure, DIMENSIONS[dimension]) for measure in metric.measures.values())


def _reaches(measure: Measure, dimension: Dimension) -> bool:
    if not dimension.is_timed_by(measure.basis.day, measure.basis.hour):
        return False
    tables = {measure.fact.name} | (LEVEL_TABLES if measure.fact.of_order else set())
    return bool(tables & set(dimension.facts))


def left_out(view: View, metric: Metric) -> list[str]:
    """Dimensions the page is filtered by that the metric cannot be filtered by."""
    return [each.dimension for each in view.base.where if not takes(metric, each.dimension)]


def read_view(
    path: str,
    search: str,
    *,
    language: str,
    theme_name: str,
    scale: float,
    as_of: str,
    timezone: str,
    version: str,
) -> View:
    """The view of a URL. What cannot be understood is left out and named in `ignored`."""
    moment = numbers.moment(as_of, timezone)
    today = moment.date() if moment else datetime.now().date()
    state, ignored = filters.parse_url(search, filters.PAGE_PARAMS | DRAWER)
    if not any(name == "compare" for name, _ in parse_qsl(search.removeprefix("?"))):
        state = state.but(compare=DEFAULT_COMPARE)
    return View(
        path=path,
        language=language,
        theme=theme(theme_name, scale),
        state=state,
        base=filters.to_query(state, (), today),
        today=today,
        as_of=as_of,
        timezone=timezone,
        version=version,
        ignored=tuple(ignored),
    )


def change(**values: object) -> str:
    """A change of the URL as `data-go` takes it; a list sets several values, "" removes."""
    return urlencode([(key, one) for key, value in values.items() for one in _listed(value)])


def _listed(value: object) -> list[object]:
    return list(value) if isinstance(value, list | tuple) else [value]


def explaining(metric: str, part: str = "", **members: object) -> str:
    """The URL change that opens the drawer of `metric`, for these members."""
    return change(explain=metric, at=urlencode({name: str(value) for name, value in members.items()}), part=part)


def why_address(metric: str, at: str = "") -> str:
    """The page that explains `metric` in the slice `at`; its day or week becomes the period."""
    asked: dict[str, str] = {"metric": metric, "by": "", "against": ""}
    for name, value in parse_qsl(at):
        if name in ("day", "week"):
            first = date.fromisoformat(value)
            asked |= {"from": value, "to": str(first + timedelta(days=6 if name == "week" else 0))}
        elif name == "level" or (name in DIMENSIONS and not DIMENSIONS[name].moves):
            asked[name] = value
    return f"/why?{urlencode(asked)}"


def within(query: Query, at: str) -> Query:
    """`query` narrowed to the slice `at` (dimension=member&..., or level=). Unknown names are left out."""
    for name, value in parse_qsl(at):
        if name == "level" and all(value in METRICS[each].measures for each in query.metrics):
            query = query.but(level=value)
        if name in DIMENSIONS:
            others = tuple(each for each in query.where if each.dimension != name)
            query = query.but(where=(*others, Filter(name, (value,))))
    return query
