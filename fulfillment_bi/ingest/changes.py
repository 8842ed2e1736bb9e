"""Notes which records of `state_*` a load changes, so that the build after it need not look at the others.

`changed_<entity>`, temporary, has each record that differs as it was before and as it is now.
"""

from __future__ import annotations

from fulfillment_bi.ingest.contracts import Contract
from fulfillment_bi.ingest.ranking import names_of, same_key
from fulfillment_bi.ingest.tables import state
from fulfillment_bi.warehouse.engine import Session
from fulfillment_bi.warehouse.tables import has_table


def note_new(session: Session, contract: Contract, records: str) -> None:
    """Note the rows of the table `records`, none of which was there before."""
    if has_table(session, "build_info"):
        _ensure(session, contract)
        session.execute(f"INSERT INTO temp.changed_{contract.entity} SELECT {names_of(contract.names)} FROM {records}")  # noqa: S608


def note_differing(session: Session, contract: Contract) -> None:
    """Note what `merged` is about to change of the keys in `winners`."""
    if not has_table(session, "build_info"):
        return
    _ensure(session, contract)
    table = state(contract)
    flags = [
        column
        for (column,) in session.rows(
            "SELECT column_name FROM duckdb_columns() WHERE table_name = ? AND starts_with(column_name, '_by_')",
            (table,),
        )
    ]
    names, every = names_of(contract.names), names_of((*contract.names, *flags))
    old = (
        f"SELECT {every} FROM {table} AS s WHERE EXISTS "  # noqa: S608
        f"(SELECT 1 FROM winners AS w WHERE {same_key('w', 's', contract.key)})"
    )
    new = f"SELECT {every} FROM merged"  # noqa: S608
    session.execute(
        f"INSERT INTO temp.changed_{contract.entity} SELECT {names} FROM "  # noqa: S608
        f"(({old} EXCEPT {new}) UNION ALL ({new} EXCEPT {old}))"
    )


def require_whole_build(session: Session) -> None:
    """Facts of the last version cannot be brought up to date: what it rests on is being taken out."""
    session.execute("DROP TABLE IF EXISTS build_info")


def _ensure(session: Session, contract: Contract) -> None:
    columns = ", ".join(f'"{column.name}" {column.sql_type}' for column in contract.columns)
    session.execute(f"CREATE TEMP TABLE IF NOT EXISTS changed_{contract.entity} ({columns})")
