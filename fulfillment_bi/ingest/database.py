"""Rows of a user's database as a table file: read in batches by the server's cursor, only what is new since last time.

SQLAlchemy, an optional library, does the talking. The connection is read-only where the database can be told so, and
its address, which holds a password, is neither stored nor repeated in any message.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from fulfillment_bi.errors import IngestError, SettingsError, UnknownNameError, UsageError
from fulfillment_bi.ingest.cursors import Cursor
from fulfillment_bi.ingest.readers.jsonl import cell_text

BATCH = 20_000
_KEYS = frozenset({"url_env", "query", "adapter", "contract", "cursor", "overlap_seconds"})
_QUERY = re.compile(r"\s*(?:--[^\n]*\n\s*)*(select|with)\b", re.IGNORECASE)
_NAME = re.compile(r"[A-Za-z][\w-]{0,59}")
_SECONDS = 15


@dataclass(frozen=True, slots=True)
class DatabaseSource:
    """A query to load from. `adapter` is an adapter or contract ("" to detect it), `cursor` the column that grows.

    `overlap_seconds` is how much before the last value of a time cursor is read again, for rows that were committed
    late; reading a row twice changes nothing.
    """

    name: str
    url: str
    query: str
    adapter: str = ""
    cursor: str = ""
    overlap_seconds: float = 0.0

    def __repr__(self) -> str:
        """Without the address, which holds a password."""
        return f"DatabaseSource({self.name!r})"


def source_of(name: str, entry: Mapping[str, Any], environ: Mapping[str, str], where: str) -> DatabaseSource:
    """One entry of a sources file; SettingsError for what is missing, unknown, or no query."""
    unknown = sorted(set(entry) - _KEYS)
    if unknown:
        hint = "The address belongs into an environment variable: url_env." if "url" in unknown else ""
        raise SettingsError(f"There is no entry '{unknown[0]}' in a source.", where=f"{where}: {name}", hint=hint)
    if not _NAME.fullmatch(name):
        raise SettingsError(f"'{name}' cannot be the name of a source.", where=where, hint="Use letters, digits, _.")
    variable = str(entry.get("url_env", ""))
    url = environ.get(variable, "")
    if not variable or not url:
        what = f"The environment variable {variable} is not set." if variable else "It does not say url_env."
        raise SettingsError(what, where=f"{where}: {name}", hint="It holds the address of the database.")
    return DatabaseSource(
        name=name,
        url=url,
        query=checked_query(str(entry.get("query", "")), f"{where}: {name}"),
        adapter=str(entry.get("adapter") or entry.get("contract") or ""),
        cursor=str(entry.get("cursor", "")),
        overlap_seconds=float(entry.get("overlap_seconds", 0)),
    )


def read_sources(path: Path, names: Sequence[str], environ: Mapping[str, str] = os.environ) -> list[DatabaseSource]:
    """The sources called `names` in a sources file (all of them for none); SettingsError or UnknownNameError."""
    try:
        document = tomllib.loads(path.read_text("utf-8-sig"))
    except FileNotFoundError:
        hint = "docs/how-to/sql-source.md shows one; or give --sql and --url."
        raise SettingsError("There is no such file.", where=str(path), hint=hint) from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"The file cannot be read as TOML: {error}.", where=str(path)) from error
    for name in names:
        if name not in document:
            raise UnknownNameError("source", name, document, where=str(path))
    return [source_of(name, document[name], environ, str(path)) for name in names or document]


def checked_query(text: str, where: str) -> str:
    """The query without a closing semicolon; UsageError for anything but one SELECT."""
    bare = text.strip().rstrip(";").strip()
    if not _QUERY.match(bare):
        raise UsageError("The query must begin with SELECT or WITH.", where=where)
    return bare


def write_rows(source: DatabaseSource, since: Cursor | None, path: Path) -> tuple[int, Cursor | None]:
    """Read the rows after `since` into a Parquet file of text; how many, and how far the cursor has come.

    Raises IngestError when the database cannot be reached or refuses the query, UsageError for a cursor column that
    the query does not have.
    """
    count = 0
    newest: Any = None
    writer: pq.ParquetWriter | None = None
    try:
        for names, rows in _batches(source, since):
            columns = list(zip(*rows, strict=True)) if rows else [()] * len(names)
            arrays = [pa.array([_text(value) for value in column], pa.string()) for column in columns]
            batch = pa.RecordBatch.from_arrays(arrays, list(names))
            writer = writer or pq.ParquetWriter(path, batch.schema, compression="zstd")
            writer.write_batch(batch)
            count += len(rows)
            if source.cursor:
                values = (value for value in columns[names.index(source.cursor)] if value is not None)
                newest = max((one for one in (newest, max(values, default=None)) if one is not None), default=None)
    finally:
        if writer is not None:
            writer.close()
    return count, _cursor(source.cursor, newest) if newest is not None else since


def _batches(source: DatabaseSource, since: Cursor | None) -> Iterator[tuple[tuple[str, ...], list[Any]]]:
    """Column names and rows, at least one batch (of no rows) so that the columns are known."""
    sqlalchemy = _library()
    with _connection(sqlalchemy, source) as connection:
        asked = sqlalchemy.text(source.query)
        if source.cursor and since is not None:
            column = sqlalchemy.column(source.cursor)
            # The query is a table of its own here: the cursor is quoted as a name, the value bound.
            rows = asked.columns(column).subquery("source")
            asked = sqlalchemy.select(sqlalchemy.text("*")).select_from(rows).where(column >= _value(source, since))
        result = connection.execution_options(stream_results=True, yield_per=BATCH).execute(asked)
        with result:
            names = tuple(result.keys())
            if source.cursor and source.cursor not in names:
                raise UnknownNameError("column", source.cursor, names, where=source.name)
            empty = True
            for rows in result.partitions(BATCH):
                empty = False
                yield names, rows
            if empty:
                yield names, []


@contextmanager
def _connection(sqlalchemy: Any, source: DatabaseSource) -> Iterator[Any]:
    """A connection that only reads; every error of the database comes out as an IngestError without the address."""
    engine = None
    try:
        url = sqlalchemy.engine.make_url(source.url)
        backend = url.get_backend_name()
        options = {"connect_timeout": _SECONDS} if backend == "postgresql" else {}
        engine = sqlalchemy.create_engine(url, poolclass=sqlalchemy.pool.NullPool, connect_args=options)
        with engine.connect() as connection:
            if backend == "postgresql":
                connection = connection.execution_options(postgresql_readonly=True)
            yield connection
    except sqlalchemy.exc.SQLAlchemyError as error:
        raise IngestError(_said(error, source), where=source.name, hint=_HINT) from None
    except ImportError as error:
        driver = f"The driver of the database is not installed: {error.name}."
        raise IngestError(driver, where=source.name, hint="Install it with pip.") from None
    finally:
        if engine is not None:
            engine.dispose()


_HINT = "Nothing was loaded."


def _said(error: Exception, source: DatabaseSource) -> str:
    """What the database said, in one line, without anything of the address that is secret."""
    text = str(getattr(error, "orig", None) or error).strip().splitlines()
    said = text[0] if text else type(error).__name__
    password = re.search(r"://[^/@]*?:([^@]*)@", source.url)
    for secret in filter(None, (source.url, password.group(1) if password else "")):
        said = said.replace(secret, "***")
    return f"The database refused: {said[:300]}."


def _library() -> Any:
    try:
        import sqlalchemy
    except ImportError:
        hint = "Install it with: pip install 'fulfillment-bi[sql]'"
        raise SettingsError("Loading from a database needs SQLAlchemy.", where="--sql", hint=hint) from None
    return sqlalchemy


def _text(value: Any) -> str | None:
    """A value as the readers give it: ISO times, all digits of a number, yes and no as true and false."""
    if value is None:
        return None
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value).decode("utf-8", "replace")
    return cell_text(value) if isinstance(value, str | bool | int | float | dict | list) else str(value)


def _cursor(column: str, value: Any) -> Cursor:
    if isinstance(value, datetime):
        return Cursor(column, "time", value.isoformat())
    if isinstance(value, date):
        return Cursor(column, "date", value.isoformat())
    if isinstance(value, int):
        return Cursor(column, "integer", str(value))
    return Cursor(column, "decimal" if isinstance(value, Decimal | float) else "text", str(value))


def _value(source: DatabaseSource, since: Cursor) -> Any:
    """The value to go on from: rows with that very value are read again, for others may have come with it."""
    if since.kind == "time":
        return datetime.fromisoformat(since.value) - timedelta(seconds=source.overlap_seconds)
    if since.kind == "date":
        return date.fromisoformat(since.value)
    if since.kind == "integer":
        return int(since.value)
    return Decimal(since.value) if since.kind == "decimal" else since.value
