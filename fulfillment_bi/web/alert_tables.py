"""The alerts page as tables: every alert that is not in order, every action, message and remedy, for files."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from fulfillment_bi.filters import describe_filter
from fulfillment_bi.insight.alert_rules import load_rules
from fulfillment_bi.journal.actions import list_actions, list_remedies
from fulfillment_bi.journal.alerts import alert_history
from fulfillment_bi.metrics.resolve import get_metric
from fulfillment_bi.operations.alert_words import name_entity
from fulfillment_bi.operations.alerting import last_day, own_rules
from fulfillment_bi.operations.recurrence import recurrence
from fulfillment_bi.operations.standing import open_journal, standings
from fulfillment_bi.reports.table import Stamp, Table
from fulfillment_bi.web.state import View

MOST_HISTORY = 50_000


def firing(view: View, workspace: Any) -> Table:
    """Alerts that fire, recover or are about to fire, with value and line in the metric's own unit."""
    rows = [
        (
            one.state.status,
            one.finding.rule.name,
            one.finding.rule.label.of(view.language),
            one.finding.entity,
            name_entity(one.finding, view.language),
            one.finding.value,
            one.finding.line,
            one.finding.rule.severity,
            one.state.since,
        )
        for one in standings(workspace)
    ]
    columns = ("status", "rule", "label", "entity", "where", "value", "line", "severity", "since_utc")
    return _table(view, "firing", columns, rows)


def actions(view: View, workspace: Any) -> Table:
    """Every action with its effect and interval."""
    journal = open_journal(workspace)
    rows = [
        (
            one.id,
            one.title,
            get_metric(one.metric).label.of(view.language),
            "; ".join(describe_filter(item, view.language) for item in one.segment),
            one.owner,
            one.due_on,
            one.acted_on,
            one.status,
            one.verdict,
            one.effect,
            one.effect_low,
            one.effect_high,
            one.expected,
            one.created_by,
        )
        for one in (list_actions(journal) if journal is not None else [])
    ]
    columns = (
        *("number", "action", "metric", "part", "owner", "due", "acted", "status", "verdict", "effect", "effect_low"),
        *("effect_high", "expected", "written_by"),
    )
    return _table(view, "actions", columns, rows)


def history(view: View, workspace: Any) -> Table:
    """What was told of alerts, newest first."""
    journal = open_journal(workspace)
    rules = {rule.name: rule for rule in load_rules(own_rules(workspace.settings))}
    rows = [
        (one.checked_at, one.rule, one.entity, one.change, one.value, one.line, one.usual, one.cases, one.version)
        for one in (alert_history(journal, limit=MOST_HISTORY) if journal is not None else [])
        if one.change and one.rule in rules
    ]
    columns = ("checked_utc", "rule", "entity", "change", "value", "line", "usual", "cases", "version")
    return _table(view, "history", columns, rows)


def remedies(view: View, workspace: Any) -> Table:
    """What is known about complaints."""
    journal = open_journal(workspace)
    written = list_remedies(journal) if journal is not None else []
    today = last_day(workspace)
    found = [(one, recurrence(workspace, one, today)) for one in written]
    rows = [
        (
            *(one.reason, one.cause, one.remedy),
            *((came.before, came.since) if came else (None, None)),
            *(one.created_at, one.created_by),
        )
        for one, came in found
    ]
    columns = ("reason", "cause", "remedy", "a_week_before", "a_week_since", "written_utc", "written_by")
    return _table(view, "remedies", columns, rows)


def _table(view: View, name: str, columns: tuple[str, ...], rows: Iterable[tuple[Any, ...]]) -> Table:
    stamp = Stamp(view.as_of, view.timezone, "all", view.version)
    return Table(name, columns, tuple(rows), stamp)
