"""A mapping tried on a file without writing anything: what it would load, what it would refuse and why.

The records go through the very reader, projection and contract check of a load, into a database that is thrown away.
"""

from __future__ import annotations

import json
import secrets
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa

from fulfillment_bi.ingest.adapter import Adapter
from fulfillment_bi.ingest.archive import ArchivedFile
from fulfillment_bi.ingest.check import Setup, check_sql
from fulfillment_bi.ingest.files import exported_at, identify
from fulfillment_bi.ingest.profile import FileView
from fulfillment_bi.ingest.project import make_plans, project, wanted_positions
from fulfillment_bi.ingest.readers.opening import open_source
from fulfillment_bi.ingest.readers.source import Layout
from fulfillment_bi.ingest.reshape import Reshaper
from fulfillment_bi.ingest.stage import Incoming, formats_of, receive
from fulfillment_bi.settings import Settings
from fulfillment_bi.warehouse.engine import Session
from fulfillment_bi.warehouse.engines.duckdb import DuckEngine

MOST_ROWS, SHOWN_ROWS, MOST_WORDS = 200_000, 5, 60
_TOLERANCE = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Refusal:
    """A reason for which records would be refused: how many, and the cell and line of the first."""

    code: str
    count: int
    example: str
    line: int


@dataclass(frozen=True, slots=True)
class Trial:
    """What a mapping makes of a file for one contract.

    `good` of `read` records would be loaded as `keys` different ones. `unknown` are words that no mapping explains, by
    column, with how often each occurs; `rows` the first good records as loaded, under `columns`.
    """

    entity: str
    read: int
    good: int
    keys: int
    refusals: tuple[Refusal, ...]
    unknown: dict[str, dict[str, int]]
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]

    @property
    def refused(self) -> int:
        """Records that would go to quarantine."""
        return self.read - self.good


def try_mapping(
    path: Path, view: FileView, adapter: Adapter, settings: Settings, *, most: int = MOST_ROWS
) -> tuple[Trial, ...]:
    """What `adapter` would make of the first `most` rows of a file, one trial for each contract it feeds.

    Raises IngestError for what a load would fail for, such as dates that can be read in two ways.
    """
    with tempfile.TemporaryDirectory(prefix="fbi-trial-") as scratch:
        session = DuckEngine().open_writer(Path(scratch) / "trial.duckdb", settings.limits(), Path(scratch))
        try:
            note, batches = _read(path, view, adapter, settings, most)
            incoming = [receive(session, note, place, batches[place]) for place in range(len(note.columns))]
            setup = Setup(adapter, settings.timezone, note.latest, formats_of(session, note, incoming))
            return tuple(_judge(session, part, setup) for part in incoming)
        finally:
            session.close()


def _read(
    path: Path, view: FileView, adapter: Adapter, settings: Settings, most: int
) -> tuple[ArchivedFile, list[list[pa.RecordBatch]]]:
    source = open_source(path)
    identity = identify(path)
    plans = make_plans(adapter, view.header.cells)
    zone = adapter.timezone if adapter.timezone != "business" else settings.timezone
    moment = exported_at(view.name, adapter.file_date, zone, identity.modified_at)
    local = moment.replace(tzinfo=UTC).astimezone(settings.zone)
    reshaper = Reshaper(adapter, view.header.cells, local.date())
    layout = Layout(view.header, adapter.quotes, settings.max_field_bytes, adapter.trailers)
    key = secrets.token_bytes(32)  # hashes of a trial are worth nothing to anybody
    batches: list[list[pa.RecordBatch]] = [[] for _ in plans]
    count = 0
    for chunk in source.chunks(layout, wanted_positions(plans)):
        batch = reshaper.apply(chunk.batch.slice(0, most - count))
        for place, plan in enumerate(plans):
            batches[place].append(project(batch, plan, key, adapter.null_words))
        count += batch.num_rows
        if count >= most:
            break
    now = datetime.now(UTC).replace(tzinfo=None)
    note = ArchivedFile(
        name=view.name,
        adapter=adapter,
        identity=identity,
        format=source.description,
        exported_at=moment,
        latest=max(moment, identity.modified_at, now) + _TOLERANCE,
        read=tuple(sum(batch.num_rows for batch in mine) for mine in batches),
        columns=tuple(plan.columns for plan in plans),
    )
    return note, batches


def _judge(session: Session, part: Incoming, setup: Setup) -> Trial:
    sql = check_sql(part.table, part.target, part.columns, setup)
    session.execute(f"CREATE OR REPLACE TEMP TABLE {part.checked} AS {sql.text}", sql.values)
    contract = part.contract
    key = ", ".join(f'"{name}"' for name in contract.key)
    good, keys = session.rows(
        f"SELECT count(*), count(DISTINCT ({key})) FROM {part.checked} WHERE len(_reasons) = 0"  # noqa: S608
    )[0]
    refused = session.rows(
        "SELECT reason, count(*), arg_min(_record, _source_line), min(_source_line) FROM (SELECT unnest(_reasons) "  # noqa: S608
        f"AS reason, _record, _source_line FROM {part.checked}) AS one GROUP BY reason ORDER BY 2 DESC, 1"
    )
    names = [rule.column for rule in part.target.rules if rule.column in contract.names]
    listed = ", ".join(f'"{name}"' for name in names)
    rows = session.rows(
        f"SELECT {listed} FROM {part.checked} WHERE len(_reasons) = 0 ORDER BY _source_line LIMIT ?",  # noqa: S608
        (SHOWN_ROWS,),
    )
    return Trial(
        entity=contract.entity,
        read=part.read,
        good=good,
        keys=keys,
        refusals=tuple(_refusal(*row) for row in refused),
        unknown=_unknown(session, part, [row[0] for row in refused]),
        columns=tuple(names),
        rows=tuple(rows),
    )


def _refusal(code: str, count: int, record: str | None, line: int) -> Refusal:
    column = code.partition(":")[2]
    return Refusal(code, count, str(json.loads(record or "{}").get(column) or ""), line)


def _unknown(session: Session, part: Incoming, codes: Sequence[str]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for code in codes:
        kind, _, column = code.partition(":")
        if kind == "unknown_word":
            rows = session.rows(
                f"SELECT trim(json_extract_string(_record, ?)), count(*) FROM {part.checked} "  # noqa: S608
                "WHERE list_contains(_reasons, ?) GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT ?",
                (f"$.{column}", code, MOST_WORDS),
            )
            found[column] = {str(said): count for said, count in rows}
    return found
