"""The pieces of SQL by which row versions are ranked and compared: of the newest export, of the most trusted system."""

from __future__ import annotations

from collections.abc import Sequence

from fulfillment_bi.ingest.contracts import Column
from fulfillment_bi.warehouse.engine import Session

COARSE_TYPES = ("time", "word")
"""Types of columns of which a file may tell less than others: a day without a time, a status that is at least so."""
LINE_BITS = 40
LOAD_BITS = 20


def rank_loads(session: Session) -> None:
    """Number all loads by the time of their export, into the temporary table `load_rank`."""
    session.execute(
        "CREATE OR REPLACE TEMP TABLE load_rank AS SELECT load_id, exported_at, "
        "row_number() OVER (ORDER BY exported_at, modified_at, sha256, adapter, load_id) AS rank FROM loads"
    )


def rank_of(column: Column) -> str:
    """The rank of a row for this column: sources that the contract trusts more come first.

    What tells less than others may, as a day without a time, comes after all that tells more, whoever says it.
    """
    rank = _trusted(column)
    if column.type not in COARSE_TYPES:
        return rank
    return f"CASE WHEN {is_coarse(column)} THEN {rank} - {1 << 62} - {1 << 62} ELSE {rank} END"


def is_coarse(column: Column) -> str:
    """Whether a row version tells less in this column than others may."""
    return f"coalesce(list_contains(_coarse, '{column.name}'), FALSE)"


def _trusted(column: Column) -> str:
    if not column.precedence:
        return "_rank"
    cases = " ".join(
        f"WHEN '{source}' THEN {len(column.precedence) - place}" for place, source in enumerate(column.precedence)
    )
    return f"_rank + (CAST(CASE _origin {cases} ELSE 0 END AS BIGINT) << {LINE_BITS + LOAD_BITS})"


def names_of(names: Sequence[str], alias: str = "") -> str:
    """Column names, separated by commas."""
    prefix = f"{alias}." if alias else ""
    return ", ".join(f'{prefix}"{name}"' for name in names)


def same_key(left: str, right: str, names: Sequence[str]) -> str:
    """The condition that two rows have the same values; nothing is the same as nothing."""
    return " AND ".join(f'{left}."{name}" IS NOT DISTINCT FROM {right}."{name}"' for name in names)
