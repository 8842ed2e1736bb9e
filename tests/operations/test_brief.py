"""The weekly brief: the numbers are those of the queries, and what waits for somebody is said."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import pandas as pd
import pytest

from fulfillment_bi.insight.effect import Effect
from fulfillment_bi.journal.actions import Action, add_action, close_action, mark_acted
from fulfillment_bi.journal.database import Journal
from fulfillment_bi.metrics.query import Filter, Query
from fulfillment_bi.operations.alerting import check_alerts
from fulfillment_bi.operations.brief import write_brief
from fulfillment_bi.reports.run import run_report
from fulfillment_bi.settings import Settings
from fulfillment_bi.workspace import Workspace, open_workspace

SEGMENT = (Filter("channel", ("tmall",)),)


@pytest.fixture
def workspace(own_home: Path) -> Iterator[Workspace]:
    with open_workspace(settings=Settings(home=own_home, language="en")) as opened:
        yield opened


def told(workspace: Workspace, language: str = "en") -> dict[str, tuple[str, ...]]:
    return dict(write_brief(workspace, language).sections)


def test_the_week_is_the_last_whole_one_and_its_numbers_are_the_queries(workspace: Workspace) -> None:
    brief = write_brief(workspace, "en")
    assert (brief.start, brief.end) == (date(2026, 10, 24), date(2026, 10, 30))
    result = workspace.run(Query(("otif",), start=brief.start, end=brief.end))
    changed = dict(brief.sections)["What changed"]
    assert any(f"{result.value('otif') * 100:.1f}%" in line and "OTIF" in line for line in changed)
    assert not (workspace.settings.home / "journal.sqlite").exists()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_part_is_ever_blank(workspace: Workspace, language: str) -> None:
    sections = told(workspace, language)
    assert len(sections) == 5
    assert all(line.strip() for lines in sections.values() for line in lines)
    assert all(lines for lines in sections.values())


def test_what_waits_for_somebody_is_to_be_decided(workspace: Workspace) -> None:
    journal = Journal(workspace.settings.home)
    at = datetime(2026, 10, 31, 16)
    check = check_alerts(workspace, journal, at)
    firing = next(one.finding for one in check.results if one.state.status == "firing")
    add_action(journal, Action(0, "Late one", "otif", SEGMENT, due_on=date(2026, 10, 1)), at)
    ripe = add_action(journal, Action(0, "Ripe one", "otif", SEGMENT), at)
    mark_acted(journal, ripe, date(2026, 10, 20))
    bad = add_action(journal, Action(0, "Bad one", "otif", SEGMENT), at)
    close_action(journal, bad, at, effect=Effect("worse", -0.1, -0.2, -0.05, 0.9, 0.8, 0.9, 0.9, 9, 9))
    new = add_action(journal, Action(0, "New one", "otif", SEGMENT), at)
    mark_acted(journal, new, date(2026, 10, 28))
    sections = told(workspace)
    decide = "\n".join(sections["What to decide"])
    for words in ("Who takes this on", "Late one was due", "Ripe one can be judged", "Bad one made things worse"):
        assert words in decide
    assert any("Bad one: Made it worse −10.0 pts" in line for line in sections["What was done"])
    assert any("New one: carried out on" in line for line in sections["What was done"])
    add_action(journal, Action(0, "Mine", "otif", SEGMENT, origin=f"alert:{firing.rule.name}:{firing.entity}"), at)
    assert "\n".join(told(workspace)["What to decide"]) != decide  # it is no longer among those


def test_it_is_a_report_like_any_other(workspace: Workspace, tmp_path: Path) -> None:
    done = run_report(workspace, "brief", ("csv", "xlsx"), tmp_path, language="en")
    frame = pd.read_csv(done.files[0])
    assert tuple(frame.columns[:2]) == ("Section", "Sentence")
    assert set(frame["Section"]) == set(told(workspace))
    assert not done.is_blank
