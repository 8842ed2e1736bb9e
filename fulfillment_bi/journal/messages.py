"""The outbox: messages leave one by one, each claimed before it is sent, so that a crash loses none.

A message found claimed but not sent after a crash is sent again, marked as one that may have arrived before: the
receiver cannot be asked, and a repeated alert is better than a lost one.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from fulfillment_bi.journal.database import Journal, stamp

MOST_ATTEMPTS = 5
FIRST_PAUSE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Message:
    """Something to be told. `recipient` names one channel of delivery; without any the message is kept, not sent.

    `attachments` are paths of files that go along, `run` the report run it belongs to; `owner` is the channel that is
    told when it cannot be delivered.
    """

    kind: str
    title: str
    body: str
    link: str = ""
    recipient: str = ""
    may_repeat: bool = False
    id: int = 0
    attempts: int = 0
    attachments: tuple[str, ...] = ()
    run: int | None = None
    owner: str = ""


def put_messages(connection: sqlite3.Connection, messages: Sequence[Message], at: datetime) -> None:
    """Add messages within the caller's transaction."""
    connection.executemany(
        "INSERT INTO messages (created_at, kind, title, body, link, recipient, status, attachments, run, owner) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                stamp(at),
                one.kind,
                one.title,
                one.body,
                one.link,
                one.recipient,
                "waiting" if one.recipient else "kept",
                json.dumps(one.attachments),
                one.run,
                one.owner,
            )
            for one in messages
        ],
    )


def recover_messages(journal: Journal) -> int:
    """Put back what a crashed sender had claimed; the number of messages that may go out twice.

    Call it when no other sender runs.
    """
    with journal.writing() as connection:
        return connection.execute(
            "UPDATE messages SET status = 'waiting', may_repeat = 1, next_at = NULL WHERE status = 'sending'"
        ).rowcount


def send_messages(
    journal: Journal,
    send: Callable[[Message], None],
    at: datetime,
    given_up: Callable[[Message, str], Sequence[Message]] = lambda _message, _error: (),
) -> list[tuple[Message, str]]:
    """Send what waits, oldest first. Returns each message with its error, empty when it was sent.

    A failed one is tried again later, after a pause that doubles, MOST_ATTEMPTS times in all; then it is given up, and
    what `given_up` writes is put into the outbox with that.
    """
    done: list[tuple[Message, str]] = []
    while (message := _claim(journal, at, tuple(one.id for one, _ in done))) is not None:
        try:
            send(message)
        except Exception as error:
            done.append((message, str(error) or type(error).__name__))
            is_last = message.attempts >= MOST_ATTEMPTS
            _put_back(journal, message, done[-1][1], given_up(message, done[-1][1]) if is_last else (), at)
        else:
            done.append((message, ""))
            _mark_sent(journal, message, at)
    return done


def count_told(journal: Journal, kind: str, since: datetime) -> int:
    """How often messages of the kind were written after `since`; those written together count as one."""
    with journal.reading(by_system=True) as connection:
        row = connection.execute(
            "SELECT count(DISTINCT created_at) AS times FROM messages WHERE kind = ? AND created_at > ?",
            (kind, stamp(since)),
        ).fetchone()
    return int(row["times"])


def list_messages(journal: Journal, limit: int = 100) -> list[dict[str, Any]]:
    """The messages as they stand, newest first."""
    with journal.reading() as connection:
        rows = connection.execute("SELECT * FROM messages ORDER BY id DESC LIMIT ?", (limit,)).fetchall()
    return [dict(row) for row in rows]


def _claim(journal: Journal, at: datetime, tried: tuple[int, ...]) -> Message | None:
    """The next message, marked as being sent; none again of those already tried in this round."""
    with journal.writing() as connection:
        for row in connection.execute("SELECT * FROM messages WHERE status = 'waiting' ORDER BY id").fetchall():
            if row["id"] in tried or (row["next_at"] or "") > stamp(at):
                continue
            connection.execute(
                "UPDATE messages SET status = 'sending', attempts = attempts + 1, next_at = ? WHERE id = ?",
                (stamp(at + _pause(row["attempts"])), row["id"]),
            )
            return Message(
                row["kind"],
                row["title"],
                row["body"],
                row["link"],
                row["recipient"],
                bool(row["may_repeat"]),
                row["id"],
                row["attempts"] + 1,
                tuple(json.loads(row["attachments"])),
                row["run"],
                row["owner"],
            )
    return None


def _pause(attempts: int) -> timedelta:
    return timedelta(seconds=FIRST_PAUSE.total_seconds() * 2**attempts)


def _put_back(journal: Journal, message: Message, error: str, told: Sequence[Message], at: datetime) -> None:
    status = "failed" if message.attempts >= MOST_ATTEMPTS else "waiting"
    with journal.writing() as connection:
        connection.execute("UPDATE messages SET status = ?, error = ? WHERE id = ?", (status, error, message.id))
        put_messages(connection, told, at)


def _mark_sent(journal: Journal, message: Message, at: datetime) -> None:
    with journal.writing() as connection:
        connection.execute(
            "UPDATE messages SET status = 'sent', sent_at = ?, error = NULL WHERE id = ?", (stamp(at), message.id)
        )
