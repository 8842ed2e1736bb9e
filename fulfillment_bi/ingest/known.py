"""Files that are already loaded: recognised by their bytes and by the mapping they were read with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from fulfillment_bi.ingest.changes import require_whole_build
from fulfillment_bi.ingest.contracts import contract_of
from fulfillment_bi.ingest.merge import remerge
from fulfillment_bi.ingest.report import Counts
from fulfillment_bi.warehouse.engine import Session


@dataclass(frozen=True, slots=True)
class Known:
    """An earlier load of the same bytes by the same adapter."""

    load_id: int
    version: str
    fingerprint: str
    exported_at: datetime


def find_known(session: Session, sha256: str, adapter: str) -> Known | None:
    """The load of those bytes by that adapter, whatever its mapping was then."""
    found = session.rows(
        "SELECT load_id, version, fingerprint, exported_at FROM loads "
        "WHERE sha256 = ? AND adapter = ? AND status = 'loaded' ORDER BY load_id DESC LIMIT 1",
        (sha256, adapter),
    )
    return Known(*found[0]) if found else None


def repeated_counts(session: Session, known: Known) -> dict[str, Counts]:
    """The counts of a file that is loaded once more: nothing is new, what was refused is still refused."""
    rows = session.rows(
        'SELECT entity, sum("read"), sum(quarantined) FROM load_entities WHERE load_id = ? '
        "GROUP BY entity ORDER BY entity",
        (known.load_id,),
    )
    return {
        entity: Counts(read=int(read), unchanged=int(read) - int(refused), quarantined=int(refused))
        for entity, read, refused in rows
    }


def adopt_earlier_time(session: Session, known: Known, exported_at: datetime, modified_at: datetime) -> None:
    """The same bytes turn up with an earlier time: they were true from then on, whichever copy was loaded first."""
    session.execute(
        "UPDATE loads SET exported_at = CAST(? AS TIMESTAMP), modified_at = CAST(? AS TIMESTAMP) WHERE load_id = ?",
        (exported_at, modified_at, known.load_id),
    )
    for entity in _entities(session, known):
        remerge(session, contract_of(entity), known.load_id)


def forget(session: Session, known: Known) -> None:
    """Take out what a load brought, because its file is being read again with another mapping."""
    for entity in _entities(session, known):
        remerge(session, contract_of(entity), known.load_id, forget=True)
    session.execute("DELETE FROM quarantine WHERE load_id = ?", (known.load_id,))
    require_whole_build(session)
    session.execute("UPDATE loads SET status = 'replaced' WHERE load_id = ?", (known.load_id,))


def _entities(session: Session, known: Known) -> list[str]:
    rows = session.rows("SELECT DISTINCT entity FROM load_entities WHERE load_id = ? ORDER BY entity", (known.load_id,))
    return [row[0] for row in rows]
