"""The few tables the warehouse itself looks into."""

from __future__ import annotations

from fulfillment_bi.warehouse.engine import Session


def has_table(session: Session, name: str) -> bool:
    """Whether the version has a table `name`."""
    found = session.rows("SELECT count(*) FROM information_schema.tables WHERE table_name = ?", [name])
    return bool(found[0][0])


def read_meta(session: Session) -> dict[str, str]:
    """The table `meta` (key, value) as text; empty when there is none."""
    if not has_table(session, "meta"):
        return {}
    return {str(key): str(value) for key, value in session.rows("SELECT key, value FROM meta")}
