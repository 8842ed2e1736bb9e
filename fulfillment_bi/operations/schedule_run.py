"""Making what is due: wait until the data are fresh, make every file, archive, hand over; or tell the owner why not.

Nothing is sent unless all of it is right: every file asked for, none blank, all from one version, fresh enough. The one
exception is said in the message: on a machine that has no browser at all, pictures are left out and tables go.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote_plus

from fulfillment_bi.errors import FulfillmentError, RenderError, SettingsError, UsageError
from fulfillment_bi.i18n import numbers, text
from fulfillment_bi.journal.database import Journal
from fulfillment_bi.journal.messages import Message
from fulfillment_bi.journal.runs import (
    Made,
    Run,
    RunFile,
    add_run,
    fail_run,
    finish_run,
    get_run,
    last_due,
    put_off,
    recover_runs,
    seen_since,
    start_run,
    waiting_runs,
)
from fulfillment_bi.operations.delivery import channels
from fulfillment_bi.operations.recipients import Copy, read_scope, write_scope
from fulfillment_bi.operations.report_archive import describe_file, filling, folder_of, remove_old, settle
from fulfillment_bi.operations.schedules import Schedule, latest_due
from fulfillment_bi.reports.browser import required_browser
from fulfillment_bi.reports.catalog import PICTURES, file_name, get_report
from fulfillment_bi.reports.run import Done, run_report
from fulfillment_bi.warehouse.leftovers import hold_version
from fulfillment_bi.workspace import Workspace

if TYPE_CHECKING:
    from fulfillment_bi.reports.render import Studio

FIRST_PAUSE = timedelta(minutes=1)


def run_due(workspace: Workspace, journal: Journal, schedules: Sequence[Schedule], now: datetime) -> list[Run]:
    """Note what is due at `now` (UTC), and make what waits. Returns the runs looked at, as they stand afterwards.

    Call it when no other runner is at work.
    """
    recover_runs(journal)
    for schedule in schedules:
        note_due(workspace, journal, schedule, now)
    known = {schedule.name: schedule for schedule in schedules}
    waiting = waiting_runs(journal, now)
    for run in waiting:
        _advance(workspace, journal, known.get(run.schedule), run, now)
    return [get_run(journal, run.id) for run in waiting]


def note_due(workspace: Workspace, journal: Journal, schedule: Schedule, now: datetime) -> None:
    """Note the newest moment at which the schedule was due and has not been noted; missed ones before it are let go."""
    since = max(seen_since(journal, schedule.name, now), last_due(journal, schedule.name) or datetime.min)
    due = latest_due(schedule, since, now, workspace.settings.zone)
    if due is not None:
        add_run(journal, schedule.name, due, now)


def _advance(workspace: Workspace, journal: Journal, schedule: Schedule | None, run: Run, now: datetime) -> None:
    try:
        if schedule is None:
            raise SettingsError("The schedule is no longer set.", where=run.schedule)
        _check_channels(workspace, schedule)
        with workspace.pinned() as pinned:
            stale = staleness(pinned, schedule, now)
            if stale:
                _wait(workspace, journal, schedule, run, stale, now)
                return
            start_run(journal, run.id)
            made = make(pinned, schedule, run)
            if pinned.info is not None and schedule.keep_version:
                hold_version(pinned.info.path, now + timedelta(days=schedule.keep_version))
    except Exception as error:
        # Whatever it is, it must not stop the other schedules, and the owner must hear of it.
        _try_again(workspace, journal, schedule, run, error, now)
        return
    finish_run(journal, run.id, made, _messages(workspace, schedule, run, made), now)
    remove_old(workspace.settings.home, journal, schedule.name, schedule.keep, now)


def _check_channels(workspace: Workspace, schedule: Schedule) -> None:
    known = channels(workspace.settings)
    for name in schedule.told:
        if name not in known:
            hint = f"Set: {', '.join(known) or 'none'}."
            raise SettingsError(f"The channel {name} is not set.", where=schedule.name, hint=hint)


def staleness(workspace: Workspace, schedule: Schedule, now: datetime) -> str:
    """Why the data are not fresh enough; empty when they are."""
    language = workspace.settings.language
    if workspace.info is None:
        return text(language, "reports.no_data")
    if schedule.fresh_within is None:
        return ""
    newest: dict[str, datetime] = {}
    known = [row for row in workspace.freshness() if row.newest is not None]
    for row in known:
        for name in (row.source, row.adapter):
            newest[name] = max(row.newest, newest.get(name, row.newest))
    late = []
    for source in schedule.sources or dict.fromkeys(row.source for row in known):
        at = newest.get(source)
        if at is None or now - at > schedule.fresh_within:
            clock = numbers.clock(language, at, workspace.settings.timezone, year=True) if at else numbers.DASH
            late.append(f"{source} ({clock})")
    return text(language, "reports.stale", sources=", ".join(late)) if late else ""


def _wait(workspace: Workspace, journal: Journal, schedule: Schedule, run: Run, reason: str, now: datetime) -> None:
    """Stale data: wait until the deadline, counted from when the run was noted (a missed one came late anyway)."""
    if now < max(run.created_at, run.due_at) + schedule.deadline:
        put_off(journal, run.id, reason)
    else:
        _give_up(workspace, journal, schedule, run, reason, now)


def _try_again(
    workspace: Workspace,
    journal: Journal,
    schedule: Schedule | None,
    run: Run,
    error: Exception,
    now: datetime,
) -> None:
    reason = str(error) if isinstance(error, FulfillmentError) else f"{type(error).__name__}: {error}"
    is_hopeless = isinstance(error, UsageError | SettingsError)
    attempts = get_run(journal, run.id).attempts
    if schedule is None or is_hopeless or attempts > schedule.retries:
        _give_up(workspace, journal, schedule, run, reason, now)
    else:
        put_off(journal, run.id, reason, now + FIRST_PAUSE * 2 ** max(attempts - 1, 0))


def _give_up(
    workspace: Workspace, journal: Journal, schedule: Schedule | None, run: Run, reason: str, now: datetime
) -> None:
    settings = workspace.settings
    due = numbers.clock(settings.language, run.due_at, settings.timezone, year=True)
    title = text(settings.language, "reports.failed_title", name=run.schedule)
    body = text(settings.language, "reports.failed_body", name=run.schedule, due=due, reason=reason, number=run.id)
    link = f"{settings.public_url.rstrip('/')}/reports" if settings.public_url else ""
    # Without an owner all channels are told, but those the report itself was for.
    named = (schedule.owner,) if schedule is not None and schedule.owner else ()
    told = named or tuple(name for name in channels(settings) if schedule is None or name not in schedule.told)
    fail_run(
        journal,
        run.id,
        reason,
        [Message("report_failed", title, body, link, one, run=run.id) for one in told or ("",)],
        now,
    )


def make(workspace: Workspace, schedule: Schedule, run: Run) -> Made:
    """Make every file on the workspace's version and archive them. Raises FulfillmentError when one is not right."""
    settings = workspace.settings
    formats, note = _possible(workspace, schedule)
    folder = folder_of(run, settings.zone)
    with filling(settings.home, run) as aside:
        files: list[RunFile] = []
        for copy in schedule.copies(settings.language):
            done = _copy(workspace, schedule, copy, formats, aside, files)
        settle(settings.home, aside, folder, files, done.stamp.version)
    return Made(schedule.report, schedule.view, done.stamp.version, done.stamp.as_of, folder, tuple(files), note)


