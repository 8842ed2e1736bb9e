"""The check that every state table has one row per key, made on the finished version before it is published."""

from __future__ import annotations

from fulfillment_bi.ingest.contracts import load_contracts
from fulfillment_bi.ingest.tables import state
from fulfillment_bi.warehouse.engine import Session


def keys_are_unique(session: Session) -> list[str]:
    """A sentence for every entity that has two rows of one key."""
    problems = []
    for contract in load_contracts().values():
        key = ", ".join(f'"{name}"' for name in contract.key)
        # Keys whose hashes differ differ; only where two are the same need the keys themselves be looked at.
        rows, keys = session.rows(f"SELECT count(*), count(DISTINCT hash({key})) FROM {state(contract)}")[0]  # noqa: S608
        if rows != keys:
            keys = session.rows(f"SELECT count(*) FROM (SELECT DISTINCT {key} FROM {state(contract)})")[0][0]  # noqa: S608
        if rows != keys:
            problems.append(f"{contract.entity}: {rows} rows but {keys} keys")
    return problems
