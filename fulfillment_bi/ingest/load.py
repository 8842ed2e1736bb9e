"""Loading: paths in, a new version out. One file that fails leaves the others and the current version alone."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

import pyarrow as pa

from fulfillment_bi.errors import ContractError, FileUnreadableError, IngestError, UsageError
from fulfillment_bi.ingest.archive import ArchivedFile, ArchiveWriter, read_rows, remove_drafts
from fulfillment_bi.ingest.files import is_unchanged
from fulfillment_bi.ingest.finish import finish_load
from fulfillment_bi.ingest.known import Known, adopt_earlier_time, find_known, forget, repeated_counts
from fulfillment_bi.ingest.plan import Planned, plan_files
from fulfillment_bi.ingest.project import hash_key, make_plans, project, wanted_positions
from fulfillment_bi.ingest.readers.source import Layout
from fulfillment_bi.ingest.rebuild import restage
from fulfillment_bi.ingest.report import Counts, FileReport, LoadReport
from fulfillment_bi.ingest.reshape import Reshaper
from fulfillment_bi.ingest.stage import Context, Incoming, drop_incoming, receive, stage
from fulfillment_bi.ingest.tables import clear_tables, ensure_tables, write_meta
from fulfillment_bi.ingest.unique import keys_are_unique
from fulfillment_bi.settings import Settings
from fulfillment_bi.warehouse.engine import QueryLimitError, Session
from fulfillment_bi.warehouse.pointer import disk_errors
from fulfillment_bi.warehouse.tables import read_meta
from fulfillment_bi.warehouse.versions import Store

_STAGING_MEMORY = ("350MB", "700MB", "1.5GB")
"""What the database may take while files are staged: more would not make it faster. Where the first is too little, as
for many rows of one key, all is staged once more with the next; where the last is, the load is refused."""
_LARGE = 1 << 30
"""From so many bytes on, staging takes one thread: with more, what each needs for itself does not fit."""
_TOLERANCE = timedelta(days=2)
"""How far an event may lie after the moment of its export: clocks differ, and zones are mistaken."""


class Progress(Protocol):
    """Called while files are read, with bytes done, bytes in all, and the file at hand."""

    def __call__(self, done: int, total: int, file: str) -> None:
        """Show it."""


def load(
    store: Store,
    settings: Settings,
    paths: Sequence[Path | str],
    *,
    adapter: str | None = None,
    sample: bool = False,
    progress: Progress | None = None,
    fault: Callable[[str], None] | None = None,
    finish: Sequence[Callable[[Session], None]] = (),
    wait_seconds: float = 0.0,
) -> LoadReport:
    """Load files and folders and publish the result as the next version.

    `adapter` names the one to use instead of detecting it. `sample` marks what is loaded as sample data, which the
    first real load replaces. `fault` is called before each step, for tests. `finish` runs after the models are built,
    before publishing. Another writer is waited for `wait_seconds`. A file that cannot be loaded is reported as
    failed and leaves nothing; bytes that are already loaded change nothing. Raises UnknownNameError for an unknown
    adapter, ContractError when a record is unaccounted for, WarehouseError when the draft cannot be published; the
    current version then stays.
    """
    plan, reports = plan_files(settings, paths, adapter)
    plan.sort(key=lambda item: item.rank)
    loader = _Loader(store, settings, sample, progress, fault or _no_fault, finish, wait_seconds)
    version, published = loader.run(plan, reports)
    return LoadReport(version=version, files=tuple(reports.values()), published=published)


class _Loader:
    """One run of `load`."""

    def __init__(
        self,
        store: Store,
        settings: Settings,
        sample: bool,
        progress: Progress | None,
        fault: Callable[[str], None],
        finish: Sequence[Callable[[Session], None]],
        wait_seconds: float,
    ) -> None:
        self.store = store
        self.settings = settings
        self.sample = sample
        self.progress = progress
        self.fault = fault
        self.finish = finish
        self.wait_seconds = wait_seconds
        self.done = 0
        self.total = 0

    def run(self, plan: Sequence[Planned], reports: dict[str, FileReport]) -> tuple[str | None, bool]:
        """Stage and publish; the version that now holds the result, and whether it is a new one."""
        current = self.store.current()
        if not plan or self._all_known(plan, reports):
            return (current.id if current else None), False
        self.total = sum(item.identity.size for item in plan)
        bounds = () if self.settings.memory_limit else _STAGING_MEMORY
        for memory in bounds:
            with suppress(_StagingLimitError):
                return self._attempt(plan, reports, memory) or (current.id if current else None, False)
            self.done = 0
        if not bounds:
            return self._attempt(plan, reports, None) or (current.id if current else None, False)
        raise QueryLimitError(
            f"Loading this needs more memory than {bounds[-1]}.",
            where=", ".join(item.candidate.shown for item in plan[:3]),
            hint="Load fewer files at a time, or set memory_limit to more.",
        )

    def _attempt(
        self, plan: Sequence[Planned], reports: dict[str, FileReport], memory: str | None
    ) -> tuple[str, bool] | None:
        """Stage and publish; None when nothing changed. Staging takes so much `memory`, or fails."""
        self.fault("draft")
        with self.store.draft(wait_seconds=self.wait_seconds) as draft:
            session = draft.session
            threads = 1 if self.total >= _LARGE else self.settings.threads
            with disk_errors(self.store.home), _bounded(session, memory, threads):
                changed = self._stage_all(session, draft.next_id, plan, reports)
            if not changed:
                return None
            self.fault("models")
            finish_load(session, self.settings, self.finish)
            self.fault("publish")
            return draft.publish([keys_are_unique]).id, True

    def _stage_all(
        self, session: Session, version: str, plan: Sequence[Planned], reports: dict[str, FileReport]
    ) -> bool:
        """Put every file into the draft; whether anything changed."""
        remove_drafts(self.store.home)
        self._prepare(session, version)
        changed = False
        for item in plan:
            report, did = self._one(session, version, item)
            reports[item.candidate.shown] = report
            changed = changed or did
        return changed

    def _all_known(self, plan: Sequence[Planned], reports: dict[str, FileReport]) -> bool:
        """Whether every file is already in the current version; then nothing need be locked or copied."""
        if self.store.current() is None:
            return False
        reader = self.store.reader()
        try:
            session = reader.session
            if _changes_nature(read_meta(session), self.settings, self.sample):
                return False
            found = [(item, find_known(session, item.identity.sha256, item.adapter.name)) for item in plan]
            repeated = [(item, known) for item, known in found if known is not None and _is_repeat(item, known)]
            if len(repeated) < len(plan) or any(known.exported_at > item.exported_at for item, known in repeated):
                return False
            for item, known in repeated:
                reports[item.candidate.shown] = _repeated(session, item, known)
            return True
        finally:
            reader.close()

    def _prepare(self, session: Session, version: str) -> None:
        meta = read_meta(session)
        was_sample = meta.get("is_sample") == "true"
        if self.sample and meta and not was_sample:
            raise UsageError(
                "The warehouse holds real data; sample data would mix with it.",
                where=str(self.store.home),
                hint="Use another directory: set FBI_HOME.",
            )
        ensure_tables(session)
        if was_sample:
            clear_tables(session)
        elif meta and meta.get("timezone") != self.settings.timezone:
            # Times without an offset mean something else now.
            restage(session, self.store.home, self._context(session, version))
        write_meta(
            session,
            timezone=self.settings.timezone,
            is_sample="true" if self.sample else "false",
            unknown_cancellations=self.settings.unknown_cancellations,
            pickup_clock=self.settings.pickup_clock,
        )

    def _context(self, session: Session, version: str) -> Context:
        return Context(
            session=session,
            business=self.settings.timezone,
            version=version,
            loaded_at=datetime.now(UTC).replace(tzinfo=None),
            limit=self.settings.quarantine_limit_share,
            fault=self.fault,
        )

    def _one(self, session: Session, version: str, item: Planned) -> tuple[FileReport, bool]:
        """Stage one file; its report, and whether anything changed."""
        known = find_known(session, item.identity.sha256, item.adapter.name)
        if known is not None and _is_repeat(item, known):
            changed = known.exported_at > item.exported_at
            if changed:
                adopt_earlier_time(session, known, item.exported_at, item.identity.modified_at)
            self._advance(item, item.identity.size)
            return _repeated(session, item, known), changed
        context = self._context(session, version)
        writer = ArchiveWriter(self.store.home, item.identity, item.adapter.fingerprint)
        incoming: list[Incoming] = []
        try:
            note, left_out = self._read(item, writer, context.loaded_at)
            self.fault("archive")
            folder = writer.commit(note)
            for place in range(len(note.columns)):
                incoming.append(receive(session, note, place, read_rows(folder, place)))
            pa.default_memory_pool().release_unused()  # it would stay with us while the database needs it
            if known is not None:
                forget(session, known)
            load_id = session.rows("SELECT coalesce(max(load_id), 0) + 1 FROM loads")[0][0]
            entities = stage(context, load_id, note, incoming)
        except ContractError:
            raise  # records are lost: a mistake of ours, after which nothing may be published
        except IngestError as error:
            return replace(_report(item, {}), status="failed", message=str(error)), False
        finally:
            writer.drop()
            drop_incoming(session, len(incoming))
        notes = (f"{left_out} lines left out that repeat the header or close the report",) if left_out else ()
        return replace(_report(item, entities), notes=notes), True

    def _read(self, item: Planned, writer: ArchiveWriter, loaded_at: datetime) -> tuple[ArchivedFile, int]:
        """Read the file once and archive its mapped records; nothing personal gets further than here."""
        adapter, header = item.adapter, item.detected.header
        plans = make_plans(adapter, header.cells)
        key = hash_key(self.store.home)
        zone = ZoneInfo(self.settings.timezone)
        reshaper = Reshaper(adapter, header.cells, item.exported_at.replace(tzinfo=UTC).astimezone(zone).date())
        read = [0] * len(plans)
        left_out = 0
        layout = Layout(header, adapter.quotes, self.settings.max_field_bytes, adapter.trailers)
        self.fault("read")
        for chunk in item.source.chunks(layout, wanted_positions(plans)):
            left_out += chunk.left_out
            batch = reshaper.apply(chunk.batch)
            for place, plan in enumerate(plans):
                records: pa.RecordBatch = project(batch, plan, key, adapter.null_words)
                read[place] += records.num_rows
                writer.write(place, records)
            self._show(item, chunk.position)
        if not is_unchanged(item.candidate.path, item.identity):
            raise FileUnreadableError(
                "The file changed while it was being read.", where=item.candidate.path.name, hint="Load it again."
            )
        self._advance(item, item.identity.size)
        note = ArchivedFile(
            name=_file_name(item.candidate.path),
            adapter=adapter,
            identity=item.identity,
            format=item.source.description,
            exported_at=item.exported_at,
            latest=max(item.exported_at, item.identity.modified_at, loaded_at) + _TOLERANCE,
            read=tuple(read),
            columns=tuple(plan.columns for plan in plans),
        )
        return note, left_out

    def _show(self, item: Planned, position: int) -> None:
        if self.progress is not None:
            self.progress(min(self.done + position, self.total), self.total, item.candidate.shown)

    def _advance(self, item: Planned, size: int) -> None:
        self.done += size
        self._show(item, 0)


class _StagingLimitError(Exception):
    """Staging needs more memory than it was given."""


@contextmanager
def _bounded(session: Session, memory: str | None, threads: int | None) -> Iterator[None]:
    if memory is None:
        yield
        return
    try:
        with session.within(memory, threads):
            yield
    except QueryLimitError as error:
        raise _StagingLimitError from error


def _changes_nature(meta: dict[str, str], settings: Settings, sample: bool) -> bool:
    """Whether the next version differs from this one even without new rows."""
    return (
        (meta.get("is_sample") == "true") != sample
        or meta.get("timezone") != settings.timezone
        or meta.get("unknown_cancellations") != settings.unknown_cancellations
        or meta.get("pickup_clock") != settings.pickup_clock
    )


def _is_repeat(item: Planned, known: Known) -> bool:
    """Whether reading the file again would give the same records: its mapping has not changed either."""
    return known.fingerprint == item.adapter.fingerprint


def _repeated(session: Session, item: Planned, known: Known) -> FileReport:
    entities = repeated_counts(session, known)
    return replace(_report(item, entities), status="unchanged", message=f"already loaded in {known.version}")


def _report(item: Planned, entities: dict[str, Counts]) -> FileReport:
    return FileReport(
        file=item.candidate.shown,
        status="loaded",
        adapter=item.adapter.name,
        entities=entities,
        unknown_columns=item.detected.unknown_columns,
    )


def _file_name(path: Path) -> str:
    """The name without control characters, which would forge lines in a log, and bytes that are no text."""
    return re.sub(r"[\x00-\x1f\x7f]", " ", path.name.encode("utf-8", "replace").decode("utf-8"))


def _no_fault(_step: str) -> None:
    return
