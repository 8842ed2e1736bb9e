"""What the rest of the package may ask of a database engine, and the errors it may get back.

Engines live in `warehouse/engines`; SQL written against `Session` is the subset that all of them accept.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from fulfillment_bi.errors import WarehouseError

if TYPE_CHECKING:
    import pyarrow as pa

Parameters = Sequence[Any]


class DamagedError(WarehouseError):
    """A version's file is missing, truncated or altered; its answers cannot be trusted, so none is given."""


class DiskFullError(WarehouseError):
    """There is no space left for a new version or for a query's temporary files; what was published stays readable."""


class QueryLimitError(WarehouseError):
    """A query was stopped because it took longer, or more memory, than the settings allow."""


class Session(Protocol):
    """One connection to one database, used by one thread at a time; `cursor()` gives another thread its own.

    Times are UTC whatever the server's time zone. Parameters are positional (`?`), never part of the text.
    """

    def execute(self, sql: str, parameters: Parameters = ()) -> None:
        """Run one statement and forget its result."""

    def rows(self, sql: str, parameters: Parameters = ()) -> list[tuple[Any, ...]]:
        """All rows as tuples of Python values."""

    def columns(self, sql: str, parameters: Parameters = ()) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Column names, and all rows."""

    def arrow(self, sql: str, parameters: Parameters = ()) -> pa.Table:
        """All rows as an Arrow table."""

    def append(self, table: str, data: pa.Table | pa.RecordBatchReader) -> None:
        """Add rows to `table`, matching columns by name; creates the table with the data's columns if missing."""

    def within(self, memory: str, threads: int | None = None) -> AbstractContextManager[None]:
        """Meanwhile the whole database uses at most so much `memory` ("2GB"); what is more goes to temporary files.

        `threads`: and as many of these, for each needs memory of its own that cannot go to a file. Only for a draft;
        without effect where the engine cannot do so.
        """

    def cursor(self) -> Session:
        """Another session on the same database, for another thread; close it after use."""

    def interrupt(self) -> None:
        """Stop the statement another thread is running on this very session (not on its cursors)."""

    def close(self) -> None:
        """Close this session."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one process may use. None leaves the engine's own default.

    `memory` is a size with a unit ("2GB"); `threads` a count; `query_seconds` stops a reader's statement.
    """

    memory: str | None = None
    threads: int | None = None
    query_seconds: float | None = None


class Engine(Protocol):
    """Opens database files."""

    version: str
    """The engine and its release, recorded with each version it writes."""

    def open_reader(self, path: Path, limits: Limits, scratch: Path) -> Session:
        """Open a published file read-only, cut off from every other file but its temporary ones in `scratch`."""

    def open_writer(self, path: Path, limits: Limits, scratch: Path) -> Session:
        """Open (or create) a file for its only writer, equally cut off: data comes in through `append`."""
