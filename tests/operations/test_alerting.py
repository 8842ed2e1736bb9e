"""The ready rules on real-looking data: every one of them can be evaluated, and what it finds can be told."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from fulfillment_bi.insight.alert_rules import ready_rules
from fulfillment_bi.journal.database import Journal
from fulfillment_bi.operations.alert_words import tell_alert
from fulfillment_bi.operations.alerting import check_alerts, explain_finding, view_of
from fulfillment_bi.settings import Settings
from fulfillment_bi.workspace import Workspace, open_workspace

AT = datetime(2026, 11, 1, 8)


@pytest.fixture
def workspace(own_home: Path) -> Iterator[Workspace]:
    with open_workspace(settings=Settings(home=own_home, language="en")) as opened:
        yield opened


def test_every_ready_rule_can_be_evaluated_and_told(workspace: Workspace) -> None:
    check = check_alerts(workspace, Journal(workspace.settings.home), AT)
    seen = {one.finding.rule.name for one in check.results}
    # Penalties at risk need penalty rules of one's own: without them there is nothing to watch.
    assert {rule.name for rule in ready_rules()} - seen <= {"penalty_at_risk"}
    for one in check.results:
        for language in ("zh", "en"):
            words = tell_alert(one.finding, "fired", language)
            assert one.finding.rule.label.of(language) in words
            explain_finding(workspace, one.finding, check.today, language)
        assert view_of(one.finding, check.today).startswith(("/why?", "/data"))


def test_refused_rows_are_those_of_the_newest_load(workspace: Workspace) -> None:
    check = check_alerts(workspace, Journal(workspace.settings.home), AT)
    found = {one.finding.entity: one.finding for one in check.results if one.finding.rule.name == "refused_rows"}
    for source, finding in found.items():
        loads = [row for row in workspace.loads() if row.source == source]
        refused, read = sum(row.quarantined for row in loads), sum(row.read for row in loads)
        assert (finding.value, finding.n) == (refused / read, read)
    assert sum(finding.n * (finding.value or 0) for finding in found.values()) > 0


def test_a_source_turns_stale_at_its_hour(workspace: Workspace) -> None:
    newest = max(row.newest for row in workspace.freshness() if row.newest is not None)
    journal = Journal(workspace.settings.home)

    def firing(hours: float) -> int:
        check = check_alerts(workspace, journal, newest + timedelta(hours=hours))
        stale = [one for one in check.results if one.finding.rule.name == "stale_feed"]
        return sum(one.finding.verdict == "breached" for one in stale)

    sources = len({row.source for row in workspace.freshness() if row.newest is not None})
    assert firing(26) < sources
    assert firing(26.001 + 24 * 400) == sources
