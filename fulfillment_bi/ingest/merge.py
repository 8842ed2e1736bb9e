"""Accepted records into `staged_*` and `state_*`: the newest export wins column by column, a blank never erases.

`staged_*` holds every distinct row version once, with the newest load that brought it; `state_*` is, per key and
column, the value of the highest rank. A rank is (precedence of the source for that column, export time of the file, its
own time, its hash, line), so it does not depend on the order in which files arrive. Beside its columns `state_*` keeps
which systems know the row, and `conflicts` where two of them contradict each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fulfillment_bi.ingest.changes import note_differing, note_new
from fulfillment_bi.ingest.conflicts import replace_conflicts
from fulfillment_bi.ingest.contracts import Contract
from fulfillment_bi.ingest.ranking import LINE_BITS, names_of, rank_loads, rank_of, same_key
from fulfillment_bi.ingest.tables import SYSTEMS, knows, staged, state
from fulfillment_bi.ingest.unique import count_keys, part_conditions
from fulfillment_bi.warehouse.engine import Session

_MERGED_AT_ONCE = 100_000
"""So many records are merged at a time: what is computed for each key cannot go to a file."""
SaidBy = tuple[int, str, list[str] | None]
"""A load, its source, and the columns in which it tells less than others may."""


@dataclass(frozen=True, slots=True)
class Merged:
    """How many accepted records did what: together they are all accepted records."""

    new: int
    updated: int
    unchanged: int
    superseded: int

    def __add__(self, other: Merged) -> Merged:
        return Merged(
            self.new + other.new,
            self.updated + other.updated,
            self.unchanged + other.unchanged,
            self.superseded + other.superseded,
        )


def merge(
    session: Session, contract: Contract, load_id: int, origin: str, accepted: str, coarse: Sequence[str] = ()
) -> Merged:
    """Merge the table `accepted` (contract columns, `_source_line`) of load `load_id`, whose source is `origin`.

    `coarse` are the columns of which it tells less than others may; there it gives way to whoever tells more.

    The load must already be in `loads`, since its times decide its rank.
    """
    total, keys = count_keys(session, accepted, contract.key)
    if total == 0:
        return Merged(0, 0, 0, 0)
    rank_loads(session)
    said_by = (load_id, origin, list(coarse) or None)
    distinct = total == keys
    if distinct and not session.rows(f"SELECT 1 FROM {staged(contract)} LIMIT 1"):  # noqa: S608
        return _merge_first(session, contract, said_by, accepted, total)
    counts = Merged(0, 0, 0, 0)
    for condition in part_conditions(contract.key, total, _MERGED_AT_ONCE):
        part = f"(SELECT * FROM {accepted} WHERE {condition})"  # noqa: S608
        counts += _merge_part(session, contract, said_by, part, distinct=distinct)
    return counts


def _merge_first(session: Session, contract: Contract, said_by: SaidBy, accepted: str, total: int) -> Merged:
    """Merge where nothing is, and no two records have one key: every record is what holds."""
    session.execute(
        f"INSERT INTO {staged(contract)} BY NAME {_row_versions(contract, said_by, accepted, distinct=True)}",
        said_by[1:],
    )
    session.execute(
        f"INSERT INTO {state(contract)} BY NAME SELECT {names_of(contract.names)}, {said_by[0]} AS _load_id, "  # noqa: S608
        f"_source_line, {_only(said_by[1])} FROM {accepted}"
    )
    note_new(session, contract, accepted)
    return Merged(new=total, updated=0, unchanged=0, superseded=0)


def _merge_part(session: Session, contract: Contract, said_by: SaidBy, accepted: str, *, distinct: bool) -> Merged:
    _stage(session, contract, said_by, accepted, distinct=distinct)
    _make_winners(session, contract, accepted, distinct=distinct)
    _make_merged(session, contract)
    counts = _count(session, contract, session.rows(f"SELECT count(*) FROM {accepted} AS part")[0][0])  # noqa: S608
    _replace_state(session, contract)
    replace_conflicts(session, contract)
    for table in ("winners", "merged"):
        session.execute(f"DROP TABLE temp.{table}")
    return counts


def remerge(session: Session, contract: Contract, load_id: int, *, forget: bool = False) -> None:
    """Compute the state anew for every key that a load has a say in, after its rank has changed.

    With `forget`, what the load brought is taken out first.
    """
    rank_loads(session)
    table = staged(contract)
    rows = session.rows(f"SELECT count(*) FROM {table} WHERE _load_id = ?", (load_id,))[0][0]  # noqa: S608
    for condition in part_conditions(contract.key, rows, _MERGED_AT_ONCE):
        theirs = f"FROM {table} WHERE _load_id = ? AND {condition}"
        session.execute(
            f"CREATE OR REPLACE TEMP TABLE winners AS SELECT DISTINCT {names_of(contract.key)} {theirs}", (load_id,)
        )
        if forget:
            session.execute(f"DELETE {theirs}", (load_id,))
        _make_merged(session, contract)
        _replace_state(session, contract)
        replace_conflicts(session, contract)
        for made in ("winners", "merged"):
            session.execute(f"DROP TABLE temp.{made}")


def _row_versions(contract: Contract, said_by: SaidBy, accepted: str, *, distinct: bool) -> str:
    """What the records say, as rows of `staged_*`; its values are the origin and the coarse columns.

    `distinct`: no two records have one key, so no two are the same; to group them would take memory for nothing.
    """
    names = names_of(contract.names)
    line, grouped = ("_source_line", "") if distinct else ("max(_source_line)", f" GROUP BY {names}")
    return (
        f"SELECT {names}, {said_by[0]} AS _load_id, {line} AS _source_line, CAST(? AS VARCHAR) AS _origin, "  # noqa: S608
        f"CAST(? AS VARCHAR[]) AS _coarse, hash({names}) AS _content FROM {accepted} AS records{grouped}"
    )


def _stage(session: Session, contract: Contract, said_by: SaidBy, accepted: str, *, distinct: bool) -> None:
    """Add row versions that are new; those already known take over the newer rank of this load."""
    load_id, origin, _ = said_by
    table = staged(contract)
    session.execute(
        f"CREATE OR REPLACE TEMP TABLE row_versions AS {_row_versions(contract, said_by, accepted, distinct=distinct)}",
        said_by[1:],
    )
    if session.rows(f"SELECT 1 FROM {table} LIMIT 1"):  # noqa: S608
        same = f"s._content = v._content AND s._origin = v._origin AND {same_key('s', 'v', contract.key)}"
        session.execute(
            f"CREATE OR REPLACE TEMP TABLE known_versions AS SELECT v._content, {names_of(contract.key, 'v')}, "  # noqa: S608
            f"v._source_line, new.rank > old.rank AS newer FROM row_versions AS v "
            f"INNER JOIN {table} AS s ON {same} "
            f"INNER JOIN load_rank AS old ON old.load_id = s._load_id "
            f"INNER JOIN load_rank AS new ON new.load_id = v._load_id",
        )
        session.execute(
            f"UPDATE {table} AS s SET _load_id = {load_id}, _source_line = v._source_line FROM known_versions AS v "  # noqa: S608
            f"WHERE v.newer AND s._origin = ? AND s._content = v._content AND {same_key('s', 'v', contract.key)}",
            (origin,),
        )
        session.execute(
            f"DELETE FROM row_versions AS v WHERE EXISTS (SELECT 1 FROM known_versions AS k "  # noqa: S608
            f"WHERE k._content = v._content AND {same_key('k', 'v', contract.key)})"
        )
        session.execute("DROP TABLE temp.known_versions")
    session.execute(f"INSERT INTO {table} BY NAME SELECT * FROM row_versions")  # noqa: S608
    session.execute("DROP TABLE temp.row_versions")


def _make_winners(session: Session, contract: Contract, accepted: str, *, distinct: bool) -> None:
    """One record per key of the file: its last."""
    last = (
        ""
        if distinct
        else (f" QUALIFY row_number() OVER (PARTITION BY {names_of(contract.key)} ORDER BY _source_line DESC) = 1")
    )
    session.execute(f"CREATE OR REPLACE TEMP TABLE winners AS SELECT * FROM {accepted} AS records{last}")  # noqa: S608


def _make_merged(session: Session, contract: Contract) -> None:
    """The state of every key in `winners`, from all row versions."""
    key = names_of(contract.key)
    values = [contract.column(name) for name in contract.values]
    best = ", ".join(
        f'arg_max("{column.name}", {rank_of(column)}) FILTER ("{column.name}" IS NOT NULL) AS "{column.name}"'
        for column in values
    )
    session.execute(
        f"CREATE OR REPLACE TEMP TABLE merged AS SELECT {key}, {best + ', ' if best else ''}"  # noqa: S608
        f"arg_max(_load_id, _rank) AS _load_id, arg_max(_source_line, _rank) AS _source_line, "
        f"{_flags()}, min(_origin) <> max(_origin) AS _is_shared "
        f"FROM (SELECT s.*, (r.rank << {LINE_BITS}) + s._source_line AS _rank FROM {staged(contract)} AS s "
        f"INNER JOIN load_rank AS r ON r.load_id = s._load_id "
        f"WHERE EXISTS (SELECT 1 FROM winners AS w WHERE {same_key('w', 's', contract.key)})) AS ranked GROUP BY {key}"
    )


def _only(origin: str) -> str:
    """The columns that tell which systems know a row, where that is one."""
    return ", ".join(f"{origin in kinds} AS {knows(system)}" for system, kinds in SYSTEMS.items())


def _flags() -> str:
    """The columns that tell which systems know a row, from all its versions."""
    return ", ".join(
        f"bool_or(_origin IN ({', '.join(repr(kind) for kind in kinds)})) AS {knows(system)}"
        for system, kinds in SYSTEMS.items()
    )


def _count(session: Session, contract: Contract, total: int) -> Merged:
    changed = " OR ".join(f'b."{name}" IS DISTINCT FROM m."{name}"' for name in contract.values) or "FALSE"
    lost = (
        " OR ".join(f'(w."{name}" IS NOT NULL AND w."{name}" IS DISTINCT FROM m."{name}")' for name in contract.values)
        or "FALSE"
    )
    new, updated, superseded, winners = session.rows(
        f"SELECT count(*) FILTER (is_new), count(*) FILTER (NOT is_new AND is_changed), "  # noqa: S608
        f"count(*) FILTER (NOT is_new AND NOT is_changed AND has_lost), count(*) FROM ("
        f"SELECT b._load_id IS NULL AS is_new, {changed} AS is_changed, {lost} AS has_lost FROM winners AS w "
        f"INNER JOIN merged AS m ON {same_key('w', 'm', contract.key)} "
        f"LEFT JOIN {state(contract)} AS b ON {same_key('b', 'w', contract.key)}) AS judged"
    )[0]
    return Merged(new, updated, winners - new - updated - superseded, superseded + total - winners)


def _replace_state(session: Session, contract: Contract) -> None:
    note_differing(session, contract)
    table = state(contract)
    session.execute(
        f"DELETE FROM {table} AS s WHERE EXISTS (SELECT 1 FROM winners AS w WHERE {same_key('w', 's', contract.key)})"  # noqa: S608
    )
    session.execute(f"INSERT INTO {table} BY NAME SELECT * EXCLUDE (_is_shared) FROM merged")  # noqa: S608
