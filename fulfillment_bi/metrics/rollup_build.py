"""Fills the rollups: all of them from the facts, or, after an update of the facts, by what was removed and added.

An update leaves `refreshed` with the rollups of the last version and the facts whose changed rows stand in
`removed_<fact>` and `added_<fact>`. Since every part is a sum, a rollup follows by their difference, in the days they
name; the facts themselves are not read. Rollups of facts that were made whole are filled anew.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from fulfillment_bi.metrics.rollups import Rollup, Stored, plan_rollups, stored_rollups, written

if TYPE_CHECKING:
    from fulfillment_bi.warehouse.engine import Session

LEAST_ROWS = 6.0
"""Rows of the fact per cell of a rollup, at least.

Below that the rollup answers in about the time of its fact (of 100,000 orders: 7 ms against 11), and building such
rollups takes a third of the time of all.
"""


def build_rollups(session: Session, least_rows: float = LEAST_ROWS) -> None:
    """Bring the rollups to the facts in `session`, and drop all others.

    `least_rows`: how many rows of its fact a cell must stand for on average for a rollup to be worth building; after an
    update of the facts those of the last version are kept.
    """
    session.execute("BEGIN TRANSACTION")
    try:
        _bring(session, least_rows)
    except BaseException:
        session.execute("ROLLBACK")
        raise
    session.execute("COMMIT")


def _bring(session: Session, least_rows: float) -> None:
    before, moved = _refreshed(session)
    _drop_others(session, before.cells)
    cells: dict[str, int] = {}
    daily: dict[str, int] = {}
    for family in _by_family(plan_rollups()):
        fact = family[0].fact
        if fact in moved:
            kept = [rollup for rollup in family if rollup.name in before.cells]
            _move(session, kept)
        else:
            kept = _fill(session, family, least_rows)
        for rollup in kept:
            cells[rollup.name] = int(session.rows(f"SELECT count(*) FROM {rollup.name}")[0][0])  # noqa: S608
        if kept and kept[0].timed:
            daily[f"{fact}.{kept[0].day}"] = _times_a_day(session, kept[0])
    session.execute("ALTER TABLE build_info ADD COLUMN IF NOT EXISTS rollups VARCHAR")
    session.execute("UPDATE build_info SET rollups = ?", (written(Stored(cells, daily)),))


def _refreshed(session: Session) -> tuple[Stored, frozenset[str]]:
    """The rollups of the last version that can be moved, and the facts of which it is known what changed."""
    nothing = Stored({}, {}), frozenset[str]()
    if not session.rows("SELECT 1 FROM duckdb_tables() WHERE temporary AND table_name = 'refreshed'"):
        return nothing
    text, facts = session.rows("SELECT rollups, facts FROM temp.refreshed")[0]
    before = stored_rollups(text)
    return (before, frozenset(facts)) if before.cells else nothing


def _drop_others(session: Session, kept: Collection[str]) -> None:
    for (name,) in session.rows("SELECT table_name FROM information_schema.tables WHERE table_name LIKE 'rollup_%'"):
        if re.fullmatch(r"rollup_[a-z0-9_]+", name) and name not in kept:
            session.execute(f"DROP TABLE {name}")


def _by_family(planned: Sequence[Rollup]) -> list[list[Rollup]]:
    families: dict[tuple[str, str, str], list[Rollup]] = {}
    for rollup in planned:
        families.setdefault((rollup.fact, rollup.day, rollup.timed), []).append(rollup)
    return list(families.values())


def _fill(session: Session, family: list[Rollup], least_rows: float) -> list[Rollup]:
    """Fill those of a family that are worth it from their fact, or from one of them that has all it needs."""
    chosen = _worthwhile(session, family, least_rows)
    filled: list[Rollup] = []
    for rollup in chosen:
        finer = [other for other in filled if set(rollup.columns) <= set(other.columns)]
        text = rollup.select(finer[-1].name, summed=True) if finer else rollup.select()
        session.execute(f"CREATE OR REPLACE TABLE {rollup.name} AS\n{text}")
        filled.append(rollup)
    return chosen


def _worthwhile(session: Session, family: list[Rollup], least_rows: float) -> list[Rollup]:
    """Those of a family with few enough cells, in one pass over the fact."""
    counts = ",\n  ".join(["count(*)", *(rollup.cells for rollup in family)])
    rows, *cells = session.rows(f"SELECT\n  {counts}\nFROM {family[0].fact} AS f")[0]
    return [rollup for rollup, count in zip(family, cells, strict=True) if count * least_rows <= rows]


def _move(session: Session, family: list[Rollup]) -> None:
    """Add the difference of the changed rows to every rollup of a family."""
    if not family:
        return
    first = family[0]
    columns = tuple(dict.fromkeys(column for rollup in family for column in rollup.columns))
    finest = Rollup("moved_cells", first.fact, first.day, columns, first.parts, first.timed)
    signed = []
    for sign, table in (("", f"temp.added_{first.fact}"), ("-", f"temp.removed_{first.fact}")):
        values = [f"{sign}{part.column} AS {part.column}" for part in first.parts]
        signed.append(f"SELECT {', '.join([*finest.keys, *values])} FROM ({finest.select(table)})")  # noqa: S608
    both = "(" + " UNION ALL ".join(signed) + ")"
    session.execute(f"CREATE OR REPLACE TEMP TABLE moved_cells AS {finest.select(both, summed=True)}")
    for rollup in family:
        _add(session, rollup)
    session.execute("DROP TABLE temp.moved_cells")


def _add(session: Session, rollup: Rollup) -> None:
    """Add `moved_cells` to one rollup, in the days they name."""
    within = " WHERE day IN (SELECT day FROM temp.moved_cells)" if rollup.day else ""
    names = ", ".join([*rollup.keys, *(part.column for part in rollup.parts)])
    both = f"(SELECT {names} FROM {rollup.name}{within} UNION ALL SELECT {names} FROM temp.moved_cells)"  # noqa: S608
    session.execute(f"CREATE OR REPLACE TEMP TABLE shifted AS {rollup.select(both, summed=True)}")
    session.execute(f"DELETE FROM {rollup.name}{within}")  # noqa: S608 - declared names
    session.execute(f"INSERT INTO {rollup.name} BY NAME SELECT * FROM temp.shifted")  # noqa: S608
    session.execute("DROP TABLE temp.shifted")


def _times_a_day(session: Session, histogram: Rollup) -> int:
    """How many times it counts in a day, on average."""
    total = f"coalesce(sum({histogram.parts[0].column}), 0)"
    text = f"SELECT {total} // greatest(count(DISTINCT day), 1) FROM {histogram.name}"  # noqa: S608 - declared names
    return int(session.rows(text)[0][0])
