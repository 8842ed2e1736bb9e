"""The audit log: who saw, exported or changed what. Rows are only ever added, each chained to the one before."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from fulfillment_bi.journal.database import Journal, moment, stamp

MOST_TEXT = 500
START = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One event; `what` is a page, file, user or key, `outcome` ok, refused or failed."""

    id: int
    at: datetime | None
    account: str
    event: str
    what: str
    address: str
    outcome: str


def note(
    journal: Journal, at: datetime, account: str, event: str, what: str = "", address: str = "", outcome: str = "ok"
) -> None:
    """Add an entry. Control characters are dropped, so that an entry stays a line wherever it is printed."""
    fields = [stamp(at), *(_line(text) for text in (account, event, what, address, outcome))]
    with journal.writing(by_system=True) as connection:
        last = connection.execute("SELECT chain FROM audit ORDER BY id DESC LIMIT 1").fetchone()
        chain = _link(last["chain"] if last else START, fields)
        connection.execute(
            "INSERT INTO audit (at, account, event, what, address, outcome, chain) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (*fields, chain),
        )


def list_audit(journal: Journal, limit: int = 100, account: str = "", event: str = "") -> list[Entry]:
    """The newest entries first; only of an account or event when named."""
    with journal.reading(by_system=True) as connection:
        rows = connection.execute(
            "SELECT * FROM audit WHERE (?1 = '' OR account = ?1) AND (?2 = '' OR event = ?2) ORDER BY id DESC LIMIT ?3",
            (account, event, limit),
        ).fetchall()
    return [
        Entry(
            row["id"],
            moment(row["at"]),
            row["account"],
            row["event"],
            row["what"],
            row["address"],
            row["outcome"],
        )
        for row in rows
    ]


def count_failures(journal: Journal, now: datetime, within: timedelta, *, account: str = "", address: str = "") -> int:
    """Failed sign-ins in the time before `now`: of an account since its last success, or from an address."""
    since = stamp(now - within)
    with journal.reading(by_system=True) as connection:
        row = connection.execute(
            "SELECT count(*) AS failures FROM audit WHERE event = 'sign-in' AND outcome = 'failed' AND at > max(?1, "
            "coalesce((SELECT max(at) FROM audit WHERE event = 'sign-in' AND outcome = 'ok' "
            "AND account = ?2 COLLATE NOCASE AND ?2 <> ''), '')) "
            "AND (?2 = '' OR account = ?2 COLLATE NOCASE) AND (?3 = '' OR address = ?3)",
            (since, account, address),
        ).fetchone()
    return int(row["failures"])


def find_break(journal: Journal) -> int | None:
    """The number of the first entry that was changed, or follows one removed; None while the chain holds."""
    before = START
    with journal.reading(by_system=True) as connection:
        for row in connection.execute("SELECT * FROM audit ORDER BY id"):
            fields = [row[name] for name in ("at", "account", "event", "what", "address", "outcome")]
            if row["chain"] != _link(before, fields):
                return int(row["id"])
            before = row["chain"]
    return None


def _line(text: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in text)[:MOST_TEXT]


def _link(before: str, fields: list[str]) -> str:
    return hashlib.sha256(json.dumps([before, *fields], ensure_ascii=True).encode()).hexdigest()
