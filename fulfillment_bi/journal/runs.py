"""Report runs in the journal: what was due, what became of it, and the files it made."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from fulfillment_bi.errors import UsageError
from fulfillment_bi.journal.database import Journal, moment, stamp
from fulfillment_bi.journal.messages import Message, put_messages

Status = Literal["waiting", "running", "done", "failed"]


@dataclass(frozen=True, slots=True)
class RunFile:
    """One file of a run. `name` is its name in the run's folder, `sha256` of its bytes.

    `scope` says whose rows it holds ("channel=jd"), everybody's when empty.
    """

    name: str
    language: str
    kind: str
    sha256: str
    size: int
    scope: str = ""


@dataclass(frozen=True, slots=True)
class Run:
    """One due report. Times are UTC; `note` is why it waits or failed, or what is missing from it.

    `folder` is where its files are below the archive, empty once they are gone or before they are there.
    """

    id: int
    schedule: str
    due_at: datetime
    created_at: datetime
    status: Status = "waiting"
    asked_by: str = ""
    report: str = ""
    view: str = ""
    attempts: int = 0
    finished_at: datetime | None = None
    version: str = ""
    as_of: str = ""
    folder: str = ""
    files: tuple[RunFile, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Made:
    """What a run made: report and view as asked, the version, the folder with the files, and a note."""

    report: str
    view: str
    version: str
    as_of: str
    folder: str
    files: tuple[RunFile, ...]
    note: str = ""


def seen_since(journal: Journal, name: str, at: datetime) -> datetime:
    """The moment from which the schedule counts: when it was first seen, which is `at` for a new one."""
    with journal.writing() as connection:
        connection.execute("INSERT OR IGNORE INTO schedules_seen VALUES (?, ?)", (name, stamp(at)))
        row = connection.execute("SELECT since FROM schedules_seen WHERE name = ?", (name,)).fetchone()
    since = moment(row["since"])
    assert since is not None
    return since


def add_run(journal: Journal, schedule: str, due_at: datetime, at: datetime, asked_by: str = "") -> bool:
    """Note that the schedule is due; False when that was known already."""
    with journal.writing() as connection:
        added = connection.execute(
            "INSERT OR IGNORE INTO report_runs (schedule, due_at, created_at, asked_by) VALUES (?, ?, ?, ?)",
            (schedule, stamp(due_at), stamp(at), asked_by),
        )
        return added.rowcount == 1


def last_due(journal: Journal, schedule: str) -> datetime | None:
    """The last moment at which the schedule itself was due and noted; None before the first."""
    with journal.reading() as connection:
        row = connection.execute(
            "SELECT max(due_at) AS due FROM report_runs WHERE schedule = ? AND asked_by = ''", (schedule,)
        ).fetchone()
    return moment(row["due"])


def waiting_runs(journal: Journal, at: datetime) -> list[Run]:
    """The runs to be made now, oldest first: those that wait and whose pause after a failure is over."""
    with journal.reading() as connection:
        rows = connection.execute(
            "SELECT * FROM report_runs WHERE status = 'waiting' AND coalesce(next_at, '') <= ? ORDER BY due_at, id",
            (stamp(at),),
        ).fetchall()
    return [_run(row) for row in rows]


def list_runs(journal: Journal, limit: int = 100) -> list[Run]:
    """The runs, newest first."""
    with journal.reading() as connection:
        rows = connection.execute("SELECT * FROM report_runs ORDER BY id DESC LIMIT ?", (limit,)).fetchall()
    return [_run(row) for row in rows]


def get_run(journal: Journal, number: int) -> Run:
    """One run. Raises UsageError when there is none of that number."""
    with journal.reading() as connection:
        row = connection.execute("SELECT * FROM report_runs WHERE id = ?", (number,)).fetchone()
    if row is None:
        raise UsageError(f"There is no run {number}.", hint="See `fbi report runs`.")
    return _run(row)


def recover_runs(journal: Journal) -> int:
    """Put back what a crashed runner was making; nothing of it was sent. Call it when no other runner is at work."""
    with journal.writing() as connection:
        return connection.execute("UPDATE report_runs SET status = 'waiting' WHERE status = 'running'").rowcount


def start_run(journal: Journal, number: int) -> None:
    """One attempt begins."""
    with journal.writing() as connection:
        connection.execute("UPDATE report_runs SET status = 'running', attempts = attempts + 1 WHERE id = ?", (number,))


def put_off(journal: Journal, number: int, reason: str, until: datetime | None = None) -> None:
    """It waits, and why; not to be tried before `until`."""
    with journal.writing() as connection:
        connection.execute(
            "UPDATE report_runs SET status = 'waiting', note = ?, next_at = ? WHERE id = ?",
            (reason, stamp(until) if until else None, number),
        )


def finish_run(journal: Journal, number: int, made: Made, messages: Sequence[Message], at: datetime) -> None:
    """It is made, and the messages that carry it are in the outbox: both or neither."""
    files = json.dumps([[one.name, one.language, one.kind, one.sha256, one.size, one.scope] for one in made.files])
    with journal.writing() as connection:
        connection.execute(
            "UPDATE report_runs SET status = 'done', finished_at = ?, report = ?, view = ?, version = ?, as_of = ?, "
            "folder = ?, files = ?, note = ? WHERE id = ?",
            (stamp(at), made.report, made.view, made.version, made.as_of, made.folder, files, made.note, number),
        )
        put_messages(connection, messages, at)


def fail_run(journal: Journal, number: int, reason: str, messages: Sequence[Message], at: datetime) -> None:
    """It is given up, nothing of it is sent, and somebody is told: both or neither."""
    with journal.writing() as connection:
        connection.execute(
            "UPDATE report_runs SET status = 'failed', finished_at = ?, note = ? WHERE id = ?",
            (stamp(at), reason, number),
        )
        put_messages(connection, messages, at)


def forget_files(journal: Journal, folder: str) -> None:
    """The files of a run are no longer kept."""
    with journal.writing() as connection:
        connection.execute("UPDATE report_runs SET folder = '' WHERE folder = ?", (folder,))


def _run(row: sqlite3.Row) -> Run:
    due_at, created_at = moment(row["due_at"]), moment(row["created_at"])
    assert due_at is not None
    assert created_at is not None
    return Run(
        id=row["id"],
        schedule=row["schedule"],
        due_at=due_at,
        created_at=created_at,
        status=row["status"],
        asked_by=row["asked_by"],
        report=row["report"],
        view=row["view"],
        attempts=row["attempts"],
        finished_at=moment(row["finished_at"]),
        version=row["version"],
        as_of=row["as_of"],
        folder=row["folder"],
        files=tuple(RunFile(*each) for each in json.loads(row["files"])),
        note=row["note"],
    )
