"""What was loaded, what was refused and why, and how fresh each source is: read from a version, never changed here."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from fulfillment_bi.errors import UnknownNameError
from fulfillment_bi.ingest.contracts import load_contracts
from fulfillment_bi.ingest.report import Counts
from fulfillment_bi.warehouse.engine import Session
from fulfillment_bi.warehouse.tables import has_table

REASONS: Mapping[str, tuple[str, str]] = {
    "missing": ("needs a value and has none", "必填，但没有值"),
    "not_a_time": ("is not a date or time that exists", "不是有效的日期或时间"),
    "not_a_number": ("is not a number", "不是数字"),
    "not_a_whole_number": ("is not a whole number", "不是整数"),
    "not_a_yes_or_no": ("is neither yes nor no", "既不是“是”也不是“否”"),
    "unknown_word": ("is a word that no mapping explains", "是映射中没有的词"),
    "id_scientific": ("lost its digits in a spreadsheet (1.23E+17)", "被电子表格改成科学计数法，尾数已丢失"),
    "out_of_range": ("is outside what can be true", "超出合理范围"),
    "too_early": ("lies before the year 2000", "早于 2000 年"),
    "in_future": ("lies after the export was made", "晚于导出时间"),
    "field_count": ("the row has more or fewer cells than the header", "列数与表头不一致"),
    "truncated_tail": ("the last row is cut off", "最后一行不完整"),
    "runaway_quote": ("a quotation mark is not closed", "引号没有闭合"),
    "stray_newline": ("a line break stands outside quotation marks", "引号外有换行符"),
    "nul_byte": ("the row contains a NUL character", "含有 NUL 字符"),
    "field_too_long": ("a cell is too long", "单元格过长"),
    "bad_json": ("the line is not a JSON object", "该行不是 JSON 对象"),
}
"""Reason code -> what it means, in English and Chinese. A code is followed by `:column` where it concerns one."""


@dataclass(frozen=True, slots=True)
class LoadRow:
    """One loaded file; times are UTC. `entities` are the counts by entity, `quarantined` and `read` their sums."""

    load_id: int
    version: str
    loaded_at: datetime
    file: str
    sha256: str
    adapter: str
    source: str
    bytes: int
    exported_at: datetime
    status: str
    format: str
    seconds: float
    read: int
    quarantined: int
    entities: Mapping[str, Counts] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class QuarantineRow:
    """One refused record: all its reason codes, and its mapped cells as they were, without anything personal."""

    load_id: int
    file: str
    adapter: str
    entity: str
    source_line: int
    reasons: tuple[str, ...]
    source: Mapping[str, str | None]
    first_seen: datetime


@dataclass(frozen=True, slots=True)
class QuarantineList:
    """A page of refused records and how many there are in all."""

    count: int
    rows: tuple[QuarantineRow, ...]


@dataclass(frozen=True, slots=True)
class ReasonRow:
    """How often records of an entity were refused for a reason, what it means, and one example."""

    entity: str
    reason: str
    column: str
    count: int
    meaning_en: str
    meaning_zh: str
    example: str
    file: str
    source_line: int


@dataclass(frozen=True, slots=True)
class FreshnessRow:
    """How recent the data of one adapter are. `newest` is the newest event in them; times are UTC."""

    source: str
    adapter: str
    newest: datetime | None
    exported_at: datetime
    loaded_at: datetime
    files: int
    records: int


def list_loads(session: Session, *, limit: int | None = None) -> list[LoadRow]:
    """The loaded files, newest first."""
    if not has_table(session, "loads"):
        return []
    entities: dict[int, dict[str, Counts]] = {}
    for load_id, entity, *numbers in session.rows(
        'SELECT load_id, entity, "read", "new", updated, unchanged, superseded, quarantined FROM load_entities '
        "ORDER BY load_id, entity"
    ):
        mine = entities.setdefault(load_id, {})
        mine[entity] = mine.get(entity, Counts()) + Counts(*map(int, numbers))
    rows = session.rows(
        "SELECT load_id, version, loaded_at, file, sha256, adapter, source, bytes, exported_at, status, format, "
        "coalesce(seconds, 0) FROM loads ORDER BY load_id DESC LIMIT ?",
        (2**62 if limit is None else limit,),
    )
    found = []
    for row in rows:
        counts = entities.get(row[0], {})
        read, refused = (sum(getattr(one, name) for one in counts.values()) for name in ("read", "quarantined"))
        found.append(LoadRow(*(*row, read, refused, counts)))
    return found


def list_quarantine(
    session: Session,
    *,
    limit: int = 100,
    offset: int = 0,
    entity: str | None = None,
    reason: str | None = None,
    load_id: int | None = None,
) -> QuarantineList:
    """Refused records, those of the newest load first.

    `reason` is a code with its column (`missing:order_no`) or without (`missing`). Raises UnknownNameError for an
    entity that does not exist.
    """
    if entity is not None and entity not in load_contracts():
        raise UnknownNameError("entity", entity, load_contracts())
    if not has_table(session, "quarantine"):
        return QuarantineList(0, ())
    conditions: list[tuple[str, Sequence[Any]]] = []
    if entity is not None:
        conditions.append(("q.entity = ?", (entity,)))
    if load_id is not None:
        conditions.append(("q.load_id = ?", (load_id,)))
    if reason is not None:
        matches = "len(list_filter(q.reasons, lambda code: code = ? OR starts_with(code, ?))) > 0"
        conditions.append((matches, (reason, f"{reason}:")))
    where = f"WHERE {' AND '.join(text for text, _ in conditions)}" if conditions else ""
    values = [value for _, given in conditions for value in given]
    count = session.rows(f"SELECT count(*) FROM quarantine AS q {where}", values)[0][0]  # noqa: S608
    rows = session.rows(
        "SELECT q.load_id, l.file, l.adapter, q.entity, q.source_line, q.reasons, q.source, q.first_seen "  # noqa: S608
        f"FROM quarantine AS q LEFT JOIN loads AS l ON l.load_id = q.load_id {where} "
        "ORDER BY q.load_id DESC, q.entity, q.source_line LIMIT ? OFFSET ?",
        [*values, limit, offset],
    )
    return QuarantineList(count, tuple(_quarantine_row(row) for row in rows))


def _quarantine_row(row: tuple[Any, ...]) -> QuarantineRow:
    load_id, file, adapter, entity, line, reasons, source, seen = row
    cells = {name: cell for name, cell in json.loads(source or "{}").items() if cell is not None}
    return QuarantineRow(load_id, file or "", adapter or "", entity, line, tuple(reasons), cells, seen)


def explain_quarantine(session: Session, *, load_id: int | None = None) -> list[ReasonRow]:
    """The reasons for which records were refused, the most frequent first."""
    if not has_table(session, "quarantine"):
        return []
    where, values = ("WHERE q.load_id = ?", [load_id]) if load_id is not None else ("", [])
    rows = session.rows(
        "SELECT entity, reason, count(*), arg_min(source, (load_id, source_line)), "  # noqa: S608
        "arg_min(file, (load_id, source_line)), arg_min(source_line, (load_id, source_line)) FROM ("
        "SELECT q.entity, unnest(q.reasons) AS reason, q.source, q.load_id, q.source_line, l.file FROM quarantine AS q "
        f"LEFT JOIN loads AS l ON l.load_id = q.load_id {where}) AS one GROUP BY entity, reason ORDER BY 3 DESC, 1, 2",
        values,
    )
    return [_reason_row(*row) for row in rows]


def _reason_row(entity: str, reason: str, count: int, source: str | None, file: str | None, line: int) -> ReasonRow:
    code, _, column = reason.partition(":")
    english, chinese = REASONS.get(code, (code, code))
    cells = json.loads(source or "{}")
    return ReasonRow(entity, reason, column, count, english, chinese, cells.get(column) or "", file or "", line)


def freshness(session: Session) -> list[FreshnessRow]:
    """Per adapter, the newest event among what it brought, in the order of sources."""
    if not has_table(session, "loads"):
        return []
    rows = session.rows(
        "SELECT l.source, l.adapter, max(e.newest), max(l.exported_at), max(l.loaded_at), count(*), sum(e.records) "
        'FROM loads AS l INNER JOIN (SELECT load_id, max(newest_event) AS newest, sum("read") AS records '
        "FROM load_entities GROUP BY load_id) AS e ON e.load_id = l.load_id WHERE l.status = 'loaded' "
        "GROUP BY l.source, l.adapter ORDER BY l.source, l.adapter"
    )
    return [FreshnessRow(*(*row[:6], int(row[6]))) for row in rows]
