"""The ready rules on real-looking data: every one of them can be evaluated, and what it finds can be told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from fulfillment_bi.insight.alert_check import Finding
from fulfillment_bi.insight.alert_rules import Rule, ready_rules
from fulfillment_bi.insight.alert_state import AlertState, Verdict
from fulfillment_bi.journal.alerts import Told, alert_states
from fulfillment_bi.journal.database import Journal
from fulfillment_bi.journal.messages import list_messages
from fulfillment_bi.operations import alerting
from fulfillment_bi.operations.alert_words import tell_alert, tell_alerts
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


def finding(rule: Rule, entity: str, value: float, verdict: Verdict = "breached") -> Finding:
    return Finding(rule, entity, verdict, value, 0.05, None, 100)


def test_many_of_one_rule_are_one_line_with_the_worst_by_name() -> None:
    late = next(rule for rule in ready_rules() if rule.name == "supplier_late")
    told = [Told(finding(late, f"S{at}", 0.8 - at / 100), "fired", AlertState()) for at in range(30)]
    title, body = tell_alerts(told, {("supplier_late", "S29"): "because"}, "en")
    assert body.splitlines() == [
        "A supplier delivers late: 30 at once, worst S29 51.0%, S28 52.0%, S27 53.0%",
        "    because",
    ]
    assert "30" in title
    few, lines = tell_alerts(told[:3], {}, "en")
    assert len(lines.splitlines()) == 3
    assert few


def test_a_storm_over_several_checks_is_held_back_and_told_as_one(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = Journal(workspace.settings.home)
    late = next(rule for rule in ready_rules() if rule.name == "carrier_delay_swing")
    grave = next(rule for rule in ready_rules() if rule.name == "order_delay")
    found: list[Finding] = []
    monkeypatch.setattr(alerting, "check_rules", lambda *_: tuple(found))
    grave = replace(grave, patience=late.patience)
    sizes = []
    for minute in range(0, 80, 10):
        found.append(finding(late, f"C{minute}", 0.2))
        if minute == 50:
            found.append(finding(grave, "jd", 0.9))
        before = len(list_messages(journal))
        check_alerts(workspace, journal, AT + timedelta(minutes=minute))
        sizes.append(len(list_messages(journal)) - before)
    # Three messages, then silence but for what is critical, then all that waited in one.
    assert sizes == [1, 1, 1, 0, 0, 1, 0, 1]
    newest, critical = list_messages(journal)[:2]
    assert "Channel JD" in critical["body"]
    assert "C30" not in critical["body"]
    assert "4 at once" in newest["body"] or "5 at once" in newest["body"]
    assert all(state.told_at is not None for state in alert_states(journal).values())


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
