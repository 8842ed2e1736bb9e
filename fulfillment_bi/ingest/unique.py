"""How many rows and keys a table has, and the check before publishing that every state table has one row per key.

Keys are counted a part at a time, told apart by their hash: a large table takes no more memory than a small one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from fulfillment_bi.ingest.contracts import load_contracts
from fulfillment_bi.ingest.ranking import names_of
from fulfillment_bi.ingest.tables import state
from fulfillment_bi.warehouse.engine import Session

_KEYS_AT_ONCE = 2_000_000
"""Their hashes take some 100 MB to tell apart."""


def part_conditions(key: Sequence[str], rows: int, at_once: int) -> Iterator[str]:
    """Conditions that cut a table of `rows` rows into parts of some `at_once`; rows of one key stay together."""
    parts = max(1, -(-rows // at_once))
    for part in range(parts):
        yield f"hash({names_of(key)}) % {parts} = {part}" if parts > 1 else "TRUE"


def count_keys(session: Session, table: str, key: Sequence[str]) -> tuple[int, int]:
    """The rows of a table, and how many keys they have."""
    rows = session.rows(f"SELECT count(*) FROM {table}")[0][0]  # noqa: S608
    found = 0
    for condition in part_conditions(key, rows, _KEYS_AT_ONCE):
        # Keys whose hashes differ differ; only where two are the same need the keys themselves be looked at.
        some, keys = session.rows(
            f"SELECT count(*), count(DISTINCT hash({names_of(key)})) FROM {table} WHERE {condition}"  # noqa: S608
        )[0]
        if keys < some:
            distinct = f"SELECT DISTINCT {names_of(key)} FROM {table} WHERE {condition}"  # noqa: S608
            keys = session.rows(f"SELECT count(*) FROM ({distinct}) AS found")[0][0]  # noqa: S608
        found += keys
    return rows, found


def keys_are_unique(session: Session) -> list[str]:
    """A sentence for every entity that has two rows of one key."""
    problems = []
    for contract in load_contracts().values():
        rows, keys = count_keys(session, state(contract), contract.key)
        if rows != keys:
            problems.append(f"{contract.entity}: {rows} rows but {keys} keys")
    return problems
