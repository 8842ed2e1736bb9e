"""What broke more promises than it usually does, where, and how many orders it cost, with an interval.

A cause is named with confidence only: its failures in the period must exceed what the weeks before let expect by more
than chance, over everything looked at (`scan`), and by a margin. For each such cause the dimension and the segments are
sought in which it rose apart from the rest, and within them once more. Where it rose everywhere alike none is named.

    expected    the cause's usual rate before (the middle half of the stretches) x the orders due in the period
    orders      failures seen less expected: the estimated effect. Interval: 95 %, chance of both sides x dispersion

The clearest rise is taken first, with all causes that rose in the same place; then the rest is looked at once more.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from fulfillment_bi.insight.bridge_facts import DUE, FAILURES, cause_queries
from fulfillment_bi.insight.courses import Course, Courses, read_course, stretches
from fulfillment_bi.insight.scan import ALARM, DRIFT, NOBODY, Place, inflation, locate, rise
from fulfillment_bi.insight.why_sides import Against, Days, Runner, Selection, Target, earlier_days
from fulfillment_bi.metrics import attributes_causes
from fulfillment_bi.metrics.query import Filter, Query
from fulfillment_bi.metrics.resolve import get_metric, resolve

HISTORY_DAYS = 56
LEAST_STRETCHES = 3
"""Stretches before the period below which nothing is known of chance, and nothing is named."""
DIMENSIONS = ("channel", "warehouse", "carrier", "region", "supplier")
ON_THE_WAY = frozenset({"line_haul", "last_mile", "wrong_address"})
"""Causes that come after shipping: they explain no late shipment."""
OF_FAILURES = frozenset({"cause", "supplier"})
"""Dimensions that an order due does not have: its failures are held against all orders due."""
CAUSES = tuple(name for name in attributes_causes.CAUSES if name not in ("customer", "unknown"))
"""Causes that can be named. Refused parcels count only until their orders are closed: the newest days have more."""
LOOKS = float(len(CAUSES) * (len(DIMENSIONS) + 1))
BROKEN = "cause_orders"
DEPTH = 2
NEARLY_ALL = 0.8
"""A segment is named within another only if it holds this share of the rise there."""
MARGIN = 8.0
"""Evidence beyond its limit that a finding needs, times the square of the load: what breaks promises comes in batches
(a purchase order is late for all who wait for it) and more so in a rush, which the weeks before show only in part. Set
on made-up worlds in which nothing was planted."""
MOST = 6
"""Findings at most; each is looked for in what those before it leave."""
LEAST_ORDERS = 3.0
"""An effect below is too small to name."""
NORMAL_95 = 1.959964


@dataclass(frozen=True, slots=True)
class Finding:
    """What broke more promises than usual, and how many orders.

    `causes` rose together in the same place, the clearest first; an order with several of them counts once.
    `places` are where: dimension and segments, each within the one before; empty where it rose everywhere alike.
    `orders` is the estimated effect, `low` to `high` with 95 %: of those hit beyond what was to be `expected`, the
    usual share would have failed anyway of something else. `evidence` is how far the rise exceeds what chance does,
    ln of the likelihood ratio above its limit.
    """

    causes: tuple[str, ...]
    places: tuple[tuple[str, tuple[str, ...]], ...]
    orders: float
    expected: float
    low: float
    high: float
    evidence: float


def find_against(runner: Runner, query: Query, against: Against = "previous") -> tuple[Finding, ...]:
    """What rose in the query's period against what an explanation compares with; nothing where that is no period."""
    if isinstance(against, Target | Selection):
        return ()
    return find(runner, query, None if against == "previous" else earlier_days(query, against))


def find(runner: Runner, query: Query, history: Days | None = None) -> tuple[Finding, ...]:
    """What rose in the query's closed period, most orders first.

    `history` is what is usual; without it the eight weeks before the period. Empty for metrics that no promise decides.
    """
    start, end = query.start, query.end
    if start is None or end is None or not cause_queries(query):
        return ()
    before = history or (start - timedelta(days=HISTORY_DAYS), start - timedelta(days=1))
    if len(stretches(before, (start, end)).lengths) < LEAST_STRETCHES:
        return ()
    plain = query.but(
        by=(), level=None, event=None, promise="original", causes="all", compare="none", order_by=None, limit=None
    )
    asked = _Asked(runner, plain, before, (start, end))
    left, found, causes = asked.courses(), list[Finding](), causes_of(query)
    whole = left
    for _ in range(MOST):
        clearest = _clearest(left, causes)
        if clearest is None:
            break
        one, inner = _examine(asked, whole, causes, *clearest)
        if one is not None:
            found.append(one)
        left = {name: course.less(inner[name], one.causes if one else (clearest[0],)) for name, course in left.items()}
    return tuple(sorted(found, key=lambda one: (-one.orders, one.causes)))


