"""DuckDB, 1.5 and 2.0: the only module that imports it.

Both kinds of session are cut off from files, network and extensions, and their configuration is locked: no text that
ever reaches SQL can read another file. Values from Python variables of the same name are not looked up either.
"""

from __future__ import annotations

import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from fulfillment_bi.errors import WarehouseBusyError, WarehouseError
from fulfillment_bi.warehouse.engine import DamagedError, DiskFullError, Limits, Parameters, QueryLimitError

if TYPE_CHECKING:
    import pyarrow as pa

# Files in the format of the oldest supported release can be opened by it again: the way back from an upgrade.
STORAGE_VERSION = "v1.5.0"
_HAS_TIME_LIMIT = _HAS_ALLOWED_SETTINGS = int(duckdb.__version__.split(".")[0]) >= 2
_DISK_FULL = ("No space left", "disk is full", "Disk quota", "max_temp_directory_size", "File too large")
_DAMAGED = (
    "Corrupt database file",
    "not a valid DuckDB database file",
    "Could not read enough bytes",
    "does not exist",
    "WAL does not match",
)


class DuckSession:
    """A `Session` on a DuckDB connection. Closing it closes its cursors, for an open one keeps the file open."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, path: Path, seconds: float | None = None) -> None:
        self._connection = connection
        self._path = path
        self._seconds = seconds
        self._cursors: weakref.WeakSet[DuckSession] = weakref.WeakSet()
        self._guard = threading.Lock()

    def execute(self, sql: str, parameters: Parameters = ()) -> None:
        """Run one statement and forget its result."""
        with self._running():
            self._connection.execute(sql, list(parameters))

    def rows(self, sql: str, parameters: Parameters = ()) -> list[tuple[Any, ...]]:
        """All rows as tuples of Python values."""
        return self.columns(sql, parameters)[1]

    def columns(self, sql: str, parameters: Parameters = ()) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Column names, and all rows."""
        with self._running():
            answer = self._connection.execute(sql, list(parameters))
            names = [column[0] for column in answer.description or ()]
            return names, answer.fetchall()

    def arrow(self, sql: str, parameters: Parameters = ()) -> pa.Table:
        """All rows as an Arrow table. Raises WarehouseError for a statement that is no query."""
        with self._running():
            relation = self._connection.sql(sql, params=list(parameters))
            if relation is None:
                raise WarehouseError("The statement returns no rows.", where=sql[:80])
            return relation.to_arrow_table()

    def append(self, table: str, data: pa.Table | pa.RecordBatchReader) -> None:
        """Add rows to `table`, matching columns by name; creates the table with the data's columns if missing."""
        target = '"' + table.replace('"', '""') + '"'
        with self._running():
            self._connection.register("_appended", data)
            try:
                known = self._connection.execute(
                    "SELECT count(*) FROM duckdb_tables() WHERE table_name = ? AND NOT temporary", [table]
                ).fetchall()
                if known[0][0]:
                    self._connection.execute(f"INSERT INTO {target} BY NAME SELECT * FROM _appended")  # noqa: S608
                else:
                    self._connection.execute(f"CREATE TABLE {target} AS SELECT * FROM _appended")  # noqa: S608
            finally:
                self._connection.unregister("_appended")

    @contextmanager
    def within(self, memory: str, threads: int | None = None) -> Iterator[None]:
        """Meanwhile use at most so much `memory`, and so many `threads`."""
        if not _HAS_ALLOWED_SETTINGS:
            yield
            return
        ((before, many),) = self.rows("SELECT current_setting('memory_limit'), current_setting('threads')")
        self.execute("SET GLOBAL memory_limit = ?", (memory,))
        self.execute("SET GLOBAL threads = ?", (threads or many,))
        try:
            yield
        finally:
            self.execute("SET GLOBAL threads = ?", (many,))
            self.execute("SET GLOBAL memory_limit = ?", (before,))

    def cursor(self) -> DuckSession:
        """Another session on the same database, for another thread; close it after use."""
        with _translated(self._path):
            cursor = DuckSession(self._connection.cursor(), self._path, self._seconds)
        with self._guard:
            self._cursors.add(cursor)
        return cursor

    def interrupt(self) -> None:
        """Stop the statement another thread is running on this very session (not on its cursors)."""
        self._connection.interrupt()

    def close(self) -> None:
        """Close this session and its cursors; closing twice is fine."""
        with self._guard:
            cursors = list(self._cursors)
            self._cursors.clear()
        for cursor in cursors:
            cursor.close()
        self._connection.close()

    @contextmanager
    def _running(self) -> Iterator[None]:
        """Translate errors; before 2.0, which limits a statement's time itself, watch the clock."""
        if self._seconds is None or _HAS_TIME_LIMIT:
            with _translated(self._path):
                yield
            return
        clock = threading.Timer(self._seconds, self._connection.interrupt)
        clock.daemon = True
        clock.start()
        try:
            with _translated(self._path):
                yield
        finally:
            clock.cancel()


