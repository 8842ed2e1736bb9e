"""Due reports: made, archived and sent whole and once, or not at all and the owner told."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import nullcontext
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from fulfillment_bi.errors import RenderError, UnknownNameError, UsageError
from fulfillment_bi.journal.database import Journal
from fulfillment_bi.journal.messages import list_messages
from fulfillment_bi.journal.runs import Run, add_run, get_run, list_runs, start_run
from fulfillment_bi.operations import schedule_run
from fulfillment_bi.operations.delivery import channels, deliver_waiting
from fulfillment_bi.operations.report_archive import archive_root
from fulfillment_bi.operations.schedule_run import run_again, run_due
from fulfillment_bi.operations.schedules import Schedule
from fulfillment_bi.reports import aside
from fulfillment_bi.settings import Settings
from fulfillment_bi.workspace import Workspace, open_workspace
from tests.operations.test_delivery import Mailbox, mailbox

__all__ = ["mailbox"]

DUE = datetime(2026, 11, 1, 0, 30)
"""8:30 in Shanghai; the sample's data end on 31 October."""
READER, OWNER = "json://127.0.0.1:9/reader", "json://127.0.0.1:9/owner"


@pytest.fixture
def workspace(own_home: Path) -> Iterator[Workspace]:
    with open_workspace(settings=Settings(home=own_home, language="en", notify=(READER, OWNER))) as opened:
        yield opened


@pytest.fixture
def journal(own_home: Path) -> Journal:
    return Journal(own_home)


def morning(workspace: Workspace, **changes: Any) -> Schedule:
    reader, owner = channels(workspace.settings)
    given: dict[str, Any] = {"formats": ("csv", "xlsx"), "channels": (reader,), "owner": owner, "retries": 1}
    return Schedule("morning", "orders", "30 8 * * *", **(given | {"view": "preset=all"} | changes))


def at_due(workspace: Workspace, journal: Journal, schedule: Schedule, now: datetime = DUE) -> Run:
    """First seen a minute before it is due, then looked at."""
    run_due(workspace, journal, [schedule], DUE - timedelta(minutes=1))
    run_due(workspace, journal, [schedule], now)
    return list_runs(journal)[0]


def told(journal: Journal) -> list[tuple[str, str]]:
    return [(one["kind"], one["recipient"]) for one in reversed(list_messages(journal))]


def nothing_archived(workspace: Workspace) -> bool:
    root = archive_root(workspace.settings.home)
    return not root.exists() or not [path for path in root.rglob("*") if path.is_file()]


def test_a_due_report_is_archived_and_sent_once(workspace: Workspace, journal: Journal) -> None:
    schedule = morning(workspace, languages=("zh", "en"))
    run = at_due(workspace, journal, schedule)
    assert (run.status, run.due_at, run.version, run.note) == ("done", DUE, "v00000001", "")
    folder = archive_root(workspace.settings.home) / run.folder
    assert run.folder == f"morning/2026-11-01_0830-{run.id}"
    files = (("orders", "csv"), ("orders-burning", "csv"), ("orders", "xlsx"))
    names = [f"{name}-2026-10-31-{language}.{kind}" for language in ("zh", "en") for name, kind in files]
    assert [one.name for one in run.files] == names
    assert sorted(path.name for path in folder.iterdir()) == sorted([*names, "run.json"])
    (message,) = list_messages(journal)
    assert (message["kind"], message["recipient"], message["run"]) == ("report", schedule.channels[0], run.id)
    assert all(str(folder / name) in message["attachments"] for name in names)
    for later in (DUE, DUE + timedelta(hours=1)):
        assert run_due(workspace, journal, [schedule], later) == []
    assert len(list_messages(journal)) == 1


