"""Users in the journal: names, roles, scopes, passwords hashed with Argon2id."""

from __future__ import annotations

import json
import re
import sqlite3
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Literal

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from fulfillment_bi.errors import UnknownNameError, UsageError
from fulfillment_bi.journal.database import Journal, moment, stamp
from fulfillment_bi.permissions import ROLES, permits
from fulfillment_bi.warehouse.scope import EVERYTHING, Scope, make_scope

LEAST_PASSWORD = 10
MOST_PASSWORD = 1024
"""Longer ones would only cost time to hash."""
_NAME = re.compile(r"[\w][\w.@+-]{0,99}")


@dataclass(frozen=True, slots=True)
class Account:
    """Who asks. open: nobody signs in here; user: signed in; api, kiosk: a key for a program or a screen."""

    name: str = ""
    role: str = "admin"
    scope: Scope = EVERYTHING
    kind: Literal["open", "user", "api", "kiosk"] = "open"

    def may(self, permission: str) -> bool:
        """Whether role and scope permit it."""
        return permits(self.role, permission, is_scoped=not self.scope.is_everything)


@dataclass(frozen=True, slots=True)
class User:
    """One user; `has_password` is False for one who only signs in through another system."""

    name: str
    role: str
    scope: Scope
    has_password: bool
    created_at: datetime | None


def add_user(
    journal: Journal, name: str, role: str, at: datetime, *, scope: Scope = EVERYTHING, password: str | None = None
) -> None:
    """Store a new user. Raises UsageError for a name that exists or cannot be, or a password that is too weak."""
    if not _NAME.fullmatch(name):
        raise UsageError(f"'{name}' cannot be a user name.", hint="Use letters, digits, and . _ - + @.")
    check_role(role)
    hashed = hash_password(password, name) if password is not None else None
    with journal.writing() as connection:
        try:
            connection.execute(
                "INSERT INTO users (name, role, scope, password, created_at, changed_at) VALUES (?, ?, ?, ?, ?, ?)",
                (name, role, json.dumps(scope.as_lists(), ensure_ascii=False), hashed, stamp(at), stamp(at)),
            )
        except sqlite3.IntegrityError:
            raise UsageError(f"There is a user '{name}' already.", hint="See `fbi users list`.") from None


def change_user(
    journal: Journal,
    name: str,
    at: datetime,
    *,
    role: str | None = None,
    scope: Scope | None = None,
    password: str | None = None,
) -> None:
    """Change what is given. A changed user has to sign in anew. Raises UnknownNameError for one who does not exist."""
    get_user(journal, name)
    if role is not None:
        check_role(role)
    limits = json.dumps(scope.as_lists(), ensure_ascii=False) if scope is not None else None
    hashed = hash_password(password, name) if password is not None else None
    with journal.writing() as connection:
        connection.execute(
            "UPDATE users SET role = coalesce(?, role), scope = coalesce(?, scope), password = coalesce(?, password), "
            "changed_at = ? WHERE name = ?",
            (role, limits, hashed, stamp(at), name),
        )
        connection.execute("DELETE FROM sessions WHERE user = ?", (name,))


def remove_user(journal: Journal, name: str) -> None:
    """Remove a user and end their sessions. Raises UnknownNameError for one who does not exist."""
    get_user(journal, name)
    with journal.writing() as connection:
        connection.execute("DELETE FROM users WHERE name = ?", (name,))


def list_users(journal: Journal) -> list[User]:
    """All users by name."""
    with journal.reading(by_system=True) as connection:
        return [_user(row) for row in connection.execute("SELECT * FROM users ORDER BY name")]


def get_user(journal: Journal, name: str) -> User:
    """One user. Raises UnknownNameError for one who does not exist."""
    found = {user.name.lower(): user for user in list_users(journal)}
    if name.lower() not in found:
        raise UnknownNameError("user", name, (user.name for user in found.values()))
    return found[name.lower()]


def has_users(journal: Journal) -> bool:
    """Whether anybody has to sign in. Makes no journal where there is none."""
    if not journal.path.exists():
        return False
    with journal.reading(by_system=True) as connection:
        return connection.execute("SELECT 1 FROM users LIMIT 1").fetchone() is not None


def check_password(journal: Journal, name: str, password: str) -> User | None:
    """The user, if the password is theirs. Takes as long where there is no such user."""
    with journal.reading(by_system=True) as connection:
        row = connection.execute("SELECT * FROM users WHERE name = ?", (name,)).fetchone()
    kept = row["password"] if row is not None and row["password"] else _nobody()
    try:
        right = len(password) <= MOST_PASSWORD and PasswordHasher().verify(kept, password)
    except (Argon2Error, InvalidHashError):
        right = False
    return _user(row) if right and row is not None and row["password"] else None


def hash_password(password: str, name: str) -> str:
    """The hash that is kept. Raises UsageError for a password that is too short, too long or the name."""
    if not LEAST_PASSWORD <= len(password) <= MOST_PASSWORD:
        raise UsageError("The password is too short or too long.", hint=f"Use at least {LEAST_PASSWORD} characters.")
    if password.lower() in (name.lower(), "password12", "1234567890") or len(set(password)) < 4:
        raise UsageError("The password is too easy to guess.", hint="A sentence is easy to keep in mind.")
    return PasswordHasher().hash(password)


def check_role(role: str) -> None:
    """Raises UnknownNameError for a role that does not exist."""
    if role not in ROLES:
        raise UnknownNameError("role", role, ROLES)


@cache
def _nobody() -> str:
    return PasswordHasher().hash("the password of nobody")


def _user(row: sqlite3.Row) -> User:
    return User(
        row["name"],
        row["role"],
        make_scope(json.loads(row["scope"])),
        row["password"] is not None,
        moment(row["created_at"]),
    )
