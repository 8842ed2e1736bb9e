"""Rollups: the additive parts of every metric per day and set of dimensions, generated from the catalogue.

A family is a fact and one of its days (or none, for "as of now"). Each family may have

1. one cube over the dimensions the fact names (`Fact.cube`; orders: channel, shop, region, warehouse and carrier);
2. one table for each pair of them, and of those beside them (`Fact.beside`);
3. one for each dimension too wide for company (`Fact.alone`: SKU);
4. one by none of them;

all carrying the attributes the family's metrics split by (`Metric.splits`). Rolled up is the default definition of each
metric at each level, on both bases. Sums are of integers and decimals only, so a rollup answers exactly as its fact.

A table that would hold nearly as many cells as its fact has rows saves nothing and is not built; the cells are counted
beforehand, approximately. Which rollups exist is written into `build_info`, which every build of the facts replaces:
rollups of older facts, or of another catalogue, are never read.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import combinations
from typing import get_args

from fulfillment_bi.metrics import histograms
from fulfillment_bi.metrics.catalog import METRICS
from fulfillment_bi.metrics.catalog.facts import FACTS
from fulfillment_bi.metrics.dimensions import DIMENSIONS
from fulfillment_bi.metrics.expressions import aggregate, part_condition
from fulfillment_bi.metrics.query import Basis, Query
from fulfillment_bi.metrics.resolve import Resolved, resolve
from fulfillment_bi.metrics.types import Metric, Part


@dataclass(frozen=True, slots=True)
class Rollup:
    """One table: `parts` per `day` (a column of the fact, empty for now) and `columns`.

    With `timed`, a column of seconds, its buckets are a column more: a histogram.
    """

    name: str
    fact: str
    day: str
    columns: tuple[str, ...]
    parts: tuple[Part, ...]
    timed: str = ""

    @property
    def keys(self) -> tuple[str, ...]:
        """Its columns that are no sums."""
        return (*(("day",) if self.day else ()), *self.columns, *(("bucket",) if self.timed else ()))

    def select(self, source: str = "", *, summed: bool = False) -> str:
        """The SELECT that fills it from its fact, or `source`; without cells in which every part is zero.

        `summed`: the source is no fact but a table of the same columns or more, such as a finer rollup.
        """
        day = [f"f.{'day' if summed else self.day} AS day"] if self.day else []
        timed = [f"{'f.bucket' if summed else histograms.bucket(f'f.{self.timed}')} AS bucket"] if self.timed else []
        keys = [*day, *(f"f.{column}" for column in self.columns), *timed]
        sums = {part.column: f"sum(f.{part.column})" if summed else aggregate(part) for part in self.parts}
        values = [
            f"CAST({total} AS BIGINT) AS {name}" if name.startswith("count") else f"coalesce({total}, 0) AS {name}"
            for name, total in sums.items()
        ]
        wanted = [] if summed else [f"f.{column} IS NOT NULL" for column in (self.day, self.timed) if column]
        known = f"\nWHERE {' AND '.join(wanted)}" if wanted else ""
        positions = ", ".join(str(place + 1) for place in range(len(keys)))
        some = " OR ".join(f"{total} <> 0" for total in sums.values())
        listed = ",\n  ".join([*keys, *values])
        grouped = f"GROUP BY {positions}\nHAVING {some}\nORDER BY {positions}"
        return f"SELECT\n  {listed}\nFROM {source or self.fact} AS f{known}\n{grouped}"

    @property
    def cells(self) -> str:
        """An aggregate over the fact: about how many cells it will have."""
        columns = [f"f.{column}" for column in (*((self.day,) if self.day else ()), *self.columns)]
        keys = ", ".join([*columns, *([histograms.bucket(f"f.{self.timed}")] if self.timed else [])])
        conditions = [part_condition(part) or "TRUE" for part in self.parts]
        return f"approx_count_distinct(hash({keys})) FILTER (WHERE {' OR '.join(dict.fromkeys(conditions))})"


@cache
def plan_rollups() -> tuple[Rollup, ...]:
    """Every rollup the catalogue allows, the cube of each family first."""
    planned: list[Rollup] = []
    for (fact, day), (parts, splits) in _families().items():
        declared = FACTS[fact]
        pairs = [pair for pair in combinations((*declared.cube, *declared.beside), 2) if pair != declared.cube]
        sets = [declared.cube, *pairs, *((column,) for column in declared.alone), ()] if declared.cube else []
        planned += [_rollup(fact, day, keys, splits, parts) for keys in sets if keys or day or splits]
    return (*planned, *_plan_histograms())


def _plan_histograms() -> list[Rollup]:
    """One for each time, day and dimension, and one by none, with what its metrics split by."""
    timed: dict[tuple[str, str, str], tuple[dict[Part, None], dict[str, None]]] = {}
    for metric, resolved in _resolved():
        if resolved.quantile and histograms.is_counted(resolved.quantile[0]) and resolved.day:
            parts, splits = timed.setdefault((resolved.fact.name, resolved.day, resolved.quantile[0]), ({}, {}))
            parts[resolved.numerator] = None
            splits.update(dict.fromkeys(DIMENSIONS[name].column for name in metric.splits))
    return [
        Rollup(
            f"rollup_{fact.removeprefix('fct_')}_{day.removesuffix('_day')}_{column}_by_"
            f"{key.removesuffix('_id') or 'day'}",
            fact, day, (*([key] if key else []), *splits), tuple(parts), column,
        )
        for (fact, day, column), (parts, splits) in timed.items()
        for key in (*FACTS[fact].cube, *FACTS[fact].beside, "")
    ]  # fmt: skip


def _rollup(fact: str, day: str, keys: tuple[str, ...], splits: tuple[str, ...], parts: tuple[Part, ...]) -> Rollup:
    title = "_".join(key.removesuffix("_id") for key in keys) or "total"
    title = "all" if keys == FACTS[fact].cube else title
    name = f"rollup_{fact.removeprefix('fct_')}_{day.removesuffix('_day') or 'now'}_{title}"
    return Rollup(name, fact, day, (*keys, *splits), parts)


def _families() -> dict[tuple[str, str], tuple[tuple[Part, ...], tuple[str, ...]]]:
    parts: dict[tuple[str, str], dict[Part, None]] = {}
    splits: dict[tuple[str, str], dict[str, None]] = {}
    for metric, resolved in _resolved():
        if resolved.quantile is None and not any(part.distinct for part in resolved.parts):
            family = (resolved.fact.name, resolved.day)
            parts.setdefault(family, {}).update(dict.fromkeys(resolved.parts))
            splits.setdefault(family, {}).update(dict.fromkeys(metric.splits))
    columns = {family: tuple(DIMENSIONS[name].column for name in names) for family, names in splits.items()}
    return {family: (tuple(found), columns[family]) for family, found in parts.items()}


def _resolved() -> Iterator[tuple[Metric, Resolved]]:
    """Every metric by its default definition, at each level and on both bases."""
    for metric in METRICS.values():
        for level in metric.measures:
            for basis in get_args(Basis):
                yield metric, resolve(metric, Query((metric.name,), level=level, basis=basis))


@cache
def signature() -> str:
    """Changes with the catalogue: rollups of another signature are not used."""
    text = "\n".join(f"{rollup.name} {rollup.select()}" for rollup in plan_rollups())
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Stored:
    """The rollups that exist: their cells by name, and how many times a day, by `fact.day`, histograms count."""

    cells: Mapping[str, int]
    daily: Mapping[str, int]


def stored_rollups(text: str | None) -> Stored:
    """What `rollup_build` wrote into `build_info`; nothing without it, or for another catalogue."""
    written = json.loads(text) if text else {}
    if written.get("signature") != signature():
        return Stored({}, {})
    return Stored(dict(written["cells"]), dict(written["daily"]))


def written(stored: Stored) -> str:
    """The text that `stored_rollups` reads."""
    return json.dumps({"signature": signature(), "cells": dict(stored.cells), "daily": dict(stored.daily)})
