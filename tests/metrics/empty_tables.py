"""Tables of the star schema that a test does not fill, there all the same and empty."""

from __future__ import annotations

import tempfile
from datetime import datetime
from functools import cache
from pathlib import Path

from fulfillment_bi.warehouse.engine import Limits, Session
from fulfillment_bi.warehouse.engines.duckdb import DuckEngine
from tests.warehouse.world import World


@cache
def definitions() -> tuple[str, ...]:
    """A CREATE TABLE for every table that the models make, from a build without data."""
    with tempfile.TemporaryDirectory() as folder:
        session = DuckEngine().open_writer(Path(":memory:"), Limits(), Path(folder))
        World(session, start=datetime(2026, 1, 1)).build()
        columns = "string_agg(format('\"{}\" {}', column_name, data_type), ', ' ORDER BY ordinal_position)"
        rows = session.rows(
            f"SELECT table_name, {columns} FROM information_schema.columns "
            "WHERE table_name LIKE 'fct_%' OR table_name LIKE 'dim_%' GROUP BY table_name"
        )
        session.close()
    return tuple(f"CREATE TABLE IF NOT EXISTS {name} ({columns})" for name, columns in rows)


def add_empty_tables(session: Session) -> None:
    """Create what is missing in `session`."""
    for statement in definitions():
        session.execute(statement)
