"""What the alerts and reports pages show and change, over a loaded home."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask

from fulfillment_bi.errors import UnknownNameError, UsageError
from fulfillment_bi.journal.actions import Action, add_action, list_actions, mark_acted
from fulfillment_bi.journal.alerts import alert_states
from fulfillment_bi.journal.database import Journal
from fulfillment_bi.journal.runs import list_runs
from fulfillment_bi.metrics.query import Filter
from fulfillment_bi.operations.alerting import check_alerts
from fulfillment_bi.operations.schedule_run import run_due
from fulfillment_bi.operations.schedules import load_schedules
from fulfillment_bi.operations.standing import count_firing, standings
from fulfillment_bi.settings import Settings
from fulfillment_bi.web.acting import do_alert, run_now, take_on
from fulfillment_bi.web.answering import shown, view_of
from fulfillment_bi.web.app import create_app
from fulfillment_bi.web.pages import alerts, reports
from fulfillment_bi.web.tile import Page
from fulfillment_bi.workspace import Workspace, open_workspace
from tests.cli.conftest import exports, home

__all__ = ["exports", "home"]
AT = datetime(2026, 10, 31, 16)
RULES = (
    '[[rule]]\nname = "any_failure"\nen = "Promises broken"\nmetric = "otif"\nper = "channel"\ndays = 14\n'
    'kind = "absolute"\nline = 0.999\nminimum = 1\nowner = "mei"\n'
)
SCHEDULE = (
    '[[schedule]]\nname = "daily"\nreport = "wall"\ncron = "30 8 * * *"\nformats = ["csv"]\nview = "preset=all"\n'
)


@pytest.fixture
def workspace(home: Path, tmp_path: Path) -> Iterator[Workspace]:
    own = Path(shutil.copytree(home, tmp_path / "warehouse"))
    (own / "alerts.toml").write_text(RULES)
    (own / "schedules.toml").write_text(SCHEDULE)
    with open_workspace(settings=Settings(home=own, language="en")) as opened:
        yield opened


def drawn(workspace: Workspace, page: Page, language: str = "en") -> dict[str, str]:
    with Flask("test").test_request_context():
        view = view_of(workspace, {"path": page.paths[0], "lang": language})
        contents = shown(workspace, view, page.tiles)
    return {
        tile.name: json.dumps(each.body, ensure_ascii=False, default=lambda part: part.to_plotly_json())
        for tile, each in zip(page.tiles, contents, strict=True)
    }


def test_before_any_check_the_page_says_so_and_makes_no_file(workspace: Workspace) -> None:
    texts = drawn(workspace, alerts.PAGE)
    assert "Not checked yet" in texts["alerts-firing"]
    assert not (workspace.settings.home / "journal.sqlite").exists()
    assert count_firing(workspace) == 0


@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_fires_stands_with_its_number_line_why_and_link(workspace: Workspace, language: str) -> None:
    check = check_alerts(workspace, Journal(workspace.settings.home), AT)
    firing = [one for one in check.results if one.state.status == "firing"]
    mine = [one for one in firing if one.finding.rule.name == "any_failure"]
    assert mine
    assert count_firing(workspace) == len(firing)
    text = drawn(workspace, alerts.PAGE, language)["alerts-firing"]
    assert text.count('"alert-act"') == sum(bool(one.finding.rule.query and one.finding.rule.per) for one in firing)
    assert "99.9%" in text
    assert "/why?" in text
    assert "alert-why" in text


def test_snoozing_holds_the_messages_back(workspace: Workspace) -> None:
    journal = Journal(workspace.settings.home)
    check_alerts(workspace, journal, AT)
    one = next(one for one in standings(workspace) if one.finding.rule.name == "any_failure")
    chosen = {"type": "alert-snooze", "rule": "any_failure", "entity": one.finding.entity, "hours": 8}
    do_alert(workspace, chosen, "en")
    assert alert_states(journal)["any_failure", one.finding.entity].snoozed_until is not None
    assert "no messages until" in drawn(workspace, alerts.PAGE)["alerts-firing"]
    with pytest.raises(UnknownNameError):
        do_alert(workspace, {**chosen, "rule": "nonsense"}, "en")


def test_an_alert_becomes_an_action_on_its_own_part(workspace: Workspace) -> None:
    journal = Journal(workspace.settings.home)
    check_alerts(workspace, journal, AT)
    one = next(one for one in standings(workspace) if one.finding.rule.name == "any_failure")
    alert = {"rule": "any_failure", "entity": one.finding.entity}
    take_on(workspace, alert, "Call the carrier", "mei", "2026-11-09", "en")
    (action,) = list_actions(journal)
    assert (action.title, action.owner, action.due_on) == ("Call the carrier", "mei", date(2026, 11, 9))
    assert (action.metric, action.segment) == ("otif", (Filter("channel", (one.finding.entity,)),))
    assert action.origin == f"alert:any_failure:{one.finding.entity}"
    assert "Call the carrier" in drawn(workspace, alerts.PAGE)["alerts-actions"]
    with pytest.raises(UsageError, match="not a date"):
        take_on(workspace, alert, "x", "", "soon", "en")
    with pytest.raises(UsageError, match="needs a title"):
        take_on(workspace, alert, " ", "", None, "en")
    with pytest.raises(UsageError, match="is over"):
        take_on(workspace, {"rule": "any_failure", "entity": "nobody"}, "x", "", None, "en")


def test_an_action_is_judged_with_its_interval_and_not_too_early(workspace: Workspace) -> None:
    journal = Journal(workspace.settings.home)
    segment = (Filter("channel", ("tmall",)),)
    early, old = (add_action(journal, Action(0, name, "otif", segment), AT) for name in ("early", "old"))
    mark_acted(journal, early, date(2026, 10, 31))
    mark_acted(journal, old, date(2026, 10, 17))
    assert "Too early" in do_alert(workspace, {"type": "action-verify", "number": early}, "en")
    assert "closed" in do_alert(workspace, {"type": "action-verify", "number": old}, "en")
    by_title = {one.title: one for one in list_actions(journal)}
    assert (by_title["early"].status, by_title["old"].status) == ("acted", "closed")
    text = drawn(workspace, alerts.PAGE)["alerts-actions"]
    assert "Carried out, not judged yet" in text
    assert " pts [" in text
    third = add_action(journal, Action(0, "third", "otif", segment), AT)
    do_alert(workspace, {"type": "action-acted", "number": third}, "en")
    assert list_actions(journal, "acted")[0].title == "third"


def test_a_report_can_be_asked_for_and_its_files_taken(workspace: Workspace) -> None:
    journal = Journal(workspace.settings.home)
    run_now(workspace, "daily", "en")
    assert [(run.status, run.asked_by) for run in list_runs(journal)] == [("waiting", "page")]
    with pytest.raises(UnknownNameError):
        run_now(workspace, "nonsense", "en")
    soon = datetime.now() + timedelta(days=1)
    run_due(workspace, journal, load_schedules(workspace.settings), soon)
    run = next(run for run in list_runs(journal) if run.asked_by)
    assert run.status == "done"
    texts = drawn(workspace, reports.PAGE)
    (file,) = run.files
    address = f"/reports/files/{run.id}/{file.name}"
    assert address in texts["reports-runs"]
    client = create_app(workspace).server.test_client()
    with client.get(address) as got:
        assert (got.status_code, len(got.data)) == (200, file.size)
    assert client.get(f"/reports/files/{run.id}/run.json").status_code == 404
    assert b"sha256" not in client.get(f"/reports/files/{run.id}/..%2Frun.json").data
    assert client.get("/reports/files/999/x.csv").status_code == 404


def test_without_schedules_the_page_shows_how(workspace: Workspace) -> None:
    (workspace.settings.home / "schedules.toml").unlink()
    assert "[[schedule]]" in drawn(workspace, reports.PAGE)["reports-schedules"]


def test_another_sites_page_can_change_nothing(workspace: Workspace) -> None:
    client = create_app(workspace).server.test_client()
    sent = client.post("/_dash-update-component", json={}, headers={"Sec-Fetch-Site": "cross-site"})
    assert sent.status_code == 403
