"""The scheduler's look: reports, alerts and outbox each by themselves; one runner for a home."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event

import pytest

from fulfillment_bi.errors import WarehouseBusyError
from fulfillment_bi.journal.alerts import alert_history
from fulfillment_bi.journal.database import Journal
from fulfillment_bi.journal.runs import add_run, list_runs
from fulfillment_bi.operations import scheduler
from fulfillment_bi.operations.scheduler import LOCK, look, look_once, run_scheduler
from fulfillment_bi.settings import Settings
from fulfillment_bi.warehouse.lock import publish_lock
from fulfillment_bi.workspace import Workspace, open_workspace

AT = datetime(2026, 11, 1, 0, 30)
SCHEDULE = (
    '[[schedule]]\nname = "daily"\nreport = "wall"\ncron = "30 8 * * *"\nformats = ["csv"]\nview = "preset=all"\n'
)


@pytest.fixture
def workspace(own_home: Path) -> Iterator[Workspace]:
    (own_home / "schedules.toml").write_text(SCHEDULE)
    with open_workspace(settings=Settings(home=own_home, language="en", forecast_after_load=0)) as opened:
        yield opened


def test_a_look_makes_reports_and_checks_alerts(workspace: Workspace) -> None:
    said: list[str] = []
    journal = Journal(workspace.settings.home)
    look(workspace, said.append, AT - timedelta(minutes=1), alerts=False)
    assert alert_history(journal) == []
    (run,) = look(workspace, said.append, AT, alerts=True)
    assert run.status == "done"
    assert said == [f"report daily, run {run.id}: done"]
    assert alert_history(journal)


def test_a_version_without_a_forecast_gets_one_and_no_second(workspace: Workspace) -> None:
    said: list[str] = []
    home = workspace.settings.home
    with open_workspace(settings=Settings(home=home, forecast_after_load=1)) as few:
        look(few, said.append, AT - timedelta(minutes=1), alerts=False)
    assert not (home / "forecasts").exists()
    with open_workspace(settings=Settings(home=home)) as usual:
        for _ in range(2):
            look(usual, said.append, AT - timedelta(minutes=1), alerts=False)
        assert not usual.forecast_due(20_000)
        outlook = usual.outlook()
    assert outlook is not None
    assert said == [f"forecast of {len(outlook.series):,} series kept"]


def test_a_broken_file_of_schedules_stops_neither_alerts_nor_messages(workspace: Workspace) -> None:
    (workspace.settings.home / "schedules.toml").write_text("[[schedule]\n")
    said: list[str] = []
    look(workspace, said.append, AT, alerts=True)
    assert len(said) == 1
    assert "This is not TOML" in said[0]
    assert alert_history(Journal(workspace.settings.home))


def test_before_the_first_load_nothing_is_wrong(tmp_path: Path) -> None:
    said: list[str] = []
    with open_workspace(settings=Settings(home=tmp_path)) as empty:
        look(empty, said.append, AT, alerts=True)
    assert said == []


def test_one_runner_at_a_time(workspace: Workspace) -> None:
    with (
        publish_lock(workspace.settings.home / LOCK),
        pytest.raises(WarehouseBusyError, match="Another process runs the schedules"),
    ):
        look_once(workspace, print)


def test_of_two_workers_one_works_and_a_run_is_made_once(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    journal, stop, looked = Journal(workspace.settings.home), Event(), Event()
    add_run(journal, "daily", AT, AT, "mei")
    threads: set[int] = set()
    genuine = scheduler.look

    def counted(*given: object, **named: object) -> object:
        threads.add(threading.get_ident())
        done = genuine(*given, **named)  # type: ignore[arg-type]
        looked.set()
        return done

    monkeypatch.setattr(scheduler, "look", counted)
    workers = [
        threading.Thread(target=run_scheduler, args=(workspace, lambda _: None, stop), kwargs={"every_seconds": 0.05})
        for _ in range(2)
    ]
    for worker in workers:
        worker.start()
    assert looked.wait(60)
    stop.set()
    for worker in workers:
        worker.join(60)
    assert len(threads) == 1
    assert [(run.status, run.attempts) for run in list_runs(journal)] == [("done", 1)]
