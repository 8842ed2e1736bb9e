"""One check of all alert rules: ask, judge, remember, and write the messages that people must get."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from fulfillment_bi.errors import FulfillmentError
from fulfillment_bi.filters import PageState, to_url
from fulfillment_bi.insight.alert_check import EVERYTHING, Finding, check_rules
from fulfillment_bi.insight.alert_rules import load_rules
from fulfillment_bi.insight.alert_state import AlertState, Change
from fulfillment_bi.insight.why import explain
from fulfillment_bi.journal.alerts import Told, record_check
from fulfillment_bi.journal.database import Journal
from fulfillment_bi.journal.messages import Message, count_told
from fulfillment_bi.metrics.query import Filter, Query
from fulfillment_bi.operations.alert_words import tell_alerts
from fulfillment_bi.operations.delivery import channels
from fulfillment_bi.settings import Settings
from fulfillment_bi.workspace import Workspace

OWN_RULES = "alerts.toml"
STORM_MESSAGES, STORM_HOURS = 3, 1
"""After so many messages within so many hours, what is not critical waits for the end of that time, and goes as one."""
MOST_EXPLAINED = 5
"""Alerts of one check that carry their why; a storm of hundreds has one cause, and no one reads hundreds."""


@dataclass(frozen=True, slots=True)
class Checked:
    """One finding with the state it led to, and what was told about it, if anything."""

    finding: Finding
    state: AlertState
    change: Change | None


@dataclass(frozen=True, slots=True)
class Check:
    """One check. `at` is the moment it was made, UTC; `version` what it looked at."""

    at: datetime
    today: date
    version: str
    results: tuple[Checked, ...]


def own_rules(settings: Settings) -> Path:
    """The file with the user's own rules, which need not exist."""
    return settings.alerts if settings.alerts is not None else settings.home / OWN_RULES


def check_alerts(workspace: Workspace, journal: Journal, at: datetime | None = None) -> Check:
    """Evaluate every rule once on the current version and store what follows, messages included.

    `at` (UTC, default now) is the clock of durations and reminders. Raises SettingsError for a rule that cannot be
    used, NoVersionError before the first load.
    """
    now = (at or datetime.now(UTC)).replace(tzinfo=None)
    rules = load_rules(own_rules(workspace.settings))
    with workspace.pinned() as pinned:
        today = last_day(pinned)
        version = pinned.info.id if pinned.info else ""
        is_muted = workspace.settings.is_muted(now)
        is_storm = count_told(journal, "alert", now - timedelta(hours=STORM_HOURS)) >= STORM_MESSAGES
        findings = check_rules(pinned, rules, today, _ages(pinned, now), _refused(pinned))
        done = record_check(
            journal,
            findings,
            now,
            version,
            lambda finding: is_muted or (is_storm and finding.rule.severity != "critical"),
            lambda told: _messages(pinned, told, today),
        )
    return Check(now, today, version, tuple(Checked(*one) for one in done))


def last_day(workspace: Workspace) -> date:
    """The business day on which the data end."""
    as_of = workspace.run(Query(("orders",))).as_of
    if not as_of:
        return datetime.now(workspace.settings.zone).date()
    return datetime.fromisoformat(as_of).astimezone(workspace.settings.zone).date()


def _ages(workspace: Workspace, now: datetime) -> dict[str, timedelta]:
    """How old each source's newest event is; a source without events (a product list) has no age."""
    ages: dict[str, timedelta] = {}
    for row in workspace.freshness():
        if row.newest is not None:
            ages[row.source] = min(now - row.newest, ages.get(row.source, timedelta.max))
    return ages


def _refused(workspace: Workspace) -> dict[str, tuple[int, int]]:
    """Rows refused and read of each source's newest load: all its files in the version that came last for it."""
    newest: dict[str, str] = {}
    found: dict[str, tuple[int, int]] = {}
    for row in workspace.loads():
        if row.read and newest.setdefault(row.source, row.version) == row.version:
            rows, read = found.get(row.source, (0, 0))
            found[row.source] = rows + row.quarantined, read + row.read
    return found


def _messages(workspace: Workspace, told: Sequence[Told], today: date) -> list[Message]:
    """All changes of one check as one message, the first few with their why."""
    settings = workspace.settings
    reasons = {}
    fired = [one for one in told if one.change == "fired" and one.finding.rule.query is not None]
    for one in fired[:MOST_EXPLAINED]:
        reason = explain_finding(workspace, one.finding, today, settings.language)
        if reason:
            reasons[one.finding.rule.name, one.finding.entity] = reason
    title, body = tell_alerts(told, reasons, settings.language)
    base = (settings.public_url or "").rstrip("/")
    link = base + view_of(told[0].finding, today) if base else ""
    return [Message("alert", title, body, link, recipient) for recipient in channels(settings) or ("",)]


def explain_finding(workspace: Workspace, finding: Finding, today: date, language: str) -> str:
    """Why the number moved, as a sentence; empty for what has no bridge (the age of data, a quantile)."""
    query = question_behind(finding, today)
    if query is None:
        return ""
    try:
        why = explain(workspace, query.but(by=()), "previous")
    except FulfillmentError:
        return ""
    # With nothing to count before there is nothing to explain.
    return why.sentence.of(language) if why.bridge.change is not None else ""


def question_behind(finding: Finding, today: date) -> Query | None:
    """The query that gives the finding's value, over the rule's days; None for the age of data."""
    rule = finding.rule
    if rule.query is None:
        return None
    where = rule.query.where
    if rule.per and finding.entity != EVERYTHING:
        where = (*where, Filter(rule.per, (finding.entity,)))
    return rule.query.but(by=(), where=where, start=today - timedelta(days=rule.days - 1), end=today)


def view_of(finding: Finding, today: date) -> str:
    """The address of the page that shows the finding, with its filters and its days."""
    query = question_behind(finding, today)
    if query is None:
        return "/data"
    state = PageState(
        preset="",
        start=query.start,
        end=query.end,
        compare="previous",
        basis=query.basis,
        level=query.level,
        event=query.event,
        promise=query.promise,
        causes=query.causes,
        params=(("metric", query.metrics[0]),),
    )
    for item in query.where:
        state = state.filtered(item.dimension, item.values)
    return f"/why{to_url(state)}"
