"""Targets, warning and critical levels: the catalogue's, and those that a plain file sets for some channels or times.

    [[target]]                  # targets.toml
    metric = "otif"
    channel = ["jd", "tmall"]   # any dimension: one member or several; without any, everywhere
    from = 2026-01-01           # first and last day in force, both optional
    to = 2026-12-31
    target = 0.97               # in the metric's own unit: a rate as a fraction
    warning = 0.95
    critical = 0.92
    note = "framework contract"

Which entry a row takes:

1. It must be in force on the row's last day and hold for all of the row: every dimension it names is one that the row
   is split by or filtered to, with those members only.
2. The one that names most dimensions wins; of several, the one that came into force last; then the one further down.
3. It replaces all three levels: what it leaves out, there is not. Without any, the catalogue's levels hold.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal
from zoneinfo import ZoneInfo

from fulfillment_bi.metrics.catalog import METRICS
from fulfillment_bi.metrics.types import Metric

if TYPE_CHECKING:
    from fulfillment_bi.metrics.query import Query, Result

Status = Literal["good", "watch", "warning", "critical"]
"""Target met; missed; past the warning level; past the critical level."""

CALENDAR = ("day", "week", "month", "quarter")


@dataclass(frozen=True, slots=True)
class Levels:
    """Target, warning and critical level in the metric's own unit, None where there is none."""

    target: float | None = None
    warning: float | None = None
    critical: float | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """One entry of the file: `where` is dimension -> members; `line` says where it stands."""

    metric: str
    levels: Levels
    where: Mapping[str, frozenset[str]] = field(default_factory=dict)
    start: date | None = None
    end: date | None = None
    note: str = ""
    line: int = 0

    def holds(self, members: Mapping[str, frozenset[str]], day: date | None) -> bool:
        """Whether it holds for rows of these members on `day` (None: on any day, so only one without an end)."""
        if day is None:
            in_force = self.end is None
        else:
            in_force = (self.start is None or self.start <= day) and (self.end is None or day <= self.end)
        return in_force and all(
            name in members and bool(members[name]) and members[name] <= own for name, own in self.where.items()
        )

    @property
    def rank(self) -> tuple[int, date, int]:
        """The higher wins."""
        return len(self.where), self.start or date.min, self.line


@dataclass(frozen=True, slots=True)
class Targets:
    """The entries of a file, none without one."""

    rules: tuple[Rule, ...] = ()

    def levels(self, metric: str, members: Mapping[str, frozenset[str]], day: date | None) -> Levels:
        """The levels of `metric` for what is limited to these members (dimension -> members), on `day`."""
        fitting = [rule for rule in self.rules if rule.metric == metric and rule.holds(members, day)]
        return max(fitting, key=lambda rule: rule.rank).levels if fitting else declared(METRICS[metric])

    def of_row(self, query: Query, row: Mapping[str, Any], metric: str, today: date | None) -> Levels:
        """The levels of `metric` in a row of `query`'s answer. `today` is the data's last day, for open periods."""
        members = {item.dimension: frozenset(item.values) for item in query.where}
        members |= {name: frozenset((str(row[name]),)) for name in query.by if name in row}
        return self.levels(metric, members, _last_day(query, row, today))


def levels_of(result: Result, row: Mapping[str, Any], metric: str) -> Levels:
    """The levels of `metric` in a row (as a dictionary) of an answer."""
    if result.targets is None or not result.targets.rules:
        return declared(METRICS[metric])
    return result.targets.of_row(result.query, row, metric, _today(result))


def without_target(query: Query) -> Query:
    """The query to compute for one that compares with targets: they are laid beside its answer and need no data."""
    if query.compare != "target":
        return query
    if _sorts_by_target(query):
        return query.but(compare="none", order_by=None, limit=None)
    return query.but(compare="none")


def _sorts_by_target(query: Query) -> bool:
    name = (query.order_by or "").removeprefix("-")
    return name in {f"{metric}{suffix}" for metric in query.metrics for suffix in ("_before", "_change")}


def against_targets(result: Result, query: Query) -> Result:
    """The answer to `query`, which compares with targets, from `result`, its answer without any comparison."""
    columns, rows = list(query.by), [list(row[: len(query.by)]) for row in result.rows]
    for name in query.metrics:
        own = [at for at, column in enumerate(result.columns) if column in _columns_of(name)]
        columns += [result.columns[at] for at in own]
        columns += [f"{name}_before", f"{name}_before_n", f"{name}_before_d", f"{name}_change"]
        for row, found, record in zip(rows, result.rows, result.records(), strict=True):
            target, value = levels_of(result, record, name).target, record[name]
            change = None if target is None or value is None else value - target
            row += [*(found[at] for at in own), target, None, None, change]
    if _sorts_by_target(query):
        at, down = columns.index((query.order_by or "").removeprefix("-")), (query.order_by or "").startswith("-")
        known = sorted((row for row in rows if row[at] is not None), key=lambda row: row[at], reverse=down)
        rows = [*known, *(row for row in rows if row[at] is None)][: query.limit]
    return replace(result, query=query, columns=tuple(columns), rows=tuple(map(tuple, rows)))


def _columns_of(metric: str) -> tuple[str, ...]:
    return metric, f"{metric}_n", f"{metric}_d", f"{metric}_pending"


def _today(result: Result) -> date | None:
    if not result.as_of:
        return None
    return datetime.fromisoformat(result.as_of).astimezone(ZoneInfo(result.timezone)).date()


def declared(metric: Metric) -> Levels:
    """The catalogue's own levels."""
    return Levels(metric.target, metric.warning, metric.critical)


def status(metric: Metric, levels: Levels, value: float | None, sample: float | None) -> Status | None:
    """Where a value stands; None without a value, without a target, or with too few cases to say."""
    target = levels.target
    if value is None or target is None or (sample or 0) < metric.minimum_sample:
        return None
    sign = -1 if metric.direction == "down" else 1

    def missed(level: float | None) -> bool:
        return level is not None and (value - level) * sign < 0

    if not missed(target):
        return "good"
    return "critical" if missed(levels.critical) else "warning" if missed(levels.warning) else "watch"


def _last_day(query: Query, row: Mapping[str, Any], today: date | None) -> date | None:
    """The last day that the row covers, within the query's period and the data."""
    ends = [end for name in CALENDAR if name in query.by and (end := _end_of(name, row.get(name)))]
    ends += [day for day in (query.end, today) if day is not None]
    return min(ends, default=None)


def _end_of(dimension: str, member: Any) -> date | None:
    if member is None:
        return None
    if dimension in ("day", "week"):
        day = member if isinstance(member, date) else datetime.fromisoformat(str(member)).date()
        return day + timedelta(days=6) if dimension == "week" else day
    year, _, part = str(member).partition("-")
    month = int(part.removeprefix("Q")) * 3 if dimension == "quarter" else int(part)
    return date(int(year), month, monthrange(int(year), month)[1])
