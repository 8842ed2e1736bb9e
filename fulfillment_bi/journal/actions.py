"""Actions and remedies in the journal: what was decided about a finding, by whom, and what came of it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from fulfillment_bi.errors import UsageError
from fulfillment_bi.insight.effect import Effect
from fulfillment_bi.journal.database import Journal, moment, stamp
from fulfillment_bi.metrics.query import Filter

Status = Literal["open", "acted", "closed"]


@dataclass(frozen=True, slots=True)
class Action:
    """One action on the part `segment` of `metric`. `expected` is the hoped-for effect in the metric's unit.

    open: to be done; acted: done on `acted_on`, its effect not yet known; closed: judged, or given up (no verdict).
    """

    id: int
    title: str
    metric: str
    segment: tuple[Filter, ...]
    owner: str = ""
    due_on: date | None = None
    acted_on: date | None = None
    expected: float | None = None
    origin: str = ""
    status: Status = "open"
    verdict: str | None = None
    effect: float | None = None
    effect_low: float | None = None
    effect_high: float | None = None
    verified_at: datetime | None = None
    version: str | None = None
    note: str = ""
    created_at: datetime | None = None
    created_by: str = ""


@dataclass(frozen=True, slots=True)
class Remedy:
    """What is known about one reason of complaint: the cause behind it and what fixed it."""

    id: int
    reason: str
    cause: str
    remedy: str
    action: int | None
    created_at: datetime | None
    created_by: str


def add_action(journal: Journal, action: Action, at: datetime) -> int:
    """Store a new action; returns its number (`action.id` is not looked at)."""
    with journal.writing() as connection:
        row = connection.execute(
            "INSERT INTO actions "
            "(created_at, created_by, title, owner, due_on, metric, segment, expected, origin, note) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
            (
                stamp(at),
                action.created_by,
                action.title,
                action.owner,
                action.due_on.isoformat() if action.due_on else None,
                action.metric,
                json.dumps([[item.dimension, list(item.values)] for item in action.segment], ensure_ascii=False),
                action.expected,
                action.origin,
                action.note,
            ),
        ).fetchone()
    return int(row["id"])


def list_actions(journal: Journal, status: str = "") -> list[Action]:
    """The actions, newest first; all unless a status is named."""
    with journal.reading() as connection:
        rows = connection.execute(
            "SELECT * FROM actions WHERE ?1 = '' OR status = ?1 ORDER BY id DESC", (status,)
        ).fetchall()
    return [_action(row) for row in rows]


def get_action(journal: Journal, number: int) -> Action:
    """One action. Raises UsageError when there is none of that number."""
    with journal.reading() as connection:
        row = connection.execute("SELECT * FROM actions WHERE id = ?", (number,)).fetchone()
    if row is None:
        raise UsageError(f"There is no action {number}.", hint="See `fbi actions list`.")
    return _action(row)


def mark_acted(journal: Journal, number: int, acted_on: date) -> None:
    """The action was carried out on that day; from the next its effect counts. Raises UsageError for a closed one."""
    action = get_action(journal, number)
    if action.status == "closed":
        raise UsageError(f"Action {number} is closed.", hint="Add a new one for a second try.")
    with journal.writing() as connection:
        connection.execute(
            "UPDATE actions SET status = 'acted', acted_on = ? WHERE id = ?", (acted_on.isoformat(), number)
        )


def close_action(
    journal: Journal, number: int, at: datetime, *, effect: Effect | None = None, version: str = "", note: str = ""
) -> None:
    """Close an action with what its verification found, or without (given up). Raises UsageError when there is none."""
    get_action(journal, number)
    found = (effect.verdict, effect.effect, effect.low, effect.high) if effect else (None, None, None, None)
    with journal.writing() as connection:
        connection.execute(
            "UPDATE actions SET status = 'closed', verdict = ?, effect = ?, effect_low = ?, effect_high = ?, "
            "verified_at = ?, version = ?, note = CASE WHEN ? = '' THEN note ELSE ? END WHERE id = ?",
            (*found, stamp(at), version or None, note, note, number),
        )


def add_remedy(
    journal: Journal, reason: str, cause: str, remedy: str, at: datetime, *, by: str = "", action: int | None = None
) -> int:
    """Store what fixed a reason of complaint; returns its number."""
    if action is not None:
        get_action(journal, action)
    with journal.writing() as connection:
        row = connection.execute(
            "INSERT INTO remedies (created_at, created_by, reason, cause, remedy, action) VALUES (?, ?, ?, ?, ?, ?) "
            "RETURNING id",
            (stamp(at), by, reason, cause, remedy, action),
        ).fetchone()
    return int(row["id"])


def list_remedies(journal: Journal, reasons: Sequence[str] = ()) -> list[Remedy]:
    """The knowledge base, newest first; only these reasons when named."""
    with journal.reading() as connection:
        rows = connection.execute("SELECT * FROM remedies ORDER BY id DESC").fetchall()
    return [
        Remedy(
            row["id"],
            row["reason"],
            row["cause"],
            row["remedy"],
            row["action"],
            moment(row["created_at"]),
            row["created_by"],
        )
        for row in rows
        if not reasons or row["reason"] in reasons
    ]


def _action(row: sqlite3.Row) -> Action:
    return Action(
        id=row["id"],
        title=row["title"],
        metric=row["metric"],
        segment=tuple(Filter(name, tuple(values)) for name, values in json.loads(row["segment"])),
        owner=row["owner"],
        due_on=_day(row["due_on"]),
        acted_on=_day(row["acted_on"]),
        expected=row["expected"],
        origin=row["origin"],
        status=row["status"],
        verdict=row["verdict"],
        effect=row["effect"],
        effect_low=row["effect_low"],
        effect_high=row["effect_high"],
        verified_at=moment(row["verified_at"]),
        version=row["version"],
        note=row["note"],
        created_at=moment(row["created_at"]),
        created_by=row["created_by"],
    )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
