"""Signed-in browsers, and keys for programs and screens. Secrets are random; the journal keeps their hashes only."""

from __future__ import annotations

import hashlib
import json
import secrets
import sqlite3
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from fulfillment_bi.errors import UnknownNameError, UsageError
from fulfillment_bi.journal.accounts import Account, check_role
from fulfillment_bi.journal.database import Journal, moment, stamp
from fulfillment_bi.warehouse.scope import EVERYTHING, Scope, make_scope

LIFE = timedelta(hours=12)
IDLE = timedelta(hours=2)
SEEN_EVERY = timedelta(minutes=1)
"""How exactly the journal knows when a session was last used: it is written no more often."""
PREFIX = "fbi_"
Kind = Literal["api", "kiosk"]


@dataclass(frozen=True, slots=True)
class Token:
    """A key for a program or a screen; the key itself is not known any more."""

    id: int
    name: str
    kind: Kind
    role: str
    scope: Scope
    created_by: str
    expires_at: datetime | None
    revoked_at: datetime | None
    used_at: datetime | None

    def works(self, now: datetime) -> bool:
        """Whether it opens anything at `now` (UTC)."""
        return self.revoked_at is None and self.expires_at is not None and now < self.expires_at


def start_session(journal: Journal, now: datetime, *, user: str | None = None, token: Token | None = None) -> str:
    """Sign a browser in, as a user or by a screen's key, and return the secret for its cookie."""
    secret = secrets.token_urlsafe(32)
    ends = now + LIFE if token is None or token.expires_at is None else token.expires_at
    with journal.writing(by_system=True) as connection:
        connection.execute("DELETE FROM sessions WHERE expires_at < ?", (stamp(now),))
        connection.execute(
            "INSERT INTO sessions VALUES (?, ?, ?, ?, ?, ?)",
            (_hash(secret), user, token.id if token else None, stamp(now), stamp(now), stamp(ends)),
        )
    return secret


def account_of_session(journal: Journal, secret: str, now: datetime) -> Account | None:
    """Who is signed in by this cookie; None when it is unknown, over, or was not used for too long."""
    with journal.reading(by_system=True) as connection:
        row = connection.execute("SELECT * FROM sessions WHERE secret = ?", (_hash(secret),)).fetchone()
        user = token = None
        if row is not None and row["user"] is not None:
            user = connection.execute("SELECT * FROM users WHERE name = ?", (row["user"],)).fetchone()
        elif row is not None:
            token = connection.execute("SELECT * FROM tokens WHERE id = ?", (row["token"],)).fetchone()
    if row is None or stamp(now) >= row["expires_at"]:
        return None
    seen = moment(row["seen_at"])
    if user is not None and (seen is None or now - seen > IDLE):
        return None
    if seen is None or now - seen > SEEN_EVERY:
        with journal.writing(by_system=True) as connection:
            connection.execute("UPDATE sessions SET seen_at = ? WHERE secret = ?", (stamp(now), _hash(secret)))
    if user is not None:
        return Account(user["name"], user["role"], make_scope(json.loads(user["scope"])), "user")
    return _account(_token(token), now) if token is not None else None


def end_session(journal: Journal, secret: str) -> None:
    """Sign the browser out; an unknown secret is fine."""
    with journal.writing(by_system=True) as connection:
        connection.execute("DELETE FROM sessions WHERE secret = ?", (_hash(secret),))


def add_token(
    journal: Journal,
    name: str,
    kind: Kind,
    now: datetime,
    expires_at: datetime,
    *,
    role: str = "viewer",
    scope: Scope = EVERYTHING,
    by: str = "",
) -> tuple[int, str]:
    """Store a new key; returns its number and the key, which cannot be read again. Raises UsageError."""
    check_role(role)
    if role == "admin" or (kind == "kiosk" and role != "viewer"):
        raise UsageError(f"A {kind} key cannot be {role}.", hint="Use viewer; for api also analyst or editor.")
    if expires_at <= now:
        raise UsageError("A key cannot end before it begins.", hint="Give a later --expires.")
    secret = PREFIX + secrets.token_urlsafe(32)
    with journal.writing() as connection:
        row = connection.execute(
            "INSERT INTO tokens (name, kind, role, scope, secret, created_at, created_by, expires_at) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
            (
                name,
                kind,
                role,
                json.dumps(scope.as_lists(), ensure_ascii=False),
                _hash(secret),
                stamp(now),
                by,
                stamp(expires_at),
            ),
        ).fetchone()
    return int(row["id"]), secret


def list_tokens(journal: Journal) -> list[Token]:
    """Every key ever made, newest first."""
    with journal.reading(by_system=True) as connection:
        return [_token(row) for row in connection.execute("SELECT * FROM tokens ORDER BY id DESC")]


def revoke_token(journal: Journal, number: int, now: datetime) -> None:
    """End a key and the sessions it opened. Raises UnknownNameError when there is none of that number."""
    with journal.writing() as connection:
        known = [str(row["id"]) for row in connection.execute("SELECT id FROM tokens")]
        if str(number) not in known:
            raise UnknownNameError("key", str(number), known)
        connection.execute("UPDATE tokens SET revoked_at = coalesce(revoked_at, ?) WHERE id = ?", (stamp(now), number))
        connection.execute("DELETE FROM sessions WHERE token = ?", (number,))


def find_token(journal: Journal, secret: str, now: datetime) -> Token | None:
    """The key that this secret is, if it still works."""
    if not secret.startswith(PREFIX):
        return None
    with journal.reading(by_system=True) as connection:
        row = connection.execute("SELECT * FROM tokens WHERE secret = ?", (_hash(secret),)).fetchone()
    found = _token(row) if row is not None else None
    if found is None or not found.works(now):
        return None
    if found.used_at is None or now - found.used_at > SEEN_EVERY:
        with journal.writing(by_system=True) as connection:
            connection.execute("UPDATE tokens SET used_at = ? WHERE id = ?", (stamp(now), found.id))
    return found


def account_of_token(token: Token) -> Account:
    """Who asks with this key."""
    return Account(f"{token.kind}:{token.name}", token.role, token.scope, token.kind)


def _account(token: Token, now: datetime) -> Account | None:
    return account_of_token(token) if token.works(now) else None


def _token(row: sqlite3.Row) -> Token:
    return Token(
        row["id"],
        row["name"],
        row["kind"],
        row["role"],
        make_scope(json.loads(row["scope"])),
        row["created_by"],
        moment(row["expires_at"]),
        moment(row["revoked_at"]),
        moment(row["used_at"]),
    )


def _hash(secret: str) -> str:
    # A random secret of 256 bits needs no slow hash: there is nothing to guess.
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
