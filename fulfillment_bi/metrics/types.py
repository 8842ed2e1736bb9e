"""The declarations a metric is made of: plain frozen data, no SQL and no behaviour beyond filling in names.

A `Metric` has one `Measure` per level (order, line, unit, value). A measure says which fact it counts, by which day,
and its `Part`s: what is counted or summed, under which flags. Names in a part may hold the definition switch:

    {event}    warehouse, platform, scan, ship or sign        late_{event}_{promise} -> late_ship_original
    {promise}  original or current
    {side}     ship, or sign when the event is sign: which promise judges it, and so which day it falls due
    {due_at}   promised_ship_at or promised_delivery_at, the promise itself
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Literal

from fulfillment_bi.metrics.query import Event, Level

Unit = Literal["rate", "permille", "days", "hours", "count", "score", "money"]
Over = Literal["sum", "last", "average"]
Direction = Literal["up", "down", "none"]


@dataclass(frozen=True, slots=True)
class Text:
    """The same words in both languages."""

    zh: str
    en: str

    def of(self, lang: str) -> str:
        """The text in `lang` ("zh" or anything else for English)."""
        return self.zh if lang == "zh" else self.en


@dataclass(frozen=True, slots=True)
class TimeBasis:
    """The day that puts a row into a period: `day` and `hour` are columns of the fact, empty for "as of now"."""

    name: str
    label: Text
    day: str
    hour: str


@dataclass(frozen=True, slots=True)
class Fact:
    """A table of the star schema. `order_day` is the day its order was created, empty where the table lacks it.

    `of_order`: its rows belong to orders and carry their dimensions and `order_key`. `texts` are the columns that a
    search in its rows looks into, beside SKU codes and product names. Its rollups are a cube over `cube`, the pairs of
    these and `beside`, and one by each of `alone`; without a cube it has none.
    """

    name: str
    grain: Text
    order_day: str = ""
    order_hour: str = ""
    key: tuple[str, ...] = ("channel_id", "order_no")
    of_order: bool = True
    texts: tuple[str, ...] = ("order_no",)
    cube: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    alone: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """One number: rows counted, or `value` summed, over the rows whose flags in `where` are all 1.

    With `distinct`, the different values of the column `value` are counted instead, which does not add up. `unless`
    names a flag that must be 0, save in rows whose flag `saved` is 1; `known` names a column that must have a value.
    """

    value: str = ""
    where: tuple[str, ...] = ()
    unless: str = ""
    saved: str = ""
    known: str = ""
    distinct: bool = False

    @property
    def is_sum(self) -> bool:
        """True when amounts are summed; False when rows or members are counted."""
        return bool(self.value) and not self.distinct

    def fill(self, names: Mapping[str, str]) -> Part:
        """The same part with its {names} replaced."""
        return Part(
            self.value.format_map(names),
            tuple(flag.format_map(names) for flag in self.where),
            self.unless.format_map(names),
            self.saved.format_map(names),
            self.known.format_map(names),
            self.distinct,
        )

    def also(self, *where: str) -> Part:
        """The same part under further flags."""
        return replace(self, where=(*self.where, *where))

    def but_not(self, unless: str, saved: str = "") -> Part:
        """The same part without the rows whose flag `unless` is 1 and `saved` is not."""
        return replace(self, unless=unless, saved=saved)

    @property
    def column(self) -> str:
        """Its column in a rollup, e.g. count_due_sign_original."""
        return _column(self)

    def __str__(self) -> str:
        """A formula a person can read, e.g. count(due_sign_original)."""
        flags = [*self.where]
        if self.unless:
            flags.append(f"(not {self.unless} or {self.saved})" if self.saved else f"not {self.unless}")
        flags += [f"{self.known} known"] if self.known else []
        condition = " and ".join(flags)
        if not self.value:
            return f"count({condition or 'all'})"
        if self.distinct:
            return f"count(distinct {self.value} where {condition})" if condition else f"count(distinct {self.value})"
        return f"sum({self.value} where {condition})" if condition else f"sum({self.value})"


@cache
def _column(part: Part) -> str:
    kind = "distinct" if part.distinct else "sum"
    words = [f"{kind}_{part.value}" if part.value else "count", *part.where]
    words += [f"not_{part.unless}"] if part.unless else []
    words += [f"or_{part.saved}"] if part.saved else []
    words += [f"known_{part.known}"] if part.known else []
    text = " ".join(words).replace("*", "times").replace("-", "minus").replace("+", "plus")
    return re.sub(r"\W+", "_", text).strip("_")


def count(*where: str, known: str = "") -> Part:
    """Rows whose flags are all 1."""
    return Part(where=where, known=known)


def total(value: str, *where: str) -> Part:
    """`value` (columns with + - *) summed over the rows whose flags are all 1."""
    return Part(value=value, where=where)


def members(value: str, *where: str) -> Part:
    """How many different values the column `value` has in the rows whose flags are all 1."""
    return Part(value=value, where=where, distinct=True)


@dataclass(frozen=True, slots=True)
class Measure:
    """How one level of a metric is counted.

    Without a `denominator` it is a single number (n = d = value). With `mean` it is `mean / denominator`, with
    `quantile` that quantile of the column; for both n = d = the number of rows. With `squares` beside `mean` it is the
    standard deviation of what these sum: the squares, and the values. `pending`: promises not yet due, which
    will still count. `seller`: numerator and denominator for causes = seller, which leaves out the failures that the
    seller is not accountable for and nothing else. Rows that were kept all the same stay in; where amounts are summed,
    only the missed part of an excused line goes and its good units stay in both. So it never makes a rate worse.
    `over` says how it adds up over time. "sum": as everything else. "last": only the newest snapshot of each warehouse
    in the period counts. "average": the denominator (without one, the numerator) is divided by the days with a
    snapshot. `durations`: rows with impossible time stamps are left out unless timestamps = all. `drill`: columns of
    the rows behind the number.
    """

    fact: Fact
    basis: TimeBasis
    numerator: Part
    drill: tuple[str, ...]
    denominator: Part | None = None
    pending: Part | None = None
    mean: Part | None = None
    quantile: tuple[str, float] | None = None
    seller: tuple[Part, Part] | None = None
    durations: bool = False
    squares: Part | None = None
    over: Over = "sum"


@dataclass(frozen=True, slots=True)
class Metric:
    """One entry of the dictionary. `scale` divides the stored value (86400: seconds shown as days).

    `event` is the default event, None when the metric does not depend on one; `events` are those a page-wide switch
    may give it. The first level of `measures` is the default. `splits` are attributes its rollups carry beside the
    usual dimensions. Target, warning and critical are in the metric's own unit, None where there is no common one.
    """

    name: str
    label: Text
    definition: Text
    measures: Mapping[Level, Measure]
    unit: Unit
    direction: Direction
    event: Event | None = None
    events: tuple[Event, ...] = ()
    scale: int = 1
    target: float | None = None
    warning: float | None = None
    critical: float | None = None
    minimum_sample: int = 30
    splits: tuple[str, ...] = ()
    area: str = field(default="orders")

    @property
    def level(self) -> Level:
        """The level it is counted at unless the query says otherwise."""
        return next(iter(self.measures))

    @property
    def is_promise(self) -> bool:
        """True for metrics judged against a promise: they have pending cases and take the whole definition switch."""
        return any(measure.pending is not None for measure in self.measures.values())


@dataclass(frozen=True, slots=True)
class Dimension:
    """A way to split or filter. `facts` are the tables that carry it, so where it can split.

    With `table`, `column` is the fact's key into it and `member` the name shown; otherwise `column` is the attribute
    itself. A calendar dimension has an `expression` over {day} or {hour} instead. `members` is the fixed vocabulary, in
    the order to show. `search` names the column of the table that holds a longer name.
    """

    name: str
    label: Text
    definition: Text
    facts: tuple[str, ...]
    column: str = ""
    table: str = ""
    member: str = ""
    expression: str = ""
    parent: str = ""
    members: tuple[str, ...] = ()
    search: tuple[str, ...] = ()
    type: Literal["text", "date", "integer"] = "text"
    moves: bool = False
    """Calendar only: a comparison lays the earlier period over this one (day, week, month; not weekday or hour)."""

    @property
    def is_calendar(self) -> bool:
        """True when it derives from the metric's own day or hour."""
        return bool(self.expression)

    def is_timed_by(self, day: str, hour: str) -> bool:
        """Whether rows with these columns (empty for none) have a member: of an attribute always."""
        return not self.is_calendar or bool(hour if "{hour}" in self.expression else day)

    @property
    def missing(self) -> str:
        """The member shown where there is no value."""
        return "unknown" if self.table else "none"
