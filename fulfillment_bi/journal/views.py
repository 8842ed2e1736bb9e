"""Saved views: a name for a page in one state, so that a person, a report or a colleague can ask for it again."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from fulfillment_bi.errors import UnknownNameError, UsageError
from fulfillment_bi.journal.database import Journal, moment, stamp

LONGEST_NAME = 80
LONGEST_STATE = 4_000
PREFIX = "view:"
"""In front of a view's name where a report or a command takes names of several kinds."""


@dataclass(frozen=True, slots=True)
class SavedView:
    """`page` is a path such as /explore, `state` its query string without "?". Times are UTC."""

    name: str
    page: str
    state: str
    created_at: datetime
    changed_at: datetime
    created_by: str = ""

    @property
    def address(self) -> str:
        """The view's link, relative to the server."""
        return f"{self.page}?{self.state}" if self.state else self.page


def save_view(journal: Journal, name: str, page: str, state: str, by: str, at: datetime) -> SavedView:
    """Keep a view under `name`; one that exists is replaced and keeps who first made it. Raises UsageError."""
    called = check_name(name)
    if not page.startswith("/") or page.startswith("//"):
        raise UsageError(f"'{page}' is no page of ours.", where=called, hint="Give a path such as /explore.")
    if len(state) > LONGEST_STATE:
        what = f"The view has {len(state):,} characters; {LONGEST_STATE:,} are kept."
        raise UsageError(what, where=called, hint="Remove some of its filters.")
    with journal.writing() as connection:
        connection.execute(
            "INSERT INTO saved_views (name, page, state, created_at, changed_at, created_by) "
            "VALUES (?1, ?2, ?3, ?4, ?4, ?5) ON CONFLICT (name) DO UPDATE SET page = excluded.page, "
            "state = excluded.state, changed_at = excluded.changed_at",
            (called, page, state.removeprefix("?"), stamp(at), by.strip()[:LONGEST_NAME]),
        )
        return _get(connection, called)


def list_views(journal: Journal) -> list[SavedView]:
    """Every saved view, by name."""
    with journal.reading() as connection:
        return [_view(row) for row in connection.execute("SELECT * FROM saved_views ORDER BY name COLLATE NOCASE")]


def get_view(journal: Journal, name: str) -> SavedView:
    """The view called `name`, with or without the prefix "view:". Raises UnknownNameError with the nearest names."""
    with journal.reading() as connection:
        return _get(connection, name.removeprefix(PREFIX).strip())


def rename_view(journal: Journal, name: str, new: str, at: datetime) -> SavedView:
    """Give a view another name. Raises UnknownNameError, and UsageError where the new name is taken."""
    called = check_name(new)
    with journal.writing() as connection:
        _get(connection, name)
        taken = connection.execute("SELECT 1 FROM saved_views WHERE name = ?", (called,)).fetchone()
        if taken and called != name:
            raise UsageError(f"There is a view '{called}' already.", hint="Take another name, or delete that one.")
        connection.execute("UPDATE saved_views SET name = ?, changed_at = ? WHERE name = ?", (called, stamp(at), name))
        return _get(connection, called)


def delete_view(journal: Journal, name: str) -> None:
    """Forget a view. Raises UnknownNameError."""
    with journal.writing() as connection:
        _get(connection, name)
        connection.execute("DELETE FROM saved_views WHERE name = ?", (name,))


def check_name(name: str) -> str:
    """The name as it is kept. Raises UsageError for one that is empty, too long or not one line of text."""
    called = " ".join(name.split())
    if not called or len(called) > LONGEST_NAME or not called.isprintable():
        what = "A view needs a name." if not called else f"The name '{called[:40]!a}' cannot be used."
        raise UsageError(what, hint=f"Give one line of at most {LONGEST_NAME} characters.")
    return called


def _get(connection: sqlite3.Connection, name: str) -> SavedView:
    row = connection.execute("SELECT * FROM saved_views WHERE name = ?", (name,)).fetchone()
    if row is None:
        raise UnknownNameError("view", name, [each["name"] for each in connection.execute("SELECT * FROM saved_views")])
    return _view(row)


def _view(row: sqlite3.Row) -> SavedView:
    created, changed = moment(row["created_at"]), moment(row["changed_at"])
    assert created is not None
    assert changed is not None
    return SavedView(row["name"], row["page"], row["state"], created, changed, row["created_by"])
