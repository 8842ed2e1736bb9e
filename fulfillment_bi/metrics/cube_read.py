"""One period of one cube, by bucket of days and group of members."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import floor

import numpy as np

from fulfillment_bi.metrics import histograms
from fulfillment_bi.metrics.cube_days import Bucket, Days, Run
from fulfillment_bi.metrics.cube_file import Array, Cube, Cubes
from fulfillment_bi.metrics.query import Filter
from fulfillment_bi.metrics.resolve import get_dimension
from fulfillment_bi.metrics.snapshots import WAREHOUSE
from fulfillment_bi.metrics.types import Dimension


@dataclass(frozen=True)
class Slice:
    """A cube cut down to some days and members: `groups` are the members of its columns, `buckets` those of its days.

    `cells` are the cells taken, `group` and `bucket` the place of each cell's group and each run's bucket. With
    `counts`, a flag for each run and cell, only what is flagged counts.
    """

    cube: Cube
    runs: list[Run]
    buckets: list[Bucket]
    bucket: Array
    cells: Array | slice
    groups: list[tuple[str, ...]]
    group: Array
    counts: Array | None = None

    def sums(self, part: str) -> Array:
        """The part by bucket and group."""
        each = self._each(part)
        if len(self.runs) != len(self.buckets):
            added = np.zeros((len(self.buckets), each.shape[1]), np.int64)
            np.add.at(added, self.bucket, each)
            each = added
        if len(self.groups) == 1:
            whole: Array = each.sum(axis=1, keepdims=True)
            return whole
        found = np.zeros((len(self.groups), each.shape[0]), np.int64)
        np.add.at(found, self.group, each.T)
        return found.T

    def quantiles(self, part: str, share: float) -> dict[tuple[int, int], tuple[int, float]]:
        """By place of bucket and group: how many times were counted, and their quantile in seconds."""
        each = self._each(part)
        times = np.asarray(self.cube.codes[-1])[self.cells]
        order = np.lexsort((times, self.group))
        ends = np.searchsorted(self.group[order], np.arange(len(self.groups) + 1))
        found = {}
        for place in range(len(self.buckets)):
            counted = each[self.bucket == place].sum(axis=0)[order]
            for group in range(len(self.groups)):
                within = slice(ends[group], ends[group + 1])
                so_far = np.cumsum(counted[within])
                if len(so_far) and so_far[-1] > 0:
                    found[place, group] = int(so_far[-1]), _quantile(so_far, times[order][within], share)
        return found

    def _each(self, part: str) -> Array:
        """The part by run and cell."""
        total = self.cube.totals[part]
        starts = np.array([run.start for run in self.runs], np.int64)
        stops = np.array([run.stop for run in self.runs], np.int64)
        each = total[stops][:, self.cells].astype(np.int64) - total[starts][:, self.cells]
        return each if self.counts is None else each * self.counts


def cut(
    cubes: Cubes, cube: Cube, days: Days, where: Sequence[Filter], by: Sequence[Dimension], *, newest: bool
) -> Slice:
    """The slice of `cube` for these days, filters on members and splits by them.

    `newest`: of each warehouse only its newest snapshot in each bucket counts.
    """
    runs = days.runs(cube.first, cube.days) if cube.family.day else [Run(0, 1, ())]
    counted = _newest(cubes, days) if newest else {}
    if newest:
        runs = [Run((day - cube.first).days, (day - cube.first).days + 1, bucket) for day, bucket in counted]
    buckets = list(dict.fromkeys(run.bucket for run in runs))
    places = {bucket: place for place, bucket in enumerate(buckets)}
    bucket = np.fromiter((places[run.bucket] for run in runs), np.int64, len(runs))
    cells, taken = _cells(cubes, cube, where)
    groups, group = _groups(cubes, cube, by, cells, taken)
    flags = _flags(cubes, cube, cells, list(counted.values())) if newest else None
    return Slice(cube, runs, buckets, bucket, cells, groups, group, flags)


def count_snapshot_days(cubes: Cubes, days: Days) -> dict[Bucket, int]:
    """How many days of each bucket have a snapshot of some warehouse."""
    found: dict[Bucket, set[date]] = {}
    taken = sorted({date.fromisoformat(day) for _, day in cubes.about["snapshots"]})
    for day, bucket in days.taken(iter(taken)):
        found.setdefault(bucket, set()).add(day)
    return {bucket: len(counted) for bucket, counted in found.items()}


def _newest(cubes: Cubes, days: Days) -> dict[tuple[date, Bucket], set[int]]:
    """The days that are the newest snapshot of some warehouses in a bucket, with these warehouses."""
    latest: dict[tuple[int, Bucket], date] = {}
    for warehouse, text in cubes.about["snapshots"]:  # in the order of their days
        for day, bucket in days.taken(iter([date.fromisoformat(text)])):
            latest[warehouse, bucket] = day
    found: dict[tuple[date, Bucket], set[int]] = {}
    for (warehouse, bucket), day in latest.items():
        found.setdefault((day, bucket), set()).add(warehouse)
    return dict(sorted(found.items()))


def _flags(cubes: Cubes, cube: Cube, cells: Array | slice, counted: list[set[int]]) -> Array:
    """For each run and cell whether the cell's warehouse is one of those that count in the run."""
    codes = np.asarray(cube.codes[cube.columns.index(WAREHOUSE)])[cells]
    known = [*cubes.values.get(WAREHOUSE, []), None]
    wanted = np.array([[value in some for value in known] for some in counted], bool).reshape(len(counted), len(known))
    flags: Array = wanted[:, codes]
    return flags


def _cells(cubes: Cubes, cube: Cube, where: Sequence[Filter]) -> tuple[Array | slice, int]:
    """The cells whose members pass every filter, and how many they are."""
    passed = np.ones(cube.cells, bool)
    for item in where:
        names, places = cubes.shown[item.dimension]
        wanted = np.array([name in item.values for name in names], bool)
        passed &= wanted[places[_codes(cube, get_dimension(item.dimension))]]
    if passed.all():
        return slice(None), cube.cells
    found = np.flatnonzero(passed)
    return found, len(found)


def _groups(
    cubes: Cubes, cube: Cube, by: Sequence[Dimension], cells: Array | slice, taken: int
) -> tuple[list[tuple[str, ...]], Array]:
    """The combinations of members that the cells have, and the place of each cell's."""
    if not by:
        return [()], np.zeros(taken, np.int64)
    key = np.zeros(taken, np.int64)
    every = []
    for dimension in by:
        names, places = cubes.shown[dimension.name]
        members = places[np.asarray(_codes(cube, dimension))[cells]]
        every.append((names, members))
        key = key * len(names) + members
    _, chosen, group = np.unique(key, return_index=True, return_inverse=True)
    return [tuple(names[members[cell]] for names, members in every) for cell in chosen], group


def _codes(cube: Cube, dimension: Dimension) -> Array:
    codes: Array = cube.codes[cube.columns.index(dimension.column)]
    return codes


def _quantile(so_far: Array, times: Array, share: float) -> float:
    """As `histograms.quantile`: between the two neighbours of the rank, in proportion."""
    rank = float(so_far[-1] - 1) * share
    low, high = (int(times[np.searchsorted(so_far, end, side="right")]) for end in (floor(rank), -floor(-rank)))
    step = rank - floor(rank)
    return histograms.seconds(low) + step * (histograms.seconds(high) - histograms.seconds(low))
