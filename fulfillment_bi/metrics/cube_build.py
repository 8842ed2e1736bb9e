"""Makes the file of cubes of a version: from its rollups where these have what is needed, else from the facts.

After an update of the facts (see `rollup_build`) the cubes of the last version are taken over up to the first day
that a changed row names, and only what follows is summed anew.
"""

# ruff: noqa: S608 - every name in these statements is declared in the catalogue

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, timedelta
from itertools import groupby
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import numpy as np

from fulfillment_bi.metrics.cube_cells import Daily, read_daily, sum_up
from fulfillment_bi.metrics.cube_file import Cube, Cubes, Writer, read_cubes
from fulfillment_bi.metrics.cubes import BUCKET, Family, Plan, plan_cubes, signature
from fulfillment_bi.metrics.dimensions import DIMENSIONS
from fulfillment_bi.metrics.rollups import Rollup, plan_rollups, stored_rollups

if TYPE_CHECKING:
    from fulfillment_bi.warehouse.engine import Session

LEAST_ROWS = 20_000
"""Where no fact has as many rows, each is scanned in a few milliseconds."""
BYTES_A_ROW = 6
"""What a cube may take on the disk for each row of its fact, but never less than `FLOOR` or more than `CEILING`."""
FLOOR, CEILING = 400_000, 64_000_000
NOW = date(1970, 1, 1)


@dataclass(frozen=True)
class _Span:
    """A family's fact: its rows, and its days from first to last (the same day where there are none)."""

    rows: int
    first: date
    last: date

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1


def write_cubes(session: Session, path: Path, base: Path | None = None, *, least_rows: int = LEAST_ROWS) -> None:
    """Write the cubes of the facts in `session` into `path`, going on from those in `base` where possible."""
    info = _build_info(session)
    if info.get("as_of") is None:
        return
    kept = stored_rollups(info.get("rollups")).cells
    facts = sorted({plan.family.fact for plan in plan_cubes()})
    if max(int(session.rows(f"SELECT count(*) FROM {fact}")[0][0]) for fact in facts) < least_rows:
        return
    before, moved = _before(session, base)
    with Writer(path) as writer:
        making = _Making(session, writer, kept, before, moved)
        for family, plans in groupby(plan_cubes(), key=lambda plan: plan.family):
            making.make(family, list(plans))
        writer.close({name: list(codes) for name, codes in making.values.items()}, _about(session, info, making))


class _Making:
    """One run; `values` are the codes of members, by column, `made` the columns of what was written.

    `daily`: about how many times a day histograms count, by fact and day.
    """

    def __init__(
        self,
        session: Session,
        writer: Writer,
        kept: Mapping[str, int],
        before: Cubes | None,
        moved: Collection[str],
    ) -> None:
        self.session = session
        self.writer = writer
        self.before = before
        self.moved = moved
        self.kept = sorted((one for one in plan_rollups() if one.name in kept), key=lambda one: kept[one.name])
        known = before.values if before else {}
        self.values = {column: {value: code for code, value in enumerate(values)} for column, values in known.items()}
        self.made: set[str] = set()
        self.daily: dict[str, int] = {}

    def make(self, family: Family, plans: Sequence[Plan]) -> None:
        """Write the cubes of a family that are worth it."""
        span = _span(self.session, family)
        if span is None:
            self._add(_nothing(family, plans))
            return
        scales = _scales(self.session, plans[0])
        cells: dict[tuple[str, ...], int] = {}
        for plan in plans:
            size = min(max(BYTES_A_ROW * span.rows, FLOOR), CEILING)
            room = size // (4 * (span.days + 1) * len(plan.parts))
            if self._is_small(plan, cells, room):
                cube = self._cube(plan, span, scales)
                cells[plan.columns] = cube.cells
                if cube.cells <= max(room, 1) and cube.totals:
                    self._add(cube)
                if plan is plans[0] and family.timed and cube.totals:
                    times = int(next(iter(cube.totals.values()))[-1].sum())
                    self.daily[f"{family.fact}.{family.day}"] = times // span.days

    def _add(self, cube: Cube) -> None:
        self.writer.add(cube)
        self.made |= set(cube.columns)

    def _is_small(self, plan: Plan, cells: Mapping[tuple[str, ...], int], room: int) -> bool:
        """Whether it may have so few cells, as far as smaller cubes can tell."""
        if not plan.columns or (len(plan.columns) == 1 and not plan.family.timed):
            return True
        smaller = [each for each in cells if set(each) < set(plan.columns)]
        widest = max(smaller, key=len, default=None)
        if widest is None:
            return True
        others = [column for column in plan.columns if column not in widest]
        most = cells[widest] * prod(cells.get((each,), 0) or len(self.values.get(each, ())) + 1 for each in others)
        if most <= room:
            return True
        if plan.family.timed:
            return cells[widest] <= room and most <= 4 * room
        table = self._source(plan)
        columns = ", ".join(plan.columns)
        counted = f"SELECT count(*) FROM (SELECT DISTINCT {columns} FROM {table.name if table else plan.family.fact})"
        return int(self.session.rows(counted)[0][0]) <= room

    def _cube(self, plan: Plan, span: _Span, scales: Mapping[str, int]) -> Cube:
        old, since = self._earlier(plan, span)
        daily = self._daily(plan, span, scales, since)
        return sum_up(plan, span.first, span.days, daily, scales, old, since)

    def _earlier(self, plan: Plan, span: _Span) -> tuple[Cube | None, int]:
        """The same cube of the last version, and the day from which on it must be made anew."""
        old = self.before.cubes.get(plan.name) if self.before and plan.family.fact in self.moved else None
        if old is None or not plan.family.day or old.first != span.first:
            return None, 0
        touched = _first_touched(self.session, plan.family)
        since = span.days if touched is None else max((touched - span.first).days, 0)
        return old, min(since, old.days, span.days)

    def _daily(self, plan: Plan, span: _Span, scales: Mapping[str, int], since: int) -> Daily:
        source = self._source(plan)
        name, day = (source.name, "day") if source else (plan.family.fact, plan.family.day)
        parameters: tuple[date, ...] = ()
        if since:
            name = f"(SELECT * FROM {name} WHERE {day} >= ?)"
            parameters = (span.first + timedelta(days=since),)
        text = plan.rollup().select(name, summed=source is not None)
        return read_daily(self.session, plan, text, parameters, scales, span.first, self.values)

    def _source(self, plan: Plan) -> Rollup | None:
        """The smallest rollup that has what the cube needs."""
        for one in self.kept:
            same = Family(one.fact, one.day, one.timed) == plan.family
            if same and set(plan.columns) <= set(one.columns) and set(plan.parts) <= set(one.parts):
                return one
        return None


