"""Alerts that are not in order, as pages and the weekly brief show them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fulfillment_bi.errors import FulfillmentError
from fulfillment_bi.insight.alert_check import Finding
from fulfillment_bi.insight.alert_rules import Rule, load_rules
from fulfillment_bi.insight.alert_state import AlertState
from fulfillment_bi.journal.alerts import alert_history, alert_states
from fulfillment_bi.journal.database import Journal, unhidden
from fulfillment_bi.operations.alerting import own_rules

ORDER = ("firing", "recovering", "pending")


@dataclass(frozen=True, slots=True)
class Standing:
    """An alert that is not in order: what its last check found, and where it stands."""

    finding: Finding
    state: AlertState


def open_journal(workspace: Any) -> Journal | None:
    """The journal; None while there is none, since a page makes no files, and for somebody with a scope."""
    journal = Journal(workspace.settings.home)
    return journal if journal.path.exists() and workspace.scope.is_everything else None


def standings(workspace: Any) -> list[Standing]:
    """Every alert that is not in order, the worst and newest first; those of rules that are gone are left out.

    Somebody with a scope sees those on members of it.
    """
    journal = Journal(workspace.settings.home)
    if not journal.path.exists():
        return []
    with unhidden():
        found = _standings(workspace, journal)
    return [one for one in found if workspace.scope.allows(one.finding.rule.per, one.finding.entity)]


def _standings(workspace: Any, journal: Journal) -> list[Standing]:
    rules = {rule.name: rule for rule in load_rules(own_rules(workspace.settings))}
    found = [
        Standing(_last(journal, rules[rule], entity), state)
        for (rule, entity), state in alert_states(journal).items()
        if state.status != "ok" and rule in rules
    ]
    found.sort(key=lambda one: one.state.since.isoformat() if one.state.since else "", reverse=True)
    found.sort(key=lambda one: (ORDER.index(one.state.status), one.finding.rule.severity != "critical"))
    return found


def count_firing(workspace: Any) -> int:
    """How many alerts fire now; 0 where the rules cannot be read, which the alerts page says."""
    try:
        return sum(one.state.status == "firing" for one in standings(workspace))
    except FulfillmentError:
        return 0


def _last(journal: Journal, rule: Rule, entity: str) -> Finding:
    """What the last check found; an evaluation that was pruned leaves its numbers open."""
    for one in alert_history(journal, rule.name, entity, 1):
        return Finding(rule, entity, "breached", one.value, one.line, one.usual, one.cases or 0.0)
    return Finding(rule, entity, "unknown", None, None, None, 0.0)