def _copy(
    workspace: Workspace, schedule: Schedule, copy: Copy, formats: Sequence[str], aside: Path, files: list[RunFile]
) -> Done:
    """The files of one copy, made from the rows of its scope only, added to `files`."""
    scope = write_scope(copy.scope)
    with workspace.pinned() as whole, whole.scoped(copy.scope) as own, _drawing(own, formats) as studio:
        for language in dict.fromkeys(copy.languages):
            if any((one.scope, one.language) == (scope, language) for one in files):
                continue
            made = run_report(
                *(own, schedule.report, formats, aside / language),
                search=schedule.view,
                language=language,
                studio=studio,
            )
            _check_done(made, formats, schedule)
            files += [_taken(path, aside, language, scope) for path in made.files]
            (aside / language).rmdir()
            done = made
    return done


@contextmanager
def _drawing(workspace: Workspace, formats: Sequence[str]) -> Iterator[Studio | None]:
    """One browser for all pictures of a copy; none where there are no pictures."""
    if not set(formats) & set(PICTURES):
        yield None
        return
    from fulfillment_bi.reports.render import studio
    from fulfillment_bi.web.app import create_app

    with studio(create_app(workspace).server, workspace.settings.browser) as own:
        yield own


def _possible(workspace: Workspace, schedule: Schedule) -> tuple[tuple[str, ...], str]:
    """The formats that this machine can make, and a note on those it cannot; RenderError when none is left."""
    if not set(schedule.formats) & set(PICTURES):
        return schedule.formats, ""
    try:
        required_browser(workspace.settings.browser)
    except RenderError as error:
        left = tuple(kind for kind in schedule.formats if kind not in PICTURES)
        if not left:
            raise
        return left, text(workspace.settings.language, "reports.no_pictures", reason=str(error))
    return schedule.formats, ""


