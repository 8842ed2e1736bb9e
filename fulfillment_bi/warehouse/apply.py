"""How newly made rows come into the version: by what identifies them, so that as few as possible are written.

Each function takes the new rows from the temporary table `fresh` (`replace_rows`: from the model's own name) and drops
it. `main` is the schema of the file being written.
"""

# ruff: noqa: S608 - every name in these statements is that of a model or one of its columns

from __future__ import annotations

from fulfillment_bi.warehouse.engine import Session
from fulfillment_bi.warehouse.refresh import NUMBERED, member_key

_TOUCHED = "(order_key IN (SELECT order_key FROM temp.touched_key) OR order_key = 0)"
_OTHERS = """SELECT row FROM {own} AS h
    WHERE NOT EXISTS (SELECT 1 FROM {other} AS o WHERE o.one = h.one AND o.two = h.two)"""


class WholeBuildNeededError(Exception):
    """The last version's facts cannot be brought up to date; the message says why."""


def columns_of(session: Session, table: str, *, temporary: bool = False) -> list[str]:
    """The columns of a table of the version, or of a temporary one, in their order."""
    rows = session.rows(
        "SELECT column_name FROM duckdb_columns() WHERE (database_name = 'temp') = ? AND table_name = ? "
        "ORDER BY column_index",
        (temporary, table),
    )
    return [row[0] for row in rows]


def note_differing(session: Session, main: str, name: str) -> bool:
    """Put the first column of rows that differ from the version's into `differing`; whether there are any."""
    key = columns_of(session, "fresh", temporary=True)[0]
    old, new = f"SELECT * FROM {main}.{name}", "SELECT * FROM temp.fresh"
    session.execute(
        f'CREATE OR REPLACE TEMP TABLE differing AS SELECT DISTINCT "{key}" AS key '
        f"FROM (({old} EXCEPT {new}) UNION ALL ({new} EXCEPT {old}))"
    )
    return bool(session.rows("SELECT 1 FROM temp.differing LIMIT 1"))


def replace_table(session: Session, main: str, name: str) -> None:
    """Take the new rows instead of the old ones."""
    session.execute(f"CREATE OR REPLACE TABLE {main}.{name} AS SELECT * FROM temp.fresh")
    session.execute("DROP TABLE temp.fresh")


def add_members(session: Session, main: str, name: str) -> None:
    """Number new members after the old ones, and bring attributes up to date."""
    number, *rest = columns_of(session, name)
    key = member_key(name, [number, *rest])
    same = " AND ".join(f"f.{column} IS NOT DISTINCT FROM d.{column}" for column in key)
    attributes = [column for column in rest if column not in key]
    if attributes:
        differs = " OR ".join(f"d.{column} IS DISTINCT FROM f.{column}" for column in attributes)
        setting = ", ".join(f"{column} = f.{column}" for column in attributes)
        session.execute(f"UPDATE {main}.{name} AS d SET {setting} FROM temp.fresh AS f WHERE {same} AND ({differs})")
    listed = ", ".join(f"f.{column}" for column in rest)
    place = f"row_number() OVER (ORDER BY {', '.join(f'f.{column}' for column in key)})"
    session.execute(
        f"INSERT INTO {main}.{name} SELECT (SELECT max({number}) FROM {main}.{name}) + {place}, {listed} "
        f"FROM temp.fresh AS f WHERE NOT EXISTS (SELECT 1 FROM {main}.{name} AS d WHERE {same})"
    )
    session.execute("DROP TABLE temp.fresh")


def add_evidence(session: Session, main: str, name: str) -> None:
    """Flags once set stay set; one that is set for a member that has older orders makes all of these doubtful."""
    key, *flags = columns_of(session, name)
    raised = " OR ".join(f"(f.{flag} AND NOT d.{flag})" for flag in flags)
    found = session.rows(
        f"SELECT f.{key} FROM temp.fresh AS f INNER JOIN {main}.{name} AS d ON d.{key} = f.{key} WHERE {raised}"
    )
    if found:
        raise WholeBuildNeededError(f"{found[0][0]} reports something for the first time")
    session.execute(
        f"INSERT INTO {main}.{name} SELECT * FROM temp.fresh AS f "
        f"WHERE NOT EXISTS (SELECT 1 FROM {main}.{name} AS d WHERE d.{key} = f.{key})"
    )
    session.execute("DROP TABLE temp.fresh")


def replace_rows(session: Session, main: str, name: str) -> None:
    """Replace the rows of touched orders, and those of none, by those of the temporary table of the model's name."""
    session.execute(f"CREATE OR REPLACE TEMP TABLE removed_{name} AS SELECT * FROM {main}.{name} WHERE {_TOUCHED}")
    own = NUMBERED.get(name)
    number = f"{own} + (SELECT coalesce(max({own}), 0) FROM {main}.{name}) AS {own}"
    chosen = f"* REPLACE ({number})" if own else "*"
    session.execute(f"CREATE OR REPLACE TEMP TABLE added_{name} AS SELECT {chosen} FROM temp.{name} WHERE {_TOUCHED}")
    session.execute(f"DELETE FROM {main}.{name} WHERE {_TOUCHED}")
    session.execute(f"INSERT INTO {main}.{name} BY NAME SELECT * FROM temp.added_{name}")
    session.execute(f"DROP TABLE temp.{name}")


def replace_part(session: Session, main: str, name: str, condition: str) -> None:
    """Replace the rows that `condition` names by those of `fresh` that it names."""
    for kind, source in (("removed", f"{main}.{name}"), ("added", "temp.fresh")):
        session.execute(f"CREATE OR REPLACE TEMP TABLE {kind}_{name} AS SELECT * FROM {source} WHERE {condition}")
    session.execute(f"DELETE FROM {main}.{name} WHERE {condition}")
    session.execute(f"INSERT INTO {main}.{name} BY NAME SELECT * FROM temp.added_{name}")
    session.execute("DROP TABLE temp.fresh")


def replace_differing(session: Session, main: str, name: str) -> bool:
    """Change only the rows that differ, told apart by two hashes; False where rows are not unique and all are taken."""
    old, new, table = f"temp.old_{name}", f"temp.new_{name}", f"{main}.{name}"
    sides = (("removed", table, old, new), ("added", "temp.fresh", new, old))
    for _, source, own, _ in sides:
        hashes = f"SELECT rowid AS row, hash(r) AS one, hash((r, 1)) AS two FROM {source} AS r"
        session.execute(f"CREATE OR REPLACE TEMP TABLE {own.removeprefix('temp.')} AS {hashes}")
    for kind, source, own, other in sides:
        alone = _OTHERS.format(own=own, other=other)
        session.execute(
            f"CREATE OR REPLACE TEMP TABLE {kind}_{name} AS SELECT * FROM {source} WHERE rowid IN ({alone})"
        )
    counted = (table, f"temp.removed_{name}", f"temp.added_{name}", "temp.fresh")
    before, removed, added, after = (session.rows(f"SELECT count(*) FROM {one}")[0][0] for one in counted)
    is_unique: bool = before - removed + added == after
    if is_unique:
        session.execute(f"DELETE FROM {table} WHERE rowid IN ({_OTHERS.format(own=old, other=new)})")
        session.execute(f"INSERT INTO {table} BY NAME SELECT * FROM temp.added_{name}")
        session.execute("DROP TABLE temp.fresh")
    else:
        replace_table(session, main, name)
    for hashed in (old, new):
        session.execute(f"DROP TABLE {hashed}")
    return is_unique
