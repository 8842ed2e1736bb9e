"""What an explanation compares: two periods, a target, or another selection in the same days.

Every comparison becomes two situations of the same segments, so that one bridge explains them all:

    periods    the same question asked for two stretches of days
    target     the situation in which every segment exactly meets the target: n = target x d. All of the gap is then
               rate effect, since no share differs
    selection  the same question about other filters ("JD against Tmall"), in the same days
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Literal, Protocol

from fulfillment_bi.errors import NotApplicableError, UsageError
from fulfillment_bi.i18n import label, numbers
from fulfillment_bi.insight.bridge import Situation, Tally
from fulfillment_bi.insight.bridge_facts import tallies
from fulfillment_bi.metrics.query import Filter, Query, Result
from fulfillment_bi.metrics.resolve import Resolved, earlier_period, get_dimension, get_metric, resolve
from fulfillment_bi.metrics.types import Text

Days = tuple[date, date]

Pair = tuple[Situation, Situation]
"""Before and after."""

Answers = Mapping[Query, tuple[Result, Result]]
"""Before and after, by query."""


@dataclass(frozen=True, slots=True)
class Target:
    """Compare with a target value, in the metric's own unit; None takes the metric's own target."""

    value: Fraction | None = None


@dataclass(frozen=True, slots=True)
class Selection:
    """Compare with the same days of another selection: these filters take the place of those on their dimensions."""

    where: tuple[Filter, ...]


Against = Literal["previous", "year"] | Days | Target | Selection
"""What to compare with: as many days right before, the same days a year before, these days (inclusive), a target, or
another selection."""


class Runner(Protocol):
    """Whatever answers queries from one version: a workspace."""

    def run_all(self, queries: Sequence[Query]) -> list[Result]:
        """The answers in the order of `queries`."""


@dataclass(frozen=True, slots=True)
class Sides:
    """Asks everything for both sides in one go. `names` are the sides as a sentence calls them."""

    runner: Runner
    before: Days
    after: Days
    names: tuple[Text, Text]
    where: tuple[Filter, ...] = ()
    target: Fraction | None = None

    @property
    def are_periods(self) -> bool:
        """True when the same selection is compared over time."""
        return not self.where and self.target is None

    @property
    def compared(self) -> frozenset[str]:
        """The dimensions that the selections differ in: no part of the difference can come from them."""
        return frozenset(item.dimension for item in self.where)

    def ask(self, queries: Sequence[Query]) -> Answers:
        """(before, after) by query. Against a target both are the same answer."""
        once = list(dict.fromkeys(queries))
        after = [one.but(start=self.after[0], end=self.after[1]) for one in once]
        if self.target is not None:
            results = self.runner.run_all(after)
            return {one: (result, result) for one, result in zip(once, results, strict=True)}
        before = [self._earlier(one) for one in once]
        asked = [query for pair in zip(before, after, strict=True) for query in pair]
        results = self.runner.run_all(asked)
        return dict(zip(once, zip(results[::2], results[1::2], strict=True), strict=True))

    def _earlier(self, query: Query) -> Query:
        kept = tuple(item for item in query.where if item.dimension not in self.compared)
        return query.but(start=self.before[0], end=self.before[1], where=(*kept, *self.where))

    def pair(self, answer: tuple[Result, Result]) -> Pair:
        """The two situations of one question."""
        before, after = (tallies(one, _resolved(one)) for one in answer)
        if self.target is None:
            return before, after
        return {path: Tally(self.target * tally.d, tally.d) for path, tally in after.items()}, after


def _resolved(result: Result) -> Resolved:
    return resolve(get_metric(result.query.metrics[0]), result.query)


def open_sides(runner: Runner, query: Query, resolved: Resolved, against: Against) -> Sides:
    """The two sides of `query` and what it is compared with.

    Raises UsageError for periods that cannot be, NotApplicableError for a target of something that has none.
    """
    after = _days(query)
    if isinstance(against, Target):
        return _against_target(runner, query, resolved, against)
    if isinstance(against, Selection):
        names = _selection_name(query.where, against.where), _selection_name(against.where)
        return Sides(runner, after, after, (names[1], names[0]), against.where)
    before = earlier_days(query, against)
    return Sides(runner, before, after, (_period_name(before), _period_name(after)))


def _against_target(runner: Runner, query: Query, resolved: Resolved, against: Target) -> Sides:
    metric, after = resolved.metric, _days(query)
    if resolved.denominator is None:
        what = f"'{metric.name}' is a total: a target for all of it says nothing about its parts."
        raise NotApplicableError(what, where=metric.name, hint="Explain a rate or a mean against a target.")
    value = against.value
    if value is None and metric.target is not None:
        value = Fraction(str(metric.target))
    if value is None:
        what = f"'{metric.name}' has no target."
        raise NotApplicableError(what, where=metric.name, hint="Give one: --against target=0.95.")
    return Sides(runner, after, after, (Text("目标", "the target"), _period_name(after)), target=value)


def _selection_name(where: Sequence[Filter], compared: Sequence[Filter] = ()) -> Text:
    """The members of the filters; of a whole selection only those on the dimensions compared."""
    dimensions = {item.dimension for item in compared}
    kept = [item for item in where if not dimensions or item.dimension in dimensions]
    if not kept:
        return Text("全部", "all")

    def told(lang: str) -> str:
        return " ".join(_filter_name(item, lang) for item in kept)

    return Text(told("zh"), told("en"))


def _filter_name(item: Filter, lang: str) -> str:
    members = "/".join(label(lang, item.dimension, value) for value in item.values)
    return f"{get_dimension(item.dimension).label.of(lang)} {members}"


def _period_name(days: Days) -> Text:
    return Text(numbers.days("zh", *days), numbers.days("en", *days))


def _days(query: Query) -> Days:
    if query.start is None or query.end is None:
        what = "An explanation needs a period with a start and an end."
        raise UsageError(what, hint="Give --from DATE and --to DATE.")
    return query.start, query.end


def earlier_days(query: Query, against: Literal["previous", "year"] | Days) -> Days:
    """The days that a closed period is compared with. Raises UsageError for a period that cannot be."""
    if not isinstance(against, str):
        if against[0] > against[1]:
            raise UsageError(f"The period to compare with starts on {against[0]}, after its end {against[1]}.")
        return against
    period = earlier_period(query.but(compare=against), _days(query)[1])
    assert period.start is not None
    assert period.end is not None
    return period.start, period.end