def _span(session: Session, family: Family) -> _Span | None:
    """None where the family's fact has no row."""
    if not family.day:
        rows = int(session.rows(f"SELECT count(*) FROM {family.fact}")[0][0])
        return _Span(rows, NOW, NOW) if rows else None
    text = f"SELECT count({family.day}), min({family.day}), max({family.day}) FROM {family.fact}"
    rows, first, last = session.rows(text)[0]
    return _Span(int(rows), first, last) if rows else None


def _nothing(family: Family, plans: Sequence[Plan]) -> Cube:
    """One cube by everything, without a cell: it answers whatever may be asked of no rows."""
    keys = tuple(dict.fromkeys(key for plan in plans for key in plan.keys))
    columns = tuple(sorted(keys, key=lambda key: key == BUCKET))
    parts = {part.column: np.zeros((2, 0), np.int32) for plan in plans for part in plan.parts}
    name = min((plan.name for plan in plans), key=len)
    return Cube(name, family, NOW, columns, dict.fromkeys(parts, 0), np.empty((len(columns), 0), np.int32), parts)


def _scales(session: Session, plan: Plan) -> dict[str, int]:
    """Digits after the point of each part of a family, -1 for a count."""
    described = session.rows("DESCRIBE " + plan.rollup().select())
    wanted = {part.column for part in plan.parts}
    return {name: _scale(name, kind) for name, kind, *_ in described if name in wanted}


def _scale(name: str, kind: str) -> int:
    if name.startswith("count"):
        return -1
    return int(kind.rstrip(")").split(",")[1]) if kind.startswith("DECIMAL") else 0


def _before(session: Session, base: Path | None) -> tuple[Cubes | None, frozenset[str]]:
    """The cubes of the last version, and the facts of which it is known what changed."""
    if base is None or not session.rows("SELECT 1 FROM duckdb_tables() WHERE temporary AND table_name = 'refreshed'"):
        return None, frozenset()
    found = read_cubes(base)
    if found is None or found.about.get("signature") != signature():
        return None, frozenset()
    facts = session.rows("SELECT facts FROM temp.refreshed")[0][0]
    return found, frozenset(facts)


def _first_touched(session: Session, family: Family) -> date | None:
    kinds = ("removed", "added")
    both = " UNION ALL ".join(f"SELECT {family.day} AS day FROM temp.{kind}_{family.fact}" for kind in kinds)
    found: date | None = session.rows(f"SELECT min(day) FROM ({both})")[0][0]
    return found


def _build_info(session: Session) -> dict[str, Any]:
    names, rows = session.columns("SELECT * FROM build_info")
    return dict(zip(names, rows[0], strict=True)) if rows else {}


def _about(session: Session, info: Mapping[str, Any], making: _Making) -> dict[str, Any]:
    """What an answer needs beside numbers: the catalogue, the moment, who the members are, when stock was taken."""
    moment = info["as_of"].replace(tzinfo=UTC)
    local = moment.astimezone(ZoneInfo(str(info["timezone"])))
    return {
        "signature": signature(),
        "as_of": moment.isoformat().replace("+00:00", "Z"),
        "timezone": str(info["timezone"]),
        "today": local.date().isoformat(),
        "hour": local.hour,
        "rollups": info.get("rollups"),
        "daily": dict(stored_rollups(info.get("rollups")).daily) | making.daily,
        "members": _members(session, making),
        "snapshots": [
            [warehouse, day.isoformat()]
            for warehouse, day in session.rows("SELECT warehouse_id, snapshot_day FROM dim_snapshot ORDER BY 2, 1")
        ],
    }


def _members(session: Session, making: _Making) -> dict[str, list[str]]:
    """Dimension -> the member shown for each code of its column, and at last the one for none."""
    found = {}
    for name, dimension in DIMENSIONS.items():
        if dimension.column not in making.made:
            continue
        values = making.values.get(dimension.column, {})
        shown = {value: value for value in values}
        if dimension.table:
            shown = dict(session.rows(f"SELECT {dimension.column}, {dimension.member} FROM {dimension.table}"))
        found[name] = [*(shown.get(value) or dimension.missing for value in values), dimension.missing]
    return found
