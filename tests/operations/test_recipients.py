"""Recipients with a scope: each gets the files of their own rows, and no others; a past copy can be made again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest

from fulfillment_bi.errors import SettingsError
from fulfillment_bi.journal.database import Journal
from fulfillment_bi.journal.messages import list_messages
from fulfillment_bi.journal.runs import list_runs
from fulfillment_bi.journal.views import save_view
from fulfillment_bi.metrics.query import Query
from fulfillment_bi.operations.delivery import channels
from fulfillment_bi.operations.recipients import copies_of, read_recipients, read_scope, write_scope
from fulfillment_bi.operations.report_archive import archive_root
from fulfillment_bi.operations.schedule_run import run_again, run_due
from fulfillment_bi.operations.schedules import read_schedules
from fulfillment_bi.settings import Settings
from fulfillment_bi.warehouse.leftovers import hold_version
from fulfillment_bi.workspace import Workspace, open_workspace

DUE = datetime(2026, 11, 1, 0, 30)
PEOPLE = tuple(f"json://127.0.0.1:9/{name}" for name in ("boss", "jd", "tmall"))


@pytest.fixture
def workspace(own_home: Path) -> Iterator[Workspace]:
    with open_workspace(settings=Settings(home=own_home, language="en", notify=PEOPLE)) as opened:
        yield opened


def test_each_gets_their_own_rows_only(workspace: Workspace, tmp_path: Path) -> None:
    boss, jd, tmall = channels(workspace.settings)
    (schedule,) = read_schedules(
        f'[[schedule]]\nname = "daily"\nreport = "orders"\nview = "preset=all"\ncron = "30 8 * * *"\n'
        f'formats = ["csv", "xlsx"]\nchannels = ["{boss}"]\n'
        f'[[schedule.recipient]]\nchannel = "{jd}"\nscope = "channel=jd"\n'
        f'[[schedule.recipient]]\nchannel = "{tmall}"\nscope = "channel=tmall"\nlanguages = ["zh"]\n',
        "test",
    )
    assert schedule.told == (boss, jd, tmall)
    journal = Journal(workspace.settings.home)
    run_due(workspace, journal, [schedule], DUE - timedelta(minutes=1))
    run_due(workspace, journal, [schedule], DUE)
    (run,) = list_runs(journal)
    assert (run.status, run.note) == ("done", "")
    folder = archive_root(workspace.settings.home) / run.folder
    attached = {one["recipient"]: json.loads(one["attachments"]) for one in list_messages(journal)}
    numbers = {}
    for name, scope in ((boss, ""), (jd, "channel=jd"), (tmall, "channel=tmall")):
        paths = [Path(path) for path in attached[name]]
        assert {path.name for path in paths} == {one.name for one in run.files if one.scope == scope}
        frame = pd.read_csv(next(path for path in paths if path.suffix == ".csv" and "burning" not in path.name))
        numbers[name] = frame[(frame["metric"] == "orders") & frame["by_1"].isna()]["value"].iloc[0]
        members = frame[frame["by_1"] == "channel"]["member_1"].dropna()
        assert len(members) == 0 or not scope or set(members) == {scope.removeprefix("channel=")}
        with workspace.scoped(read_scope(scope)) as own:
            end = datetime(2026, 10, 31).date()
            assert numbers[name] == own.run(Query(("orders",), end=end)).value("orders")
    assert numbers[boss] > numbers[jd] + numbers[tmall] > 0
    assert "tmall" not in {path.stem for path in folder.iterdir() if "channel-jd" in path.stem}
    again = run_again(workspace, journal, run.id, tmp_path / "again")
    assert {path.name: same for path, same in again if path.suffix == ".csv"} == {
        one.name: True for one in run.files if one.kind == "csv"
    }


def test_a_saved_view_and_an_address_are_reports(workspace: Workspace) -> None:
    (boss, *_) = channels(workspace.settings)
    journal = Journal(workspace.settings.home)
    save_view(journal, "JD this month", "/orders", "preset=all&channel=jd", "mei", DUE)
    made = read_schedules(
        "".join(
            f'[[schedule]]\nname = "{name}"\nreport = "{report}"\ncron = "30 8 * * *"\nformats = ["csv"]\n'
            f'channels = ["{boss}"]\n'
            for name, report in (
                ("saved", "view:JD this month"),
                ("address", "/orders?channel=tmall&preset=all"),
                ("board", "/wall/supply"),
                ("gone", "view:nobody"),
                ("nowhere", "/nowhere"),
            )
        ),
        "test",
    )
    run_due(workspace, journal, made, DUE - timedelta(minutes=1))
    run_due(workspace, journal, made, DUE)
    runs = {run.schedule: run for run in list_runs(journal)}
    assert [runs[name].status for name in ("saved", "address", "board", "gone", "nowhere")] == [
        *("done", "done", "done", "failed", "failed")
    ]
    assert "view 'nobody'" in runs["gone"].note
    assert "no page /nowhere" in runs["nowhere"].note
    root = archive_root(workspace.settings.home)
    for name, channel in (("saved", "jd"), ("address", "tmall")):
        frame = pd.read_csv(root / runs[name].folder / runs[name].files[0].name)
        assert set(frame[frame["by_1"] == "channel"]["member_1"].dropna()) == {channel}
        assert channel in frame["filters"][0]
    assert runs["saved"].files[0].name.startswith("JD-this-month-2026-10-31")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("channel", "not understood"),
        ("channel=", "not understood"),
        ("carrier=SF", "dimension of a scope"),
        ("channel=jd&", "not understood"),
    ],
)
def test_a_scope_that_is_not_wholly_understood_is_refused(text: str, message: str) -> None:
    with pytest.raises(Exception, match=message):
        read_scope(text)


def test_a_scope_is_read_as_it_was_written() -> None:
    for text in ("", "channel=jd", "channel=jd&channel=tmall&warehouse=Gu%C3%A1ng+zhou%2C+2"):
        assert write_scope(read_scope(text)) == text


def test_those_of_one_scope_share_their_files() -> None:
    listed = [{"channel": "a", "scope": "channel=jd"}, {"channel": "b", "scope": "channel=jd"}, {"channel": "c"}]
    copies = copies_of(read_recipients(listed), ("zh",))
    assert [(write_scope(one.scope), one.languages, one.channels) for one in copies] == [
        ("channel=jd", ("zh",), ("a", "b")),
        ("", ("zh",), ("c",)),
    ]
    for wrong in (3, [3], [{}], [{"channel": "a", "scope": ""}], [{"channel": "a", "scope": 3}]):
        with pytest.raises(SettingsError):
            read_recipients(wrong)


def test_a_version_that_a_report_was_made_from_is_held(workspace: Workspace) -> None:
    assert workspace.info is not None
    first = workspace.info.path
    hold_version(first, datetime(2999, 1, 1))
    hold_version(first, DUE)  # never shortens it
    for _ in range(7):
        with workspace.store.draft() as draft:
            draft.publish()
    workspace.store.prune(2, minimum_age_seconds=0)
    assert [one.id for one in workspace.store.list()] == ["v00000001", "v00000007", "v00000008"]
    first.with_suffix(".held").unlink()
    hold_version(first, DUE)
    workspace.store.prune(2, minimum_age_seconds=0)
    assert [one.id for one in workspace.store.list()] == ["v00000007", "v00000008"]
    assert not first.with_suffix(".held").exists()
