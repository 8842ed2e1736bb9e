"""How far each database source has been read: kept in the version itself, so that a rollback takes it back too."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from fulfillment_bi.ingest.tables import write_meta
from fulfillment_bi.warehouse.engine import Session
from fulfillment_bi.warehouse.tables import read_meta


@dataclass(frozen=True, slots=True)
class Cursor:
    """The greatest value seen of a column, as text, and its `kind`: time, date, integer, decimal or text."""

    column: str
    kind: str
    value: str


def read_cursor(session: Session, source: str) -> Cursor | None:
    """Where `source` was read up to; None before its first load."""
    found = read_meta(session).get(_key(source))
    return Cursor(**json.loads(found)) if found else None


def write_cursor(session: Session, source: str, cursor: Cursor) -> None:
    """Note how far `source` has been read, in the draft of the version that holds its rows."""
    write_meta(session, **{_key(source): json.dumps(asdict(cursor), ensure_ascii=False)})


def _key(source: str) -> str:
    return f"cursor:{source}"
