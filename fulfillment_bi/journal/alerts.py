"""Alert states and evaluations in the journal, changed together with the messages they cause."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fulfillment_bi.insight.alert_check import Finding
from fulfillment_bi.insight.alert_state import AlertState, Change, advance, snooze
from fulfillment_bi.journal.database import Journal, moment, stamp
from fulfillment_bi.journal.messages import Message, put_messages

Key = tuple[str, str]
"""(rule, entity)"""


@dataclass(frozen=True, slots=True)
class Told:
    """One alert that changed in a way people must know of."""

    finding: Finding
    change: Change
    state: AlertState


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One line of an alert's history. Times are UTC; `change` None when nobody was told anything."""

    checked_at: datetime
    version: str
    rule: str
    entity: str
    verdict: str
    status: str
    change: str | None
    value: float | None
    line: float | None
    usual: float | None
    cases: float | None


def record_check(
    journal: Journal,
    findings: Sequence[Finding],
    at: datetime,
    version: str,
    is_muted: Callable[[Finding], bool],
    write_messages: Callable[[Sequence[Told]], Sequence[Message]],
) -> list[tuple[Finding, AlertState, Change | None]]:
    """Advance every alert by one evaluation; states, history and messages are stored in one transaction.

    `write_messages` turns all changes of this check into messages, so that a storm can be told as one.
    """
    with journal.writing() as connection:
        states = _states(connection)
        done = []
        for finding in findings:
            key = finding.rule.name, finding.entity
            before = states.get(key, AlertState())
            after, change = advance(before, finding.verdict, at, finding.rule.patience, is_muted=is_muted(finding))
            if after != before:
                _keep(connection, key, after)
            done.append((finding, after, change))
        _remember(connection, done, at, version)
        told = [Told(finding, change, state) for finding, state, change in done if change is not None]
        put_messages(connection, write_messages(told) if told else (), at)
        return done


def alert_states(journal: Journal) -> dict[Key, AlertState]:
    """Where every alert stands that was ever not in order."""
    with journal.reading() as connection:
        return _states(connection)


def alert_history(journal: Journal, rule: str = "", entity: str = "", limit: int = 200) -> list[Evaluation]:
    """What was found, newest first; all rules and members unless named."""
    with journal.reading() as connection:
        rows = connection.execute(
            "SELECT * FROM alert_evaluations WHERE (?1 = '' OR rule = ?1) AND (?2 = '' OR entity = ?2) "
            "ORDER BY id DESC LIMIT ?3",
            (rule, entity, limit),
        ).fetchall()
    return [_evaluation(row) for row in rows]


def snooze_alert(journal: Journal, key: Key, until: datetime, by: str) -> None:
    """Hold back messages of one alert until then."""
    with journal.writing() as connection:
        state = snooze(_states(connection).get(key, AlertState()), until)
        _keep(connection, key, state)
        connection.execute("UPDATE alert_states SET snoozed_by = ? WHERE rule = ? AND entity = ?", (by, *key))


def _states(connection: sqlite3.Connection) -> dict[Key, AlertState]:
    return {
        (row["rule"], row["entity"]): AlertState(
            row["status"],
            moment(row["since"]),
            moment(row["fired_at"]),
            moment(row["told_at"]),
            moment(row["snoozed_until"]),
        )
        for row in connection.execute("SELECT * FROM alert_states")
    }


def _keep(connection: sqlite3.Connection, key: Key, state: AlertState) -> None:
    times = [stamp(at) if at else None for at in (state.since, state.fired_at, state.told_at, state.snoozed_until)]
    connection.execute(
        "INSERT INTO alert_states (rule, entity, status, since, fired_at, told_at, snoozed_until) "
        "VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (rule, entity) DO UPDATE SET status = excluded.status, "
        "since = excluded.since, fired_at = excluded.fired_at, told_at = excluded.told_at, "
        "snoozed_until = excluded.snoozed_until",
        (*key, state.status, *times),
    )


def _remember(
    connection: sqlite3.Connection,
    done: Sequence[tuple[Finding, AlertState, Change | None]],
    at: datetime,
    version: str,
) -> None:
    connection.executemany(
        "INSERT INTO alert_evaluations "
        "(checked_at, version, rule, entity, verdict, status, change, value, line, usual, cases) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (stamp(at), version, f.rule.name, f.entity, f.verdict, s.status, c, f.value, f.line, f.usual, f.n)
            for f, s, c in done
        ],
    )


def _evaluation(row: Mapping[str, Any]) -> Evaluation:
    checked_at = moment(row["checked_at"])
    assert checked_at is not None
    names = ("version", "rule", "entity", "verdict", "status", "change", "value", "line", "usual", "cases")
    return Evaluation(checked_at, *(row[name] for name in names))
