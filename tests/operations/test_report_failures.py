"""What can go wrong while a report is made, for real: the browser dies, the disk is full, nothing may be written.

Nothing wrong leaves the house, and the owner hears of it.
"""

from __future__ import annotations

import errno
import os
import signal
import tempfile
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from fulfillment_bi.journal.database import Journal
from fulfillment_bi.journal.messages import MOST_ATTEMPTS, list_messages
from fulfillment_bi.journal.runs import Run, get_run, list_runs
from fulfillment_bi.operations import scheduler
from fulfillment_bi.operations.delivery import channels, deliver_waiting
from fulfillment_bi.operations.report_archive import archive_root
from fulfillment_bi.operations.schedule_run import run_due
from fulfillment_bi.operations.schedules import Schedule
from fulfillment_bi.reports import render
from fulfillment_bi.settings import Settings
from fulfillment_bi.workspace import Workspace, open_workspace

DUE = datetime(2026, 11, 1, 0, 30)
READER, OWNER = "json://127.0.0.1:9/reader", "json://127.0.0.1:9/owner"


@pytest.fixture
def workspace(own_home: Path) -> Iterator[Workspace]:
    with open_workspace(settings=Settings(home=own_home, language="en", notify=(READER, OWNER))) as opened:
        yield opened


def weekly(workspace: Workspace, **changes: Any) -> Schedule:
    reader, owner = channels(workspace.settings)
    given: dict[str, Any] = {"formats": ("csv", "xlsx"), "channels": (reader,), "owner": owner, "retries": 0}
    return Schedule("weekly", "brief", "30 8 * * *", **(given | changes))


def run_at(workspace: Workspace, schedule: Schedule, at: datetime) -> Run:
    journal = Journal(workspace.settings.home)
    run_due(workspace, journal, [schedule], at - timedelta(minutes=1))
    run_due(workspace, journal, [schedule], at)
    return list_runs(journal, 1)[0]


def told(workspace: Workspace) -> list[tuple[str, str]]:
    return [(one["kind"], one["recipient"]) for one in reversed(list_messages(Journal(workspace.settings.home)))]


def archived(workspace: Workspace) -> list[str]:
    root = archive_root(workspace.settings.home)
    return sorted(path.name for path in root.rglob("*") if path.is_file())


def browsers() -> list[int]:
    """The main processes of every Chromium below this process."""
    parents: dict[int, int] = {}
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            try:
                words = (folder / "cmdline").read_bytes()
                parents[int(folder.name)] = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
            if b"--remote-debugging-pipe" in words and b"chrom" in words.split(b"\0")[0] and b"--type=" not in words:
                found.append(int(folder.name))
    return [process for process in found if _is_below(process, parents)]


def _is_below(process: int, parents: dict[int, int]) -> bool:
    while process > 1:
        process = parents.get(process, 0)
        if process == os.getpid():
            return True
    return False