def test_a_mail_carries_the_files(own_home: Path, mailbox: tuple[Mailbox, str]) -> None:
    import email
    from email.policy import default

    box, address = mailbox
    settings = Settings(home=own_home, language="en", notify=(address,))
    journal = Journal(own_home)
    with open_workspace(settings=settings) as workspace:
        (channel,) = channels(settings)
        run = at_due(workspace, journal, morning_for(channel))
    assert [one.error for one in deliver_waiting(settings, journal, DUE)] == [""]
    (mail,) = box.mails
    parsed = email.message_from_bytes(mail.content, policy=default)
    attached = {part.get_filename(): part.get_payload(decode=True) for part in parsed.iter_attachments()}
    folder = archive_root(own_home) / run.folder
    assert attached == {one.name: (folder / one.name).read_bytes() for one in run.files}
    assert "Orders report" in parsed["Subject"]


def morning_for(channel: str) -> Schedule:
    return Schedule("morning", "orders", "30 8 * * *", formats=("csv",), channels=(channel,), view="preset=all")


def test_missed_moments_are_caught_up_once(workspace: Workspace, journal: Journal) -> None:
    schedule = morning(workspace)
    at_due(workspace, journal, schedule)
    run_due(workspace, journal, [schedule], DUE + timedelta(days=5, hours=3))
    assert [run.due_at for run in list_runs(journal)] == [DUE + timedelta(days=5), DUE]


def test_what_was_due_before_it_was_known_is_not_caught_up(workspace: Workspace, journal: Journal) -> None:
    assert run_due(workspace, journal, [morning(workspace)], DUE) == []


def test_stale_data_are_waited_for_until_the_deadline(workspace: Workspace, journal: Journal) -> None:
    schedule = morning(workspace, fresh_within=timedelta(minutes=1), deadline=timedelta(hours=1))
    waits = at_due(workspace, journal, schedule)
    assert waits.status == "waiting"
    assert "not fresh enough" in waits.note
    run_due(workspace, journal, [schedule], DUE + timedelta(minutes=59))
    assert told(journal) == []
    (failed,) = run_due(workspace, journal, [schedule], DUE + timedelta(minutes=60))
    assert failed.status == "failed"
    assert told(journal) == [("report_failed", schedule.owner)]
    assert nothing_archived(workspace)


def test_data_that_become_fresh_are_sent(workspace: Workspace, journal: Journal) -> None:
    stale = morning(workspace, fresh_within=timedelta(minutes=1))
    assert at_due(workspace, journal, stale).status == "waiting"
    ends: dict[str, datetime] = {}
    for row in workspace.freshness():
        if row.newest is not None:
            ends[row.source] = max(row.newest, ends.get(row.source, row.newest))
    newest = min(ends.values())
    enough = DUE + timedelta(minutes=5) - newest
    (run,) = run_due(workspace, journal, [morning(workspace, fresh_within=enough)], DUE + timedelta(minutes=5))
    assert run.status == "done"


def test_a_source_that_is_named_and_silent_counts_as_stale(workspace: Workspace, journal: Journal) -> None:
    schedule = morning(workspace, fresh_within=timedelta(days=999), sources=("nobody",))
    run = at_due(workspace, journal, schedule)
    assert (run.status, "nobody (–)" in run.note) == ("waiting", True)


