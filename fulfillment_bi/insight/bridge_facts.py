"""From answers to exact numbers: the tallies of each segment, the causes of failure, the stage times."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from fulfillment_bi.errors import NotApplicableError
from fulfillment_bi.insight.bridge import NOTHING, ZERO, Path, Tally
from fulfillment_bi.metrics.query import Query, Result
from fulfillment_bi.metrics.resolve import Resolved, filter_fact, get_dimension, get_metric, resolve

FAILURES = "failure_causes"
DUE = "otif"
STAGE_TIME = "stage_time_mean"
"""Means, not medians: they come from rollups, and the stages of an order sum to its time."""

CAUSE_AREAS = ("fill", "delay")
STAGE_AREAS = (*CAUSE_AREAS, "time")


@dataclass(frozen=True, slots=True)
class Cause:
    """Orders that failed for one cause, in equal shares where an order has several; together they are the failures.

    `share_*` is of the failures. `effect` is what the cause added to the share of due orders that failed; over all
    causes it sums to that share's change. None where nothing failed, or nothing was due.
    """

    cause: str
    before: Fraction
    after: Fraction
    share_before: Fraction | None
    share_after: Fraction | None
    effect: Fraction | None


@dataclass(frozen=True, slots=True)
class StageTime:
    """Mean days that a stage took, over the `n` orders that ended it in the period; None where none did."""

    stage: str
    before: Fraction | None
    after: Fraction | None
    n_before: int
    n_after: int

    @property
    def change(self) -> Fraction | None:
        """After less before, in days."""
        return None if self.before is None or self.after is None else self.after - self.before


def exact(value: Any) -> Fraction:
    """A number of a result as it is printed, 0 for none: 0.1 is one tenth, not its nearest binary number."""
    if value is None:
        return ZERO
    return Fraction(value) if isinstance(value, int | Decimal) else Fraction(str(value))


def tallies(result: Result, resolved: Resolved) -> dict[Path, Tally]:
    """Every segment of a result by its members; without dimensions the path is empty."""
    depth = len(result.query.by)
    found: dict[Path, Tally] = {}
    for row in result.rows:
        record = dict(zip(result.columns, row, strict=True))
        found[tuple(str(member) for member in row[:depth])] = _tally(record, resolved)
    return found


def _tally(record: dict[str, Any], resolved: Resolved) -> Tally:
    name, scale = resolved.metric.name, resolved.metric.scale
    d = exact(record[f"{name}_d"])
    if resolved.mean is not None:
        # The answer has mean and count only. Totals are whole seconds, so that rounding their product restores them.
        return Tally(Fraction(round(exact(record[name]) * d * scale), scale), d)
    return Tally(exact(record[f"{name}_n"]), d if resolved.denominator is not None else ZERO)


def cause_queries(query: Query) -> tuple[Query, ...]:
    """Failures by what broke them, and the orders due, over the same selection; none where no promise decides."""
    if get_metric(query.metrics[0]).area not in CAUSE_AREAS:
        return ()
    plain = query.but(by=(), level=None, event=None, promise="original", causes="all")
    return _if_fits(plain.but(metrics=(FAILURES,), by=("cause",)), plain.but(metrics=(DUE,)))


def stage_queries(query: Query) -> tuple[Query, ...]:
    """The stages' mean times over the same selection; none for metrics that time does not touch."""
    if get_metric(query.metrics[0]).area not in STAGE_AREAS:
        return ()
    return _if_fits(query.but(metrics=(STAGE_TIME,), by=("stage",), level=None, event=None, basis="due"))


def _if_fits(*queries: Query) -> tuple[Query, ...]:
    """The queries, or none when a filter cannot look into their tables."""
    try:
        for query in queries:
            for item in query.where:
                filter_fact(item, resolve(get_metric(query.metrics[0]), query))
    except NotApplicableError:
        return ()
    return queries


def read_causes(before: Sequence[Result], after: Sequence[Result]) -> tuple[Cause, ...]:
    """The causes from the answers to `cause_queries`, in the order of the vocabulary."""
    if not before:
        return ()
    sides = []
    for failures, due in (before, after):
        counts = {str(row[0]): exact(row[1]) for row in failures.rows}
        sides.append((counts, sum(counts.values(), ZERO), exact(due.value(f"{DUE}_d"))))
    (old, failed_before, due_before), (new, failed_after, due_after) = sides
    causes = []
    for name in _ordered(after[0], before[0]):
        first, last = old.get(name, ZERO), new.get(name, ZERO)
        shares = _share(first, failed_before), _share(last, failed_after)
        rates = _share(first, due_before), _share(last, due_after)
        effect = None if rates[0] is None or rates[1] is None else rates[1] - rates[0]
        causes.append(Cause(name, first, last, *shares, effect))
    return tuple(causes)


def read_stages(before: Sequence[Result], after: Sequence[Result]) -> tuple[StageTime, ...]:
    """The stages from the answers to `stage_queries`, in the order in which an order goes through them."""
    if not before:
        return ()
    sides = [tallies(one, resolve(get_metric(STAGE_TIME), one.query)) for one in (before[0], after[0])]
    stages = []
    for name in _ordered(after[0], before[0]):
        first, last = (side.get((name,), NOTHING) for side in sides)
        stages.append(StageTime(name, first.rate, last.rate, int(first.d), int(last.d)))
    return tuple(stages)


def _ordered(*results: Result) -> list[str]:
    """The members of both results in the order of the vocabulary, which every answer has."""
    members = {str(row[0]) for result in results for row in result.rows}
    known = [name for name in get_dimension(results[0].query.by[0]).members if name in members]
    return [*known, *sorted(members - set(known))]


def _share(part: Fraction, whole: Fraction) -> Fraction | None:
    return part / whole if whole else None