@pytest.mark.browser
def test_a_browser_killed_in_the_middle_of_a_picture_sends_nothing_and_the_next_time_is_right(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    schedule = weekly(workspace, formats=("png", "csv"))
    killed: list[int] = []
    genuine = render._check_page

    def kill(*given: Any) -> None:
        genuine(*given)
        killed.extend(browsers())
        for process in killed:
            os.kill(process, signal.SIGKILL)

    with monkeypatch.context() as patch:
        patch.setattr(render, "_check_page", kill)
        run = run_at(workspace, schedule, DUE)
    assert killed
    assert (run.status, "The browser failed" in run.note) == ("failed", True)
    assert told(workspace) == [("report_failed", schedule.owner)]
    assert "The browser failed" in list_messages(Journal(workspace.settings.home))[0]["body"]
    assert archived(workspace) == []
    assert browsers() == []
    run = run_at(workspace, schedule, DUE + timedelta(days=1))
    assert (run.status, [one.kind for one in run.files]) == ("done", ["csv", "png"])
    assert browsers() == []


STEPS: tuple[tuple[Any, str], ...] = (
    (os, "fsync"),
    (os, "replace"),
    (os, "rename"),
    (tempfile, "mkstemp"),
    (Path, "mkdir"),
    (Path, "write_text"),
)
"""What writing a report calls: each of them can find the disk full or the folder closed."""


def failing(steps: Any, at: int, number: int, patch: pytest.MonkeyPatch) -> list[str]:
    """Make the `at`-th of all these calls fail with `number`; returns the list that they are noted in."""
    seen: list[str] = []

    def wrap(genuine: Callable[..., Any], name: str) -> Callable[..., Any]:
        def call(*given: Any, **more: Any) -> Any:
            if name == "mkdir" and given[0].name == "warehouse":  # the journal's; its faults have a test of their own
                return genuine(*given, **more)
            seen.append(name)
            if len(seen) == at:
                raise OSError(number, os.strerror(number))
            return genuine(*given, **more)

        return call

    for owner, name in steps:
        patch.setattr(owner, name, wrap(getattr(owner, name), name))
    return seen


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EACCES])
def test_a_full_or_closed_disk_at_any_step_sends_nothing(workspace: Workspace, number: int) -> None:
    schedule = weekly(workspace)
    with pytest.MonkeyPatch.context() as patch:
        steps = failing(STEPS, 0, number, patch)
        assert run_at(workspace, schedule, DUE).status == "done"
    assert {"fsync", "replace", "rename", "mkstemp", "mkdir", "write_text"} == set(steps)
    good = archived(workspace)
    journal = Journal(workspace.settings.home)
    failures = 0
    for at in range(1, len(steps) + 1):
        due = DUE + timedelta(days=at)
        run_due(workspace, journal, [schedule], due - timedelta(minutes=1))
        before = told(workspace)
        with pytest.MonkeyPatch.context() as patch:
            failing(STEPS, at, number, patch)
            run_due(workspace, journal, [schedule], due)
        run, news = list_runs(journal, 1)[0], told(workspace)[len(before) :]
        if run.status == "done":  # a call that may fail: the files are there, whole
            assert news == [("report", schedule.channels[0])]
            assert len([one for one in run.files if one.sha256]) == 2
            good = archived(workspace)
            continue
        failures += 1
        assert run.status == "failed"
        assert os.strerror(number).lower() in run.note.lower()
        assert news == [("report_failed", schedule.owner)]
        assert archived(workspace) == good
    assert failures >= 6


def test_a_journal_that_cannot_be_written_sends_nothing_twice_and_is_told_without_it(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    schedule = weekly(workspace)
    journal = Journal(workspace.settings.home)
    run_due(workspace, journal, [schedule], DUE - timedelta(minutes=1))
    genuine = Journal._open

    def full(self: Journal) -> Any:
        connection = genuine(self)
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages}")
        return connection

    cried: list[str] = []
    filler = "x" * 200_000
    with monkeypatch.context() as patch:
        patch.setattr(Journal, "_open", full)
        patch.setattr(scheduler, "load_schedules", lambda _: (schedule,))
        patch.setattr("fulfillment_bi.operations.schedule_run.folder_of", lambda *_: f"weekly/{filler[:40]}")
        patch.setattr("fulfillment_bi.operations.schedule_run._messages", lambda *_: [_large(schedule, filler)])
        scheduler.look(workspace, lambda _: None, DUE, alerts=False, cry=cried.append)
    assert any("full" in words for words in cried)
    assert told(workspace) == []
    assert list_runs(journal, 1)[0].status == "running"
    (run,) = run_due(workspace, journal, [schedule], DUE + timedelta(minutes=1))
    assert run.status == "done"
    assert told(workspace) == [("report", schedule.channels[0])]


def _large(schedule: Schedule, filler: str) -> Any:
    from fulfillment_bi.journal.messages import Message

    return Message("report", "weekly", filler, recipient=schedule.channels[0])


def test_the_owner_hears_of_a_report_that_its_channel_never_took(workspace: Workspace) -> None:
    schedule = weekly(workspace)
    run = run_at(workspace, schedule, DUE)
    journal, at = Journal(workspace.settings.home), DUE
    for attempt in range(MOST_ATTEMPTS):
        assert told(workspace) == [("report", schedule.channels[0])], attempt
        at += timedelta(hours=1)
        sent, *_ = deliver_waiting(workspace.settings, journal, at)
        assert "refused" in sent.error
    assert told(workspace)[1:] == [("report_undelivered", schedule.owner)]
    newest = list_messages(journal)[0]
    assert run.files[0].name in newest["body"]
    assert str(MOST_ATTEMPTS) in newest["body"]
    assert get_run(journal, run.id).status == "done"
    # The owner's channel is as deaf: that is tried as often and then given up, without telling of the telling.
    for _ in range(MOST_ATTEMPTS + 1):
        at += timedelta(hours=20)
        deliver_waiting(workspace.settings, journal, at)
    assert len(told(workspace)) == 2
