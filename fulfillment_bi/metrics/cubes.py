"""Cubes: running totals over days, so that any period is the difference of two rows, however many orders it has.

A cube belongs to a family of rollups (a fact and one of its days, or none) and to some of its columns. Its cells are
the combinations of members that occur; `totals[part][day]` holds, for each cell, the sum of all earlier days. Kept are

1. one by no column (unless it is as of now) and one by each, with every part of the family;
2. one by each pair of columns, with the parts of metrics by their default level and basis;
3. for a histogram of a metric's usual day one by its splits, and by these with each column, the bucket besides.

Everything is a whole number: amounts are kept in their smallest unit, `scale` digits after the point. What would not
fit into 64 bits, or would be larger than its fact is worth, is not kept; such questions go to a rollup or the fact.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from itertools import combinations

from fulfillment_bi.metrics.catalog import METRICS
from fulfillment_bi.metrics.catalog.facts import FACTS
from fulfillment_bi.metrics.query import Query
from fulfillment_bi.metrics.resolve import resolve
from fulfillment_bi.metrics.rollups import Rollup, plan_rollups
from fulfillment_bi.metrics.types import Part

FORMAT = 1
BUCKET = "bucket"


@dataclass(frozen=True, slots=True)
class Family:
    """A fact, one of its days (empty: as of now), and what is timed (empty: nothing): what its cubes have in common."""

    fact: str
    day: str
    timed: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """One cube to be made: by which columns of the fact, with which parts."""

    family: Family
    columns: tuple[str, ...]
    parts: tuple[Part, ...]

    @property
    def name(self) -> str:
        """Like a rollup's: cube_order_created_channel_region."""
        day = self.family.day.removesuffix("_day") or "now"
        words = [self.family.fact.removeprefix("fct_"), day]
        words += [self.family.timed] if self.family.timed else []
        words += [column.removesuffix("_id") for column in self.columns] or ["total"]
        return f"cube_{'_'.join(words)}"

    @property
    def keys(self) -> tuple[str, ...]:
        """The columns that tell its cells apart."""
        return (*self.columns, *((BUCKET,) if self.family.timed else ()))

    def rollup(self) -> Rollup:
        """The same sums by day, as a rollup would hold them."""
        return Rollup(self.name, self.family.fact, self.family.day, self.columns, self.parts, self.family.timed)


@cache
def plan_cubes() -> tuple[Plan, ...]:
    """Every cube the catalogue allows, those of a family together, the smallest first."""
    planned: list[Plan] = []
    for family, rollups in _families().items():
        parts = rollups[0].parts
        declared = FACTS[family.fact]
        columns = tuple(dict.fromkeys(each for one in rollups for each in one.columns if each not in declared.alone))
        splits = tuple(each for each in columns if each not in (*declared.cube, *declared.beside))
        if family.timed:
            if family not in _usual():
                continue
            by = [splits, *((column, *splits) for column in columns if column not in splits)]
            by += [(), *((column,) for column in columns)] if splits else []
            planned += [Plan(family, each, parts) for each in dict.fromkeys(by)]
            continue
        totals = [()] if family.day else []
        planned += [Plan(family, each, parts) for each in (*totals, *((column,) for column in columns))]
        usual = tuple(part for part in parts if part in _usual().get(family, frozenset()))
        if usual:
            planned += [Plan(family, pair, usual) for pair in combinations(columns, 2)]
        if not family.day:
            planned += [Plan(family, each, parts) for each in combinations(columns, 3) if set(each) & set(splits)]
    return tuple(planned)


def _families() -> dict[Family, list[Rollup]]:
    found: dict[Family, list[Rollup]] = {}
    for rollup in plan_rollups():
        found.setdefault(Family(rollup.fact, rollup.day, rollup.timed), []).append(rollup)
    return found


@cache
def _usual() -> dict[Family, frozenset[Part]]:
    """The parts of every metric by its default level and basis."""
    found: dict[Family, frozenset[Part]] = {}
    for metric in METRICS.values():
        resolved = resolve(metric, Query((metric.name,)))
        family = Family(resolved.fact.name, resolved.day, resolved.quantile[0] if resolved.quantile else "")
        found[family] = found.get(family, frozenset()) | set(resolved.parts)
    return found


@cache
def signature() -> str:
    """Changes with the catalogue: cubes of another signature are not used."""
    text = "\n".join(f"{plan.name} {plan.rollup().select()}" for plan in plan_cubes())
    return hashlib.sha256(f"{FORMAT}\n{text}".encode()).hexdigest()[:16]
