"""The warehouse once more from its archive: after a change of contracts, mappings or time zone, or as a proof."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from fulfillment_bi.errors import NoVersionError, UnknownNameError
from fulfillment_bi.ingest.adapter import Adapter
from fulfillment_bi.ingest.archive import archive_folder, read_note, read_rows
from fulfillment_bi.ingest.detect import find_adapter
from fulfillment_bi.ingest.finish import finish_load
from fulfillment_bi.ingest.report import Counts
from fulfillment_bi.ingest.stage import Context, drop_incoming, receive, stage
from fulfillment_bi.ingest.tables import clear_tables, write_meta
from fulfillment_bi.ingest.unique import keys_are_unique
from fulfillment_bi.settings import Settings
from fulfillment_bi.warehouse.engine import Session
from fulfillment_bi.warehouse.tables import read_meta
from fulfillment_bi.warehouse.versions import Store


def rebuild(
    store: Store,
    settings: Settings,
    *,
    replay: bool = False,
    fault: Callable[[str], None] | None = None,
    finish: Sequence[Callable[[Session], None]] = (),
) -> str:
    """Publish a version made from the archive alone, and return its id; the state is what it was.

    With `replay`, words, defaults and formats of today's mappings are used instead of those the files were loaded with,
    so that records refused then may be accepted now. Raises NoVersionError when nothing was ever loaded, WarehouseError
    when an archived file is missing or damaged.
    """
    if store.current() is None:
        hint = "Load exports with `fbi load PATH`."
        raise NoVersionError("Nothing has been loaded yet.", where=str(store.home), hint=hint)
    with store.draft() as draft:
        session = draft.session
        sample = read_meta(session).get("is_sample", "false")
        context = Context(
            session=session,
            business=settings.timezone,
            version=draft.next_id,
            loaded_at=datetime.now(UTC).replace(tzinfo=None),
            limit=None,
            fault=fault or (lambda _step: None),
        )
        restage(session, store.home, context, replay=replay, own=settings.mappings_folder)
        write_meta(
            session,
            timezone=settings.timezone,
            is_sample=sample,
            unknown_cancellations=settings.unknown_cancellations,
            pickup_clock=settings.pickup_clock,
        )
        finish_load(session, settings, finish, update=False)
        return draft.publish([keys_are_unique]).id


def restage(
    session: Session, home: Path, context: Context, *, replay: bool = False, own: Path | None = None
) -> dict[int, dict[str, Counts]]:
    """Empty the tables and stage every loaded file again from the archive, under its old number; counts by load.

    With `replay`, by today's mappings, those in the user's folder `own` first.
    """
    loads = session.rows(
        "SELECT load_id, sha256, fingerprint, exported_at, modified_at, loaded_at, version, adapter FROM loads "
        "WHERE status = 'loaded' ORDER BY load_id"
    )
    clear_tables(session)
    done = {}
    for load_id, sha256, fingerprint, exported_at, modified_at, loaded_at, version, name in loads:
        folder = archive_folder(home, sha256, fingerprint)
        note = read_note(folder)
        note = replace(note, exported_at=exported_at, identity=replace(note.identity, modified_at=modified_at))
        today = _today(name, own) if replay else None
        if today is not None and len(today.targets) == len(note.columns):
            # The archive is found by the mapping the file was read with, so that stays on record.
            note = replace(note, adapter=replace(today, name=name))
        incoming = [receive(session, note, place, read_rows(folder, place)) for place in range(len(note.columns))]
        then = replace(context, version=version, loaded_at=loaded_at)
        done[load_id] = stage(then, load_id, note, incoming)
        session.execute("UPDATE loads SET fingerprint = ? WHERE load_id = ?", (fingerprint, load_id))
        drop_incoming(session, len(incoming))
    return done


def _today(name: str, own: Path | None) -> Adapter | None:
    try:
        return find_adapter(name, own)
    except UnknownNameError:
        return None  # the mapping file is gone; the archive has what it said
