"""One file into the draft: its records checked, the good ones merged, the others put in quarantine, none lost."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa

from fulfillment_bi.errors import ContractError, IngestError
from fulfillment_bi.ingest.adapter import Target
from fulfillment_bi.ingest.archive import ArchivedFile
from fulfillment_bi.ingest.check import Setup, check_sql
from fulfillment_bi.ingest.contracts import Contract, contract_of
from fulfillment_bi.ingest.dateorder import formats_of_file
from fulfillment_bi.ingest.decimalsign import has_decimal_comma
from fulfillment_bi.ingest.merge import merge
from fulfillment_bi.ingest.readers.source import FAULT, LINE
from fulfillment_bi.ingest.report import Counts
from fulfillment_bi.warehouse.engine import Session

Fault = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Context:
    """What staging needs besides the file. `limit` is the share of refused records beyond which a file is refused."""

    session: Session
    business: str
    version: str
    loaded_at: datetime
    limit: float | None
    fault: Fault


@dataclass(frozen=True, slots=True)
class Incoming:
    """The table that holds the mapped text of one target of one file."""

    target: Target
    table: str
    columns: tuple[str, ...]
    read: int

    @property
    def contract(self) -> Contract:
        """The contract it is checked against."""
        return contract_of(self.target.entity)

    @property
    def checked(self) -> str:
        """The table of judged records."""
        return self.table.replace("incoming", "checked")


def receive(session: Session, note: ArchivedFile, place: int, batches: Iterable[pa.RecordBatch]) -> Incoming:
    """Put the records of target number `place` into a table of their own."""
    table = f"incoming_{place}"
    columns = note.columns[place]
    schema = pa.schema([(LINE, pa.int64()), (FAULT, pa.string()), *((name, pa.string()) for name in columns)])
    session.execute(f"DROP TABLE IF EXISTS {table}")
    failures: list[Exception] = []

    def watched() -> Iterator[pa.RecordBatch]:
        try:
            for batch in batches:
                yield batch.cast(schema)
        except Exception as error:
            # The database would report only that its input failed.
            failures.append(error)

    session.append(table, pa.RecordBatchReader.from_batches(schema, watched()))
    if failures:
        raise failures[0]
    return Incoming(note.adapter.targets[place], table, columns, note.read[place])


def stage(context: Context, load_id: int, note: ArchivedFile, incoming: list[Incoming]) -> dict[str, Counts]:
    """Check and merge one file; its counts by entity.

    Raises IngestError, with nothing staged, when too many records are refused, and ContractError when a record is
    unaccounted for, which no input may cause.
    """
    session, started = context.session, time.monotonic()
    formats, comma = formats_of(session, note, incoming), _decimal_comma(session, note, incoming)
    setup = Setup(note.adapter, context.business, note.latest, formats, comma)
    context.fault("check")
    for part in incoming:
        sql = check_sql(part.table, part.target, part.columns, setup)
        session.execute(f"CREATE OR REPLACE TEMP TABLE {part.checked} AS {sql.text}", sql.values)
    _refuse_too_many(context, note, incoming)
    context.fault("stage")
    session.execute(
        "INSERT INTO loads BY NAME SELECT CAST(? AS INTEGER) AS load_id, ? AS version, "
        "CAST(? AS TIMESTAMP) AS loaded_at, ? AS file, ? AS sha256, ? AS adapter, ? AS source, "
        "CAST(? AS BIGINT) AS bytes, "
        "CAST(? AS TIMESTAMP) AS exported_at, 'loaded' AS status, CAST(? AS TIMESTAMP) AS modified_at, "
        "? AS fingerprint, ? AS format",
        (
            load_id, context.version, context.loaded_at, note.name, note.identity.sha256, note.adapter.name,
            note.adapter.source, note.identity.size, note.exported_at, note.identity.modified_at,
            note.adapter.fingerprint, note.format,
        ),
    )  # fmt: skip
    totals: dict[str, Counts] = {}
    for part in incoming:
        counts = _merge_part(context, load_id, note, part)
        totals[part.target.entity] = totals.get(part.target.entity, Counts()) + counts
    session.execute("UPDATE loads SET seconds = ? WHERE load_id = ?", (time.monotonic() - started, load_id))
    return totals


def _decimal_comma(session: Session, note: ArchivedFile, incoming: list[Incoming]) -> bool:
    if not note.adapter.decimal_by_file:
        return False
    numbers = [
        (part.table, column.name)
        for part in incoming
        for column in part.contract.columns
        if column.name in part.columns and column.type in ("quantity", "money")
    ]
    return has_decimal_comma(session, numbers, note.adapter.name, note.name)


def formats_of(session: Session, note: ArchivedFile, incoming: list[Incoming]) -> tuple[str, ...]:
    """The formats of the one order of day and month that the times of a file use; see `dateorder`."""
    # A time with a duration behind it comes from a column that is there by itself too.
    delayed = {(part.table, rule.column) for part in incoming for rule in part.target.rules if rule.delayed}
    times = [
        (part.table, column.name)
        for part in incoming
        for column in part.contract.columns
        if column.name in part.columns
        and column.type in ("time", "promise", "date")
        and (part.table, column.name) not in delayed
    ]
    return formats_of_file(session, note.adapter.date_orders, times, note.adapter.name, note.name)


def drop_incoming(session: Session, count: int) -> None:
    """Remove the tables of one file."""
    for place in range(count):
        session.execute(f"DROP TABLE IF EXISTS incoming_{place}")
        session.execute(f"DROP TABLE IF EXISTS checked_{place}")


def _refuse_too_many(context: Context, note: ArchivedFile, incoming: list[Incoming]) -> None:
    if context.limit is None:
        return
    for part in incoming:
        refused = context.session.rows(f"SELECT count(*) FROM {part.checked} WHERE len(_reasons) > 0")[0][0]  # noqa: S608
        if refused > context.limit * part.read:
            raise IngestError(
                f"{refused} of {part.read} records of {part.target.entity} would be refused, more than the limit of "
                f"{context.limit:.1%}.",
                where=note.name,
                hint="See the reasons by loading it with a higher quarantine_limit_share.",
            )


def _merge_part(context: Context, load_id: int, note: ArchivedFile, part: Incoming) -> Counts:
    session, contract = context.session, part.contract
    names = ", ".join(f'"{name}"' for name in contract.names)
    session.execute(
        "INSERT INTO quarantine BY NAME SELECT CAST(? AS INTEGER) AS load_id, ? AS entity, "  # noqa: S608
        f"_source_line AS source_line, _reasons AS reasons, _record AS source, "
        f"CAST(? AS TIMESTAMP) AS first_seen FROM {part.checked} "
        "WHERE len(_reasons) > 0",
        (load_id, contract.entity, context.loaded_at),
    )
    session.execute(
        f"CREATE OR REPLACE TEMP VIEW accepted AS SELECT {names}, _source_line FROM {part.checked} "  # noqa: S608
        "WHERE len(_reasons) = 0"
    )
    quarantined = session.rows(f"SELECT count(*) FROM {part.checked} WHERE len(_reasons) > 0")[0][0]  # noqa: S608
    origin = part.target.source or note.adapter.source
    merged = merge(session, contract, load_id, origin, "accepted", part.target.coarse)
    counts = Counts(part.read, merged.new, merged.updated, merged.unchanged, merged.superseded, quarantined)
    if not counts.balanced:
        raise ContractError(
            f"{part.read} records of {contract.entity} were read, but not all are accounted for: {counts}.",
            where=note.name,
        )
    times = [f'max("{column.name}")' for column in contract.columns if column.type == "time" and not column.future]
    newest = f"SELECT greatest({', '.join(times)}) FROM accepted" if times else "SELECT NULL"  # noqa: S608
    session.execute(
        f"INSERT INTO load_entities VALUES (?, ?, ?, ?, ?, ?, ?, ?, CAST(({newest}) AS TIMESTAMP))",  # noqa: S608
        (load_id, contract.entity, counts.read, counts.new, counts.updated, counts.unchanged, counts.superseded,
         counts.quarantined),
    )  # fmt: skip
    session.execute("DROP VIEW temp.accepted")
    context.fault("staged")
    return counts