class DuckEngine:
    """Opens DuckDB files."""

    version = f"duckdb {duckdb.__version__}"

    def open_reader(self, path: Path, limits: Limits, scratch: Path) -> DuckSession:
        """Open a published file read-only, cut off from every other file but its temporary ones in `scratch`."""
        config = _config(limits, scratch)
        if _HAS_TIME_LIMIT and limits.query_seconds is not None:
            config["max_execution_time"] = max(1, int(limits.query_seconds * 1000))
        return _open(path, config, read_only=True, seconds=limits.query_seconds)

    def open_writer(self, path: Path, limits: Limits, scratch: Path) -> DuckSession:
        """Open (or create) a file for its only writer, equally cut off: data comes in through `append`."""
        config = _config(limits, scratch) | {"storage_compatibility_version": STORAGE_VERSION}
        return _open(path, config, read_only=False, seconds=None)


def _config(limits: Limits, scratch: Path) -> dict[str, Any]:
    config: dict[str, Any] = {
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "allow_community_extensions": False,
        "enable_external_access": False,
        "python_enable_replacements": False,
        "temp_directory": str(scratch),
    }
    if limits.memory is not None:
        config["memory_limit"] = limits.memory
    if limits.threads is not None:
        config["threads"] = limits.threads
    return config


def _open(path: Path, config: dict[str, Any], *, read_only: bool, seconds: float | None) -> DuckSession:
    with _translated(path):
        connection = duckdb.connect(str(path), read_only=read_only, config=config)
        try:
            _fix_settings(connection, adjustable=not read_only)
        except BaseException:
            with suppress(duckdb.Error):
                connection.close()
            raise
    return DuckSession(connection, path, seconds)


def _fix_settings(connection: duckdb.DuckDBPyConnection, *, adjustable: bool) -> None:
    try:
        connection.execute("SET GLOBAL TimeZone = 'UTC'")
        # Ours is the progress that is shown; DuckDB's own would write into the output of commands.
        connection.execute("SET enable_progress_bar = false")
        if adjustable and _HAS_ALLOWED_SETTINGS:
            connection.execute("SET GLOBAL allowed_configs = ['memory_limit', 'threads']")
        connection.execute("SET lock_configuration = true")
    except duckdb.InvalidInputException as error:
        # This process has the file open already and all of its connections share one locked configuration: this one.
        if "has been locked" not in str(error):
            raise


@contextmanager
def _translated(path: Path) -> Iterator[None]:
    try:
        yield
    except duckdb.Error as error:
        ours = _ours(error, path)
        if ours is None:
            raise
        raise ours from error


def _ours(error: duckdb.Error, path: Path) -> WarehouseError | None:
    """The error a user should see; None for one that only a mistake in our own SQL can cause."""
    text, where = str(error), str(path)
    if "Could not set lock" in text or "Conflicting lock" in text:
        return WarehouseBusyError("Another process has this file open for writing.", where=where)
    if any(sign in text for sign in _DISK_FULL):
        return DiskFullError("The disk is full.", where=where, hint="Free some space and run the command again.")
    if isinstance(error, duckdb.OutOfMemoryException):
        return QueryLimitError(
            "This needs more memory than allowed.", hint="Narrow the question or raise the setting memory_limit."
        )
    if isinstance(error, duckdb.InterruptException):
        return QueryLimitError(
            "The question took too long and was stopped.",
            hint="Narrow it (fewer days or dimensions) or raise the setting query_seconds.",
        )
    if "different configuration" in text:
        return WarehouseError(
            "This process has the file open already, with other settings.",
            where=where,
            hint="Close what uses it, or use the same settings.",
        )
    if "storage version" in text or "newer version of DuckDB" in text:
        return WarehouseError(
            "This version was written by a newer release of DuckDB.", where=where, hint="Upgrade duckdb."
        )
    opening = isinstance(error, duckdb.IOException | duckdb.SerializationException | duckdb.InternalException)
    if any(sign in text for sign in _DAMAGED[:2]) or (opening and any(sign in text for sign in _DAMAGED)):
        return DamagedError(
            "The file is missing or damaged.",
            where=where,
            hint="`fbi versions verify` finds the last good one, `fbi versions rollback` returns to it.",
        )
    if isinstance(error, duckdb.FatalException | duckdb.InternalException | duckdb.SerializationException):
        return DamagedError(f"The database engine gave up on this file: {text[:200]}", where=where)
    return None
