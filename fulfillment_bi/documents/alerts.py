"""Where alerts stand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fulfillment_bi.documents.plain import plain
from fulfillment_bi.insight.alert_rules import load_rules
from fulfillment_bi.journal.alerts import alert_states
from fulfillment_bi.journal.database import Journal, unhidden
from fulfillment_bi.operations.alerting import own_rules

if TYPE_CHECKING:
    from fulfillment_bi.insight.alert_state import AlertState
    from fulfillment_bi.workspace import Workspace


def alert_list(workspace: Workspace) -> list[dict[str, Any]]:
    """Every alert that was ever not in order, by rule and entity, within the workspace's scope; times are UTC."""
    rules = {rule.name: rule for rule in load_rules(own_rules(workspace.settings))}
    with unhidden():
        states = alert_states(Journal(workspace.settings.home))
    return [
        _document(rule, entity, state)
        for (rule, entity), state in sorted(states.items())
        if workspace.scope.allows(rules[rule].per if rule in rules else "", entity)
    ]


def _document(rule: str, entity: str, state: AlertState) -> dict[str, Any]:
    document = plain(state, "Z")
    assert isinstance(document, dict)
    return {"rule": rule, "entity": entity, **document}
