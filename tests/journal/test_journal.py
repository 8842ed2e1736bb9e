"""The journal: transactions, migrations, other processes; alerts and their messages come and go together."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from fulfillment_bi.errors import WarehouseError
from fulfillment_bi.insight.alert_check import Finding
from fulfillment_bi.insight.alert_rules import Rule
from fulfillment_bi.insight.alert_state import Patience, Verdict
from fulfillment_bi.journal.alerts import Told, alert_history, alert_states, record_check, snooze_alert
from fulfillment_bi.journal.database import Journal, moment, stamp
from fulfillment_bi.journal.messages import (
    MOST_ATTEMPTS,
    Message,
    list_messages,
    put_messages,
    recover_messages,
    send_messages,
)
from fulfillment_bi.metrics.types import Text

AT = datetime(2026, 11, 1, 8)
LATE = Rule("late", Text("晚", "late"), "absolute", 0.05, patience=Patience())


def finding(verdict: Verdict, entity: str = "jd") -> Finding:
    return Finding(LATE, entity, verdict, 0.07, 0.05, None, 120)


def one_message(told: Sequence[Told]) -> list[Message]:
    body = " ".join(f"{one.finding.entity}:{one.change}" for one in told)
    return [Message("alert", f"{len(told)} alerts", body, recipient="robot")]


def check(journal: Journal, verdicts: dict[str, Verdict], at: datetime = AT, *, muted: bool = False) -> None:
    findings = [finding(verdict, entity) for entity, verdict in verdicts.items()]
    record_check(journal, findings, at, "v00000001", lambda _: muted, one_message)


def test_moments_keep_their_order_and_zone() -> None:
    shanghai = datetime(2026, 11, 1, 16, tzinfo=timezone(timedelta(hours=8)))
    assert stamp(AT) == stamp(shanghai) == "2026-11-01T08:00:00.000000+00:00"
    assert moment(stamp(shanghai)) == AT
    assert moment(None) is None
    assert stamp(AT) < stamp(AT + timedelta(microseconds=1)) < stamp(datetime.now(UTC) + timedelta(days=36_500))


def test_a_storm_is_one_message_and_states_survive(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    check(journal, {"jd": "breached", "tmall": "breached", "amazon": "cleared"})
    check(Journal(tmp_path), {"jd": "breached", "tmall": "cleared"}, AT + timedelta(hours=1))
    bodies = [one["body"] for one in reversed(list_messages(journal))]
    assert bodies == ["jd:fired tmall:fired", "tmall:recovered"]
    assert {key: state.status for key, state in alert_states(journal).items()} == {
        ("late", "jd"): "firing",
        ("late", "tmall"): "ok",
    }
    history = alert_history(journal, "late", "tmall")
    assert [(one.verdict, one.change) for one in history] == [("cleared", "recovered"), ("breached", "fired")]
    assert len(alert_history(journal)) == 5
    assert (history[1].value, history[1].line, history[1].cases, history[1].checked_at) == (0.07, 0.05, 120, AT)


def test_a_snooze_is_kept(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    snooze_alert(journal, ("late", "jd"), AT + timedelta(hours=2), "mei")
    check(journal, {"jd": "breached"})
    assert list_messages(journal) == []
    check(journal, {"jd": "breached"}, AT + timedelta(hours=2))
    assert [one["body"] for one in list_messages(journal)] == ["jd:fired"]


def test_a_failure_while_writing_messages_leaves_nothing(tmp_path: Path) -> None:
    journal = Journal(tmp_path)

    def fail(_: Sequence[Told]) -> list[Message]:
        raise RuntimeError("no words")

    with pytest.raises(RuntimeError, match="no words"):
        record_check(journal, [finding("breached")], AT, "v1", lambda _: False, fail)
    assert (alert_states(journal), alert_history(journal), list_messages(journal)) == ({}, [], [])


def test_messages_leave_once_in_order_and_failures_come_back(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    with journal.writing() as connection:
        put_messages(connection, [Message("alert", title, "", recipient="robot") for title in "abc"], AT)
    sent: list[str] = []

    def send(message: Message) -> None:
        if message.title == "b":
            raise OSError("no route")
        sent.append(message.title)

    assert [(one.title, error) for one, error in send_messages(journal, send, AT)] == [
        ("a", ""),
        ("b", "no route"),
        ("c", ""),
    ]
    assert send_messages(journal, send, AT) == []
    later = AT
    for _ in range(MOST_ATTEMPTS + 3):
        later += timedelta(hours=1)
        send_messages(journal, send, later)
    kept = {one["title"]: (one["status"], one["attempts"]) for one in list_messages(journal)}
    assert kept == {"a": ("sent", 1), "b": ("failed", MOST_ATTEMPTS), "c": ("sent", 1)}
    assert sent == ["a", "c"]


CRASH = """
import os, sys
from datetime import datetime
from pathlib import Path
from fulfillment_bi.journal.database import Journal
from fulfillment_bi.journal.messages import send_messages
send_messages(Journal(Path(sys.argv[1])), lambda message: os._exit(9), datetime(2026, 11, 1, 9))
"""


def test_a_crash_between_change_and_sending_loses_nothing_and_says_it_may_repeat(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    check(journal, {"jd": "breached"})
    crashed = subprocess.run([sys.executable, "-c", CRASH, str(tmp_path)], check=False, env=os.environ)
    assert crashed.returncode == 9
    assert recover_messages(journal) == 1
    seen: list[Message] = []
    send_messages(journal, seen.append, AT + timedelta(hours=1))
    assert [(one.body, one.may_repeat) for one in seen] == [("jd:fired", True)]
    assert recover_messages(journal) == 0


def test_many_writers_at_once(tmp_path: Path) -> None:
    journals = [Journal(tmp_path) for _ in range(6)]

    def write(journal: Journal) -> None:
        for hour in range(5):
            check(journal, {"jd": "breached"}, AT + timedelta(hours=hour))

    threads = [threading.Thread(target=write, args=(journal,)) for journal in journals]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(alert_history(journals[0])) == 30
    assert len(list_messages(journals[0])) == 1


def test_the_file_is_private_and_a_damaged_one_says_so(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    check(journal, {"jd": "breached"})
    assert journal.path.stat().st_mode & 0o777 == 0o600
    for part in tmp_path.glob("journal.sqlite*"):
        part.unlink()
    journal.path.write_bytes(b"not a database" * 100)
    with pytest.raises(WarehouseError, match="journal cannot be used"):
        check(journal, {"jd": "breached"})


def test_a_migration_is_applied_once(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    for _ in range(2):
        with journal.reading() as connection:
            names = [row["name"] for row in connection.execute("SELECT name FROM migrations ORDER BY name")]
    assert names == sorted(set(names))
    assert "0001_alerts.sql" in names
    with pytest.raises(sqlite3.IntegrityError), journal.writing() as connection:
        connection.execute("INSERT INTO migrations VALUES ('0001_alerts.sql', '')")