def _check_done(done: Done, formats: Sequence[str], schedule: Schedule) -> None:
    if done.problem is not None:
        raise done.problem
    if done.ignored:
        # A filter that means nothing would widen what the recipients see.
        raise SettingsError(f"The view has parts that mean nothing: {', '.join(done.ignored)}.", where=schedule.name)
    if done.is_blank:
        raise RenderError("There is nothing to report in this view.", where=schedule.name)
    missing = set(formats) - {path.suffix.removeprefix(".") for path in done.files}
    if missing:
        raise RenderError(f"These files are missing: {', '.join(sorted(missing))}.", where=schedule.name)


def _taken(path: Path, folder: Path, language: str, scope: str) -> RunFile:
    """The file moved up, its scope and language in its name. Raises RenderError where another has that name."""
    whose = f"-{file_name(unquote_plus(scope))}" if scope else ""
    final = folder / f"{path.stem}{whose}-{language}{path.suffix}"
    if final.exists():
        raise RenderError("Two files would have the same name.", where=final.name, hint="Shorten the scopes.")
    return describe_file(path.rename(final), language, scope)


def _messages(workspace: Workspace, schedule: Schedule, run: Run, made: Made) -> list[Message]:
    settings = workspace.settings
    language = settings.language
    folder = settings.home.absolute() / "reports" / made.folder
    report = get_report(schedule.report, Journal(settings.home))
    clock = numbers.clock(language, made.as_of, settings.timezone, year=True)
    title = text(language, "reports.title", report=report.label.of(language), as_of=clock)
    lines = [text(language, "reports.body", name=schedule.name, as_of=clock, timezone=settings.timezone)]
    lines += [text(language, "reports.view", view=schedule.view)] if schedule.view else []
    lines += [made.note] if made.note else []
    view = "&".join(part for part in (report.view, schedule.view) if part)
    address = f"{report.path}?{view}" if view else report.path
    link = f"{settings.public_url.rstrip('/')}{address}" if settings.public_url else ""
    return [
        Message("report", title, "\n".join(lines), link, channel, attachments=paths, run=run.id, owner=schedule.owner)
        for copy in schedule.copies(language)
        for paths in [tuple(str(folder / one.name) for one in made.files if _is_of(one, copy))]
        for channel in copy.channels
    ]


def _is_of(file: RunFile, copy: Copy) -> bool:
    return file.scope == write_scope(copy.scope) and file.language in copy.languages


def run_again(workspace: Workspace, journal: Journal, number: int, out: Path) -> list[tuple[Path, bool]]:
    """The tables of a past run made again from its version, each with whether it is byte for byte the same (CSV).

    Raises UsageError for a run that made nothing, UnknownNameError when its version is not kept any more.
    """
    run = get_run(journal, number)
    if run.status != "done":
        raise UsageError(f"Run {number} made no files.", hint="See `fbi report runs`.")
    out.mkdir(parents=True, exist_ok=True)
    made: list[tuple[Path, bool]] = []
    with workspace.at_version(run.version) as pinned:
        for scope, language in dict.fromkeys((one.scope, one.language) for one in run.files):
            of = [one for one in run.files if (one.scope, one.language) == (scope, language)]
            sent = {one.name: one.sha256 for one in of if one.kind not in PICTURES}
            kinds = tuple(one.kind for one in of if one.kind not in PICTURES) or ("csv",)
            with pinned.scoped(read_scope(scope)) as own, tempfile.TemporaryDirectory(dir=out) as aside:
                done = run_report(own, run.report, kinds, Path(aside), search=run.view, language=language)
                again = [_taken(path, Path(aside), language, scope) for path in done.files]
                made += [
                    (Path(aside, one.name).replace(out / one.name), sent.get(one.name) == one.sha256) for one in again
                ]
    return made


def now_utc() -> datetime:
    """The clock of the scheduler: UTC without a zone."""
    return datetime.now(UTC).replace(tzinfo=None, microsecond=0)
