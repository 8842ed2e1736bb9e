"""How far the definition moves a number, and who gains from which: the same cases counted under every definition.

Differences are to the metric's usual definition. A member's `gain` is what its value rises more (or falls less) than
the whole does under a definition, turned so that more is better; `rank` is its place among all, best first.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fulfillment_bi.metrics.definitions import Counts, Definition
from fulfillment_bi.metrics.query import Query
from fulfillment_bi.metrics.resolve import get_metric


@dataclass(frozen=True, slots=True)
class Standing:
    """One member under one definition; differences and gains in the metric's own unit, None where undefined."""

    member: str
    value: float | None
    n: float
    d: float
    difference: float | None
    gain: float | None
    rank: int | None
    usual_rank: int | None


@dataclass(frozen=True, slots=True)
class SpreadRow:
    """The metric under one definition, and its members there, in the order of the usual definition."""

    definition: Definition
    value: float | None
    n: float
    d: float
    difference: float | None
    members: tuple[Standing, ...] = ()

    @property
    def winner(self) -> Standing | None:
        """Who gains most from it; None where nobody does."""
        gaining = [one for one in self.members if one.gain is not None and one.gain > 0]
        return max(gaining, key=lambda one: one.gain or 0, default=None)

    @property
    def moved(self) -> int:
        """How many members change their place."""
        return sum(one.rank != one.usual_rank for one in self.members)


@dataclass(frozen=True, slots=True)
class Spread:
    """Every definition of a metric, the usual one first. `by` is "" without a dimension."""

    query: Query
    by: str
    rows: tuple[SpreadRow, ...]

    @property
    def low(self) -> float | None:
        """The lowest value of any definition."""
        return min((row.value for row in self.rows if row.value is not None), default=None)

    @property
    def high(self) -> float | None:
        """The highest value of any definition."""
        return max((row.value for row in self.rows if row.value is not None), default=None)


def spread(query: Query, by: str, counted: Mapping[Definition, Mapping[str, Counts]]) -> Spread:
    """The spread of `query`'s metric, from what `metrics.definitions.run_definitions` counted."""
    falls = get_metric(query.metrics[0]).direction == "down"
    sums = {one: _sum(members) for one, members in counted.items()}
    usual = next(iter(counted))
    order = sorted(counted[usual], key=lambda name: -counted[usual][name][1])
    order += sorted({name for members in counted.values() for name in members} - set(order))
    usual_ranks = _ranks(counted[usual], falls)
    rows = []
    for one, members in counted.items():
        n, d = sums[one]
        difference = _minus(_ratio(n, d), _ratio(*sums[usual]))
        ranks, standings = _ranks(members, falls), []
        for name in order if by else ():
            own, before = members.get(name, (0, 0)), counted[usual].get(name, (0, 0))
            moved = _minus(_ratio(*own), _ratio(*before))
            gain = _minus(moved, difference)
            turned = -gain if gain is not None and falls else gain
            places = ranks.get(name), usual_ranks.get(name)
            standings.append(Standing(name, _ratio(*own), *own, moved, turned, *places))
        rows.append(SpreadRow(one, _ratio(n, d), n, d, difference, tuple(standings)))
    return Spread(query, by, tuple(rows))


def _sum(members: Mapping[str, Counts]) -> Counts:
    return sum(n for n, _ in members.values()), sum(d for _, d in members.values())


def _ranks(members: Mapping[str, Counts], falls: bool) -> dict[str, int]:
    """Place of each member, best first; those with equal values share one."""
    values = {name: value for name, (n, d) in members.items() if (value := _ratio(n, d)) is not None}
    better = {name: value if falls else -value for name, value in values.items()}
    return {name: 1 + sum(other < own for other in better.values()) for name, own in better.items()}


def _ratio(n: float, d: float) -> float | None:
    return n / d if d else None


def _minus(left: float | None, right: float | None) -> float | None:
    return None if left is None or right is None else left - right
