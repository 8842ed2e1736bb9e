"""The journal: one SQLite file beside the versions, written by any number of processes, each change a transaction.

The data live in immutable versions; what people and the product do about them (alert states, sent messages, actions,
notes, saved views, accounts) changes in place and must survive a rollback of the data. `migrations/NNNN_<name>.sql` are
applied once each, in order of their names; a new one needs no registration.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from pathlib import Path

from fulfillment_bi.errors import FulfillmentError, WarehouseError
from fulfillment_bi.warehouse.scope import OutOfScopeError

FILE = "journal.sqlite"
WAIT_SECONDS = 15.0
"""How long a writer waits for another; each holds the file for milliseconds."""


REFUSED: ContextVar[FulfillmentError | None] = ContextVar("refused", default=None)
"""Set while somebody is answered who may not write: then nothing that is asked for them can."""
HIDDEN: ContextVar[bool] = ContextVar("hidden", default=False)
"""Set while somebody with a scope is answered: what the journal holds is about everybody's rows."""


@contextmanager
def unhidden() -> Iterator[None]:
    """Meanwhile the journal can be read for somebody with a scope; whoever uses it narrows what comes out."""
    token = HIDDEN.set(False)
    try:
        yield
    finally:
        HIDDEN.reset(token)


class Journal:
    """The journal in the folder `home`. The file is made, readable by its owner only, when first needed."""

    def __init__(self, home: Path) -> None:
        self.path = home / FILE

    @contextmanager
    def reading(self, *, by_system: bool = False) -> Iterator[sqlite3.Connection]:
        """A connection to read from; rows are addressed by name. Raises WarehouseError when the file is unusable.

        Raises OutOfScopeError while HIDDEN, unless the product looks something up for itself (`by_system`).
        """
        if HIDDEN.get() and not by_system:
            raise OutOfScopeError("The journal cannot be narrowed to a scope.", where=str(self.path))
        with closing(self._open()) as connection:
            yield connection

    @contextmanager
    def writing(self, *, by_system: bool = False) -> Iterator[sqlite3.Connection]:
        """A transaction: all of it happens, on disk, or nothing. Raises WarehouseError when the file is unusable.

        Raises what REFUSED holds, unless it is the product's own record (`by_system`: sessions, the audit log).
        """
        refused = REFUSED.get()
        if refused is not None and not by_system:
            raise refused
        with closing(self._open()) as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                # A full disk has rolled back by itself.
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")

    def _open(self) -> sqlite3.Connection:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            if not self.path.exists():
                os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600))
            connection = sqlite3.connect(self.path, timeout=WAIT_SECONDS, isolation_level=None)
        except (OSError, sqlite3.Error) as error:
            raise _unusable(self.path, error) from error
        try:
            connection.row_factory = sqlite3.Row
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA foreign_keys = ON")
            _migrate(connection)
        except sqlite3.Error as error:
            connection.close()
            raise _unusable(self.path, error) from error
        return connection


def _unusable(path: Path, error: Exception) -> WarehouseError:
    hint = "Check the disk and the permissions; move a damaged file away and a new one is made."
    return WarehouseError(f"The journal cannot be used: {error}.", where=str(path), hint=hint)


@cache
def _migrations() -> tuple[tuple[str, str], ...]:
    """(name, SQL) of every migration, in order."""
    folder = files("fulfillment_bi.journal") / "migrations"
    found = [(item.name, item.read_text("utf-8")) for item in folder.iterdir() if item.name.endswith(".sql")]
    return tuple(sorted(found))


def _migrate(connection: sqlite3.Connection) -> None:
    if _missing(connection):
        connection.execute("BEGIN IMMEDIATE")
        try:
            # Another process may have been faster while this one waited for the file.
            for name, text in _missing(connection):
                for statement in _statements(text):
                    connection.execute(statement)
                connection.execute("INSERT INTO migrations VALUES (?, ?)", (name, stamp(datetime.now(UTC))))
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")


def _missing(connection: sqlite3.Connection) -> list[tuple[str, str]]:
    connection.execute("CREATE TABLE IF NOT EXISTS migrations (name TEXT PRIMARY KEY, applied_at TEXT NOT NULL)")
    done = {row["name"] for row in connection.execute("SELECT name FROM migrations")}
    return [(name, text) for name, text in _migrations() if name not in done]


def _statements(text: str) -> Iterator[str]:
    """The statements of a migration; executescript would commit the transaction around them."""
    kept: list[str] = []
    for line in text.splitlines():
        kept.append(line)
        if sqlite3.complete_statement("\n".join(kept)):
            yield "\n".join(kept)
            kept = []


def stamp(moment: datetime) -> str:
    """A moment as the journal keeps it: UTC, ISO 8601, so that text order is time order. A naive one is UTC."""
    aware = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    return aware.isoformat(timespec="microseconds")


def moment(text: str | None) -> datetime | None:
    """A kept moment as UTC without a zone, as everywhere in the product."""
    return datetime.fromisoformat(text).astimezone(UTC).replace(tzinfo=None) if text else None