def test_before_the_first_load_it_waits(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    with open_workspace(settings=Settings(home=tmp_path, language="en", notify=(READER, OWNER))) as empty:
        run = at_due(empty, journal, morning(empty))
    assert (run.status, run.note) == ("waiting", "Nothing has been loaded yet")


def test_without_a_browser_tables_go_with_a_note_and_pictures_alone_do_not(
    workspace: Workspace, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(_: object) -> Path:
        raise RenderError("PNG and PDF need Chromium.", hint="Install it: fbi doctor --install.")

    monkeypatch.setattr(schedule_run, "required_browser", missing)
    run = at_due(workspace, journal, morning(workspace, formats=("png", "csv", "xlsx")))
    assert (run.status, [one.kind for one in run.files]) == ("done", ["csv", "csv", "xlsx"])
    assert "need Chromium" in run.note
    assert "need Chromium" in list_messages(journal)[0]["body"]
    only = morning(workspace, formats=("png",), retries=0)
    (failed,) = run_due(workspace, journal, [only], DUE + timedelta(days=1))
    assert failed.status == "failed"
    assert told(journal)[1:] == [("report_failed", only.owner)]


def test_a_browser_that_dies_is_tried_again_and_then_nothing_is_sent(
    workspace: Workspace, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Dead:
        def draw(self, *_: object, **__: object) -> None:
            raise RenderError("The browser failed: Target page, context or browser has been closed.")

    monkeypatch.setattr(schedule_run, "required_browser", lambda _: Path("chromium"))
    monkeypatch.setattr(schedule_run, "_drawing", lambda *_: nullcontext(Dead()))
    schedule = morning(workspace, formats=("png", "csv"))
    first = at_due(workspace, journal, schedule)
    assert (first.status, first.attempts) == ("waiting", 1)
    assert run_due(workspace, journal, [schedule], DUE + timedelta(seconds=59)) == []
    (second,) = run_due(workspace, journal, [schedule], DUE + timedelta(minutes=1))
    assert (second.status, second.attempts) == ("failed", 2)
    assert told(journal) == [("report_failed", schedule.owner)]
    assert "browser failed" in list_messages(journal)[0]["body"]
    assert nothing_archived(workspace)


def test_a_full_disk_sends_nothing(workspace: Workspace, journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    schedule = morning(workspace, retries=0)
    with monkeypatch.context() as patch:
        patch.setattr(aside.os, "fsync", full)
        run = at_due(workspace, journal, schedule)
    assert (run.status, "no space left" in run.note) == ("failed", True)
    assert told(journal) == [("report_failed", schedule.owner)]
    assert nothing_archived(workspace)


def test_an_unexpected_fault_stops_neither_the_others_nor_the_owner_from_hearing(
    workspace: Workspace, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    schedule = morning(workspace, retries=0)
    other = Schedule("other", "wall", schedule.cron, formats=("csv",), view="preset=all")
    genuine = schedule_run.run_report

    def broken(pinned: Workspace, name: str, *rest: Any, **more: Any) -> Any:
        if name == "orders":
            raise ZeroDivisionError("nought")
        return genuine(pinned, name, *rest, **more)

    monkeypatch.setattr(schedule_run, "run_report", broken)
    run_due(workspace, journal, [schedule, other], DUE - timedelta(minutes=1))
    done = run_due(workspace, journal, [schedule, other], DUE)
    assert {run.schedule: run.status for run in done} == {"morning": "failed", "other": "done"}
    assert "ZeroDivisionError: nought" in list_messages(journal)[0]["body"]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"view": "preset=all&channel=nobody"}, "nothing to report"),
        ({"view": "chanel=jd"}, "mean nothing: chanel=jd"),
        ({"channels": ("slack-00000000",)}, "channel slack-00000000 is not set"),
    ],
)
def test_blank_wider_than_asked_or_to_nobody_is_not_sent(
    workspace: Workspace, journal: Journal, changes: dict[str, Any], reason: str
) -> None:
    schedule = morning(workspace, retries=0, **changes)
    run = at_due(workspace, journal, schedule)
    assert (run.status, reason in run.note) == ("failed", True)
    assert told(journal) == [("report_failed", schedule.owner)]
    assert nothing_archived(workspace)


def test_without_an_owner_the_channels_that_were_not_to_get_it_are_told(workspace: Workspace, journal: Journal) -> None:
    reader, owner = channels(workspace.settings)
    at_due(workspace, journal, morning(workspace, owner="", view="chanel=jd"))
    assert told(journal) == [("report_failed", owner)]
    assert reader != owner


def test_a_kill_between_making_and_handing_over_sends_once(
    workspace: Workspace, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    schedule = morning(workspace)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(schedule_run, "finish_run", killed)
        with pytest.raises(KeyboardInterrupt):
            at_due(workspace, journal, schedule)
    (halfway,) = list_runs(journal)
    assert (halfway.status, told(journal)) == ("running", [])
    (run,) = run_due(workspace, journal, [schedule], DUE + timedelta(minutes=1))
    assert (run.id, run.status, run.attempts) == (halfway.id, "done", 2)
    assert told(journal) == [("report", schedule.channels[0])]


def test_files_that_are_gone_are_not_sent_as_if_they_were_there(workspace: Workspace, journal: Journal) -> None:
    run = at_due(workspace, journal, morning(workspace))
    (archive_root(workspace.settings.home) / run.folder / run.files[0].name).unlink()
    (sent,) = deliver_waiting(workspace.settings, journal, DUE)
    assert "is gone" in sent.error


def test_files_are_kept_for_their_days_only(workspace: Workspace, journal: Journal) -> None:
    schedule = morning(workspace, keep=2)
    first = at_due(workspace, journal, schedule)
    for days in (1, 2, 3):
        run_due(workspace, journal, [schedule], DUE + timedelta(days=days))
    assert get_run(journal, first.id).folder == ""
    left = {path.name for path in (archive_root(workspace.settings.home) / "morning").iterdir()}
    assert left == {Path(run.folder).name for run in list_runs(journal) if run.folder}
    assert len(left) == 3


def test_a_past_report_is_made_again_byte_for_byte(workspace: Workspace, journal: Journal, tmp_path: Path) -> None:
    run = at_due(workspace, journal, morning(workspace, languages=("zh", "en")))
    # A later version does not change what the earlier one says.
    with workspace.store.draft() as draft:
        draft.publish()
    workspace.refresh()
    assert workspace.info is not None
    assert workspace.info.id == "v00000002"
    again = run_again(workspace, journal, run.id, tmp_path / "again")
    same = {path.name: is_same for path, is_same in again}
    assert {name: is_same for name, is_same in same.items() if name.endswith("csv")} == {
        f"{name}-2026-10-31-{language}.csv": True for name in ("orders", "orders-burning") for language in ("zh", "en")
    }
    folder = archive_root(workspace.settings.home) / run.folder
    for path, _ in again:
        if path.suffix == ".csv":
            assert path.read_bytes() == (folder / path.name).read_bytes()
    with pytest.raises(UnknownNameError):
        workspace.at_version("v00000009")


def test_a_run_that_made_nothing_cannot_be_made_again(workspace: Workspace, journal: Journal, tmp_path: Path) -> None:
    run = at_due(workspace, journal, morning(workspace, retries=0, view="chanel=jd"))
    with pytest.raises(UsageError, match="made no files"):
        run_again(workspace, journal, run.id, tmp_path)
    with pytest.raises(UsageError, match="no run 99"):
        run_again(workspace, journal, 99, tmp_path)


def test_what_was_asked_for_by_hand_runs_beside_the_schedule(workspace: Workspace, journal: Journal) -> None:
    schedule = morning(workspace)
    asked = DUE - timedelta(hours=2)
    assert add_run(journal, "morning", asked, asked, "mei")
    assert not add_run(journal, "morning", asked, asked, "mei")
    (run,) = run_due(workspace, journal, [schedule], asked)
    assert (run.status, run.asked_by) == ("done", "mei")
    assert at_due(workspace, journal, schedule).due_at == DUE


def test_a_schedule_that_is_gone_fails_what_waits(workspace: Workspace, journal: Journal) -> None:
    add_run(journal, "gone", DUE, DUE)
    start_run(journal, 1)
    (run,) = run_due(workspace, journal, [], DUE)
    assert (run.status, "no longer set" in run.note) == ("failed", True)
    assert {kind for kind, _ in told(journal)} == {"report_failed"}
