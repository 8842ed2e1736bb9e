"""Run queries: compile, execute, and hand back plain Python values with everything needed to trust them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol
from zoneinfo import ZoneInfo

from fulfillment_bi.metrics.compile import Compiled, Setting, compile_query
from fulfillment_bi.metrics.cube_answer import Answer, answer
from fulfillment_bi.metrics.cube_file import Cubes, open_cubes
from fulfillment_bi.metrics.fragment import Sql, join
from fulfillment_bi.metrics.query import Query, Result
from fulfillment_bi.metrics.resolve import get_dimension
from fulfillment_bi.metrics.rollups import stored_rollups
from fulfillment_bi.metrics.route import Prefer

if TYPE_CHECKING:
    from fulfillment_bi.warehouse.engine import Session

FUSED = 8
"""Queries per statement: more make the statement's planning dearer than the round trip it saves."""


class Version(Protocol):
    """What is needed of a published version: its name, and the file of its cubes, which need not exist."""

    @property
    def id(self) -> str:
        """Its name, e.g. v00000001."""

    @property
    def cubes(self) -> Path | None:
        """The file with its cubes, where there may be one."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """As-of (UTC ISO text, empty without data), business time zone and version: printed with every answer."""

    as_of: str
    timezone: str
    version: str
    setting: Setting


def read_stamp(session: Session, version: Version) -> Stamp:
    """The stamp of the version open in `session`; its setting's today is the business day of its newest event."""
    names, rows = session.columns("SELECT * FROM build_info")
    info = dict(zip(names, rows[0], strict=True))
    timezone, stored = str(info["timezone"]), stored_rollups(info.get("rollups"))
    if info["as_of"] is None:
        return Stamp("", timezone, version.id, Setting(date(1970, 1, 1), stored.cells))
    moment = info["as_of"].replace(tzinfo=UTC)
    local = moment.astimezone(ZoneInfo(timezone))
    setting = Setting(local.date(), stored.cells, local.hour, stored.daily)
    return Stamp(moment.isoformat().replace("+00:00", "Z"), timezone, version.id, setting)


def run_query(session: Session, info: Version, query: Query, *, prefer: Prefer = "rollup") -> Result:
    """Answer one query. Raises UsageError and its kinds for a query that cannot be answered."""
    return run_queries(session, info, [query], prefer=prefer)[0]


def run_queries(
    session: Session, info: Version, queries: Sequence[Query], *, prefer: Prefer = "rollup"
) -> list[Result]:
    """Answer several queries in as few statements as possible; the same results as one by one, in the same order."""
    cubes = open_cubes(info.cubes) if prefer == "rollup" else None
    found = [answer(cubes, query) if cubes else None for query in queries]
    asked = [query for query, known in zip(queries, found, strict=True) if known is None]
    stamp = read_stamp(session, info) if asked or not cubes else _stamp_of(cubes, info)
    compiled = [compile_query(query, stamp.setting, prefer) for query in asked]
    results: list[Result] = []
    for start in range(0, len(asked), FUSED):
        results += _run_fused(session, stamp, asked[start : start + FUSED], compiled[start : start + FUSED])
    rest = iter(results)
    return [
        next(rest) if known is None else _known(query, known, stamp)
        for query, known in zip(queries, found, strict=True)
    ]


def _stamp_of(cubes: Cubes, info: Version) -> Stamp:
    """The stamp as the cubes of the version know it."""
    about = cubes.about
    stored = stored_rollups(about["rollups"])
    setting = Setting(date.fromisoformat(about["today"]), stored.cells, about["hour"], stored.daily)
    return Stamp(about["as_of"], about["timezone"], info.id, setting)


def _known(query: Query, known: Answer, stamp: Stamp) -> Result:
    return Result(query, known.columns, known.rows, stamp.as_of, stamp.timezone, stamp.version, routes=known.routes)


def _run_fused(session: Session, stamp: Stamp, queries: Sequence[Query], compiled: Sequence[Compiled]) -> list[Result]:
    if len(queries) == 1:
        only = compiled[0]
        return [_result(queries[0], only, stamp, session.rows(only.sql.text, only.sql.parameters))]
    pairs = enumerate(zip(queries, compiled, strict=True))
    fused = join("\nUNION ALL\n", [_packed(place, query, one) for place, (query, one) in pairs])
    answers: list[list[tuple[Any, ...]]] = [[] for _ in queries]
    for place, _, names, rough, exact in session.rows(fused.text + "\nORDER BY 1, 2", fused.parameters):
        answers[place].append(_unpacked(queries[place], names, rough, exact))
    return [_result(query, one, stamp, rows) for query, one, rows in zip(queries, compiled, answers, strict=True)]


def _packed(place: int, query: Query, compiled: Compiled) -> Sql:
    """One query's answer in the shape all answers share: its place, a row number, and three lists.

    Members as text, ratios as floats, counts and sums as exact decimals; a number is in one list and NULL in the other.
    """
    names = ", ".join(f"CAST({name} AS VARCHAR)" for name in query.by)
    numbers = compiled.columns[len(query.by) :]
    rough = ", ".join(name if name in compiled.ratios else "NULL" for name in numbers)
    exact = ", ".join("NULL" if name in compiled.ratios else name for name in numbers)
    rank = Sql("row_number() OVER (ORDER BY ") + compiled.sort + ")" if query.by else Sql("1")
    lists = f"CAST([{names}] AS VARCHAR[]), CAST([{rough}] AS DOUBLE[]), CAST([{exact}] AS DECIMAL(38, 8)[])"
    return Sql(f"SELECT {place}, ") + rank + f", {lists}\nFROM (\n" + compiled.sql + f"\n) AS answer_{place}"


def _unpacked(query: Query, names: list[Any], rough: list[Any], exact: list[Any]) -> tuple[Any, ...]:
    members = [_READ[get_dimension(name).type](text) for name, text in zip(query.by, names, strict=True)]
    return (*members, *(one if two is None else two for one, two in zip(rough, exact, strict=True)))


_READ: Mapping[str, Callable[[str], Any]] = {"text": str, "date": date.fromisoformat, "integer": int}


def _result(query: Query, compiled: Compiled, stamp: Stamp, rows: Sequence[Sequence[Any]]) -> Result:
    plain_rows = tuple(tuple(plain(value) for value in row) for row in rows)
    return Result(
        query,
        compiled.columns,
        plain_rows,
        stamp.as_of,
        stamp.timezone,
        stamp.version,
        compiled.sql.text,
        compiled.routes,
    )


def plain(value: Any) -> Any:
    """A database value as JSON knows it: a whole decimal is an int, any other a float."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value