@dataclass(frozen=True, slots=True)
class _Asked:
    """The questions about one selection, in the days before and in the period."""

    runner: Runner
    plain: Query
    before: Days
    period: Days

    def within(self, filters: Sequence[Filter]) -> _Asked:
        """The same inside these segments."""
        return _Asked(self.runner, self.plain.but(where=(*self.plain.where, *filters)), self.before, self.period)

    @property
    def spans(self) -> list[Days]:
        """The days before and in the period; one span where they meet."""
        if self.before[1] + timedelta(days=1) == self.period[0]:
            return [(self.before[0], self.period[1])]
        return [self.before, self.period]

    @property
    def due(self) -> Query:
        """The orders due; of dimensions that they do not have, all of them."""
        where = tuple(item for item in self.plain.where if item.dimension not in OF_FAILURES)
        return self.plain.but(metrics=(DUE,), where=where)

    def effect(self, causes: Sequence[str]) -> Course:
        """The course of the orders that any of these causes broke."""
        broken = self.plain.but(metrics=(BROKEN,), where=(*self.plain.where, Filter("cause", tuple(causes))))
        questions = [one.but(by=("day",), start=a, end=b) for one in (broken, self.due) for a, b in self.spans]
        results = self.runner.run_all(questions)
        half = len(self.spans)
        return read_course(results[:half], results[half:], stretches(self.before, self.period))

    def courses(self) -> dict[str, Courses]:
        """The course of failures by cause and segment, by dimension; all asked together."""
        spans, due, failed = self.spans, self.due, self.plain.but(metrics=(FAILURES,))
        questions: dict[str, list[Query]] = {}
        for name in DIMENSIONS:
            split = () if name in OF_FAILURES else (name,)
            questions[name] = [failed.but(by=("cause", name, "day"), start=a, end=b) for a, b in spans]
            questions[name] += [due.but(by=(*split, "day"), start=a, end=b) for a, b in spans]
        listed = list(dict.fromkeys(one for each in questions.values() for one in each))
        answers = dict(zip(listed, self.runner.run_all(listed), strict=True))
        place = stretches(self.before, self.period)
        read = {name: [answers[one] for one in each] for name, each in questions.items()}
        return {
            name: Courses.read(results[: len(spans)], results[len(spans) :], place) for name, results in read.items()
        }


def causes_of(query: Query) -> tuple[str, ...]:
    """The causes that can explain the query's metric."""
    resolved = resolve(get_metric(query.metrics[0]), query)
    is_shipping = resolved.settled_day.startswith("ship") or resolved.day.startswith("ship")
    return tuple(name for name in CAUSES if not is_shipping or name not in ON_THE_WAY)


def _clearest(left: Mapping[str, Courses], causes: Sequence[str]) -> tuple[str, Place | None, float] | None:
    """The cause, where, and the evidence, for which there is most beyond its limit; None if there is none."""
    best: tuple[str, Place | None, float] | None = None
    least = MARGIN * max(next(iter(left.values())).load, 1.0) ** 2
    for cause in causes:
        place = _place(left, cause)
        everywhere = _risen(next(iter(left.values())), cause)
        evidence = max(everywhere, place.score if place is not None else everywhere)
        if evidence > least and (best is None or evidence > best[2]):
            best = cause, place, evidence
    return best


def _risen(courses: Courses, cause: str) -> float:
    """The evidence beyond its limit that the cause rose in all segments together."""
    total = courses.total(cause)
    return rise(total.cell) / inflation(total.dispersion, total.cell.expected) - math.log(LOOKS / ALARM)


def _place(courses: Mapping[str, Courses], cause: str, taken: frozenset[str] = frozenset()) -> Place | None:
    """The dimension and segments in which the cause rose apart, if anywhere beyond chance."""
    found = [
        locate(name, one.cells(cause), one.dispersion(cause), LOOKS)
        for name, one in courses.items()
        if name not in taken
    ]
    return max((one for one in found if one is not None and one.score > 0), key=lambda one: one.score, default=None)


def _examine(
    asked: _Asked,
    whole: Mapping[str, Courses],
    causes: Sequence[str],
    cause: str,
    place: Place | None,
    evidence: float,
) -> tuple[Finding | None, Mapping[str, Courses]]:
    """The finding, or None where it is too small to name; and the courses inside its place."""
    filters: list[Filter] = []
    inner, nobody, among = whole, tuple[str, ...](), whole
    while place is not None and len(filters) < DEPTH:
        if filters and place.excess < NEARLY_ALL * _excess(inner, cause):
            break
        nobody = nobody or _unplaced(inner[place.dimension], cause)
        filters.append(Filter(place.dimension, place.members))
        inner = asked.within(filters).courses()
        among = whole if place.dimension in OF_FAILURES else inner
        place = _place(inner, cause, frozenset(item.dimension for item in filters))
    others = [one for one in causes if one != cause and filters and _risen(next(iter(inner.values())), one) > 0]
    together = (cause, *others)
    wider = [Filter(item.dimension, (*item.values, *nobody)) for item in filters[:1]] + filters[1:]
    effect = asked.within(wider).effect(together)
    seen, saved = effect.cell, 1 - next(iter(among.values())).rate_of_others(together)
    excess = seen.after - seen.expected
    chance = effect.dispersion * (seen.after + seen.expected * seen.ratio)
    half = NORMAL_95 * math.sqrt(chance + (DRIFT * seen.expected) ** 2)
    if excess < max(LEAST_ORDERS, half):
        return None, inner
    places = tuple((item.dimension, item.values) for item in filters)
    low, high = ((excess + side * half) * saved for side in (-1, 1))
    return Finding(together, places, excess * saved, seen.expected, low, high, evidence), inner


def _excess(courses: Mapping[str, Courses], cause: str) -> float:
    cell = next(iter(courses.values())).total(cause).cell
    return cell.after - cell.expected


def _unplaced(courses: Courses, cause: str) -> tuple[str, ...]:
    """Members that name no one but rose too: orders from several warehouses, one of which is the one to blame."""
    spread = courses.dispersion(cause)
    return tuple(
        name
        for name, cell in courses.cells(cause).items()
        if name in NOBODY and rise(cell) / spread > math.log(1 / ALARM)
    )
