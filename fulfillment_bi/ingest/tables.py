"""The tables that loads write: per entity `staged_*` (what files said) and `state_*` (what holds), and the ledger."""

from __future__ import annotations

from collections.abc import Mapping

from fulfillment_bi.ingest.contracts import Contract, load_contracts
from fulfillment_bi.warehouse.engine import Session

_LEDGER = (
    "CREATE TABLE IF NOT EXISTS loads (load_id INTEGER, version VARCHAR, loaded_at TIMESTAMP, file VARCHAR, "
    "sha256 VARCHAR, adapter VARCHAR, source VARCHAR, bytes BIGINT, exported_at TIMESTAMP, status VARCHAR, "
    "modified_at TIMESTAMP, fingerprint VARCHAR, format VARCHAR, seconds DOUBLE)",
    'CREATE TABLE IF NOT EXISTS load_entities (load_id INTEGER, entity VARCHAR, "read" BIGINT, "new" BIGINT, '
    "updated BIGINT, unchanged BIGINT, superseded BIGINT, quarantined BIGINT, newest_event TIMESTAMP)",
    "CREATE TABLE IF NOT EXISTS quarantine (load_id INTEGER, entity VARCHAR, source_line BIGINT, reasons VARCHAR[], "
    "source VARCHAR, first_seen TIMESTAMP)",
    "CREATE TABLE IF NOT EXISTS conflicts (entity VARCHAR, record_hash UBIGINT, record_key VARCHAR, channel VARCHAR, "
    "order_no VARCHAR, column_name VARCHAR, winning_system VARCHAR, winning_value VARCHAR, other_system VARCHAR, "
    "other_value VARCHAR, seen_at TIMESTAMP)",
    "CREATE TABLE IF NOT EXISTS meta (key VARCHAR, value VARCHAR)",
)
_VERSION = {"_origin": "VARCHAR", "_content": "UBIGINT", "_coarse": "VARCHAR[]"}
"""What is known of a row version: who tells it, what it says, and in which columns it says less than others may."""
LEDGER_TABLES = ("loads", "load_entities", "quarantine", "conflicts")
SYSTEMS: Mapping[str, tuple[str, ...]] = {
    "platform": ("platform", "platform summary"),
    "warehouse": ("warehouse",),
    "carrier": ("carrier",),
}
"""The systems that see an order, and the kinds of source that speak for each."""


def staged(contract: Contract) -> str:
    """The name of the table of row versions."""
    return f"staged_{contract.entity}"


def state(contract: Contract) -> str:
    """The name of the table of merged rows."""
    return f"state_{contract.entity}"


def knows(system: str) -> str:
    """The column of `state_*` that tells whether a system knows the row."""
    return f"_by_{system}"


def ensure_tables(session: Session) -> None:
    """Create what is missing, and add the columns that contracts have gained since the version was made."""
    for statement in _LEDGER:
        session.execute(statement)
    there: dict[str, set[str]] = {}
    for table, column in session.rows("SELECT table_name, column_name FROM information_schema.columns"):
        there.setdefault(table, set()).add(column)
    for contract in load_contracts().values():
        columns = {column.name: column.sql_type for column in contract.columns}
        columns |= {"_load_id": "INTEGER", "_source_line": "BIGINT"}
        flags = {knows(system): "BOOLEAN" for system in SYSTEMS}
        _ensure(session, state(contract), columns | flags, there)
        _ensure(session, staged(contract), columns | _VERSION, there)


def _ensure(session: Session, table: str, columns: Mapping[str, str], there: Mapping[str, set[str]]) -> None:
    if table not in there:
        declared = ", ".join(f'"{name}" {kind}' for name, kind in columns.items())
        session.execute(f"CREATE TABLE {table} ({declared})")
        return
    for name, kind in columns.items():
        if name not in there[table]:
            session.execute(f'ALTER TABLE {table} ADD COLUMN "{name}" {kind}')


def clear_tables(session: Session) -> None:
    """Forget everything that was loaded."""
    for contract in load_contracts().values():
        for table in (state(contract), staged(contract)):
            session.execute(f"DROP TABLE IF EXISTS {table}")
    # Without build_info the facts of the last version are not brought up to date but built anew.
    for table in (*LEDGER_TABLES, "build_info"):
        session.execute(f"DROP TABLE IF EXISTS {table}")
    ensure_tables(session)


def write_meta(session: Session, **values: str) -> None:
    """Set entries of `meta`."""
    for key, value in values.items():
        session.execute("DELETE FROM meta WHERE key = ?", (key,))
        session.execute("INSERT INTO meta VALUES (?, ?)", (key, value))
