"""What is not known about a number: rows that could not be judged, rows refused at loading, and flawed time stamps.

Per member of the split (one row without):

unknown      rows that belong to the selection but could be counted neither for nor against, for want of data: no
             promise, an event that nobody reported, a cancellation by nobody knows whom. A row without the day that
             would put it into the period is put there by the day of its order. Promise metrics only.
in doubt     counted rows of an order of which another record was refused: their outcome might be the other one
refused      records of the fact's own kind that were refused and never came right, and may belong to the selection: a
             record whose cell for a filter or split is missing may belong to any member, one whose day cannot be read
             to any period
flaws        rows of orders with impossible or missing time stamps
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from fulfillment_bi.metrics import expressions
from fulfillment_bi.metrics.catalog.facts import ORDER
from fulfillment_bi.metrics.fragment import Sql, all_of, join, one_of
from fulfillment_bi.metrics.query import Query
from fulfillment_bi.metrics.resolve import Period, Resolved, check_split, get_dimension, resolve
from fulfillment_bi.metrics.run import plain
from fulfillment_bi.metrics.types import Part

if TYPE_CHECKING:
    from fulfillment_bi.warehouse.engine import Session

IMPOSSIBLE = (
    "shipped_before_created",
    "shipped_before_paid",
    "delivered_before_shipped",
    "cancelled_but_delivered",
    "paid_before_created",
    "steps_out_of_order",
)
MISSING = ("delivered_without_time", "paid_time_missing", "created_time_missing", "promise_missing")

RECORDS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "fct_order": ("orders", ("order_no",)),
    "fct_order_line": ("order_lines", ("order_no", "line_no")),
}
"""Fact -> the entity whose records are its rows, and their key within a channel."""

CELLS: Mapping[str, str] = {"region": "province"} | {
    name: name for name in ("channel", "shop", "country", "warehouse", "carrier", "sku")
}
"""Dimension -> the cell of a refused record that names its member."""

LONGEST_PROMISE = timedelta(days=60)
"""A promise that falls due in a period was given at most so long before it."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """The counts; `rows` are all rows of the selection, amounts are in what the metric sums (rows, units, money)."""

    n: float
    d: float
    n_in_doubt: float = 0
    d_in_doubt: float = 0
    unknown: float = 0
    rows: int = 0
    impossible: int = 0
    missing: int = 0
    refused: float = 0


def run_doubts(
    session: Session, query: Query, resolved: Resolved, refusable: Sequence[str]
) -> dict[tuple[Any, ...], Doubt]:
    """The doubts about one metric by the members of `query.by`. `refusable`: entities whose records feed it, none where
    nothing was ever refused."""
    dimensions = [get_dimension(name) for name in query.by]
    for dimension in dimensions:
        check_split(dimension, resolved)
    sql = _counting(query, resolved, refusable)
    found = {}
    for row in session.rows(sql.text, sql.parameters):
        members, numbers = row[: len(dimensions)], [plain(value) or 0 for value in row[len(dimensions) :]]
        found[tuple(members)] = Doubt(*numbers)
    return found


def count_refused(session: Session, query: Query, resolved: Resolved) -> dict[tuple[str | None, ...], int]:
    """Refused records that may belong to the selection, by members of the split (None: any member)."""
    if resolved.fact.name not in RECORDS:
        return {}
    entity, key = RECORDS[resolved.fact.name]
    members = [_cell(CELLS[name]) if name in CELLS else Sql("NULL") for name in query.by]
    own = " AND ".join(f"f.{name} = json_extract_string(q.source, '$.{name}')" for name in key)
    kept = Sql(f"NOT EXISTS (SELECT 1 FROM {resolved.fact.name} AS f WHERE {own})")  # noqa: S608 - declared names
    conditions = [Sql("q.entity = ?", (entity,)), kept]
    conditions += [_may_be(CELLS[item.dimension], item.values) for item in query.where if item.dimension in CELLS]
    day = "TRY_CAST(left(json_extract_string(q.source, '$.created_at'), 10) AS DATE)"
    if query.start:
        conditions.append(Sql(f"coalesce({day} >= ?, TRUE)", (query.start - LONGEST_PROMISE,)))
    if query.end:
        conditions.append(Sql(f"coalesce({day} <= ?, TRUE)", (query.end,)))
    listed = join(", ", [*members, Sql("count(*)")])
    sql = Sql("SELECT ") + listed + "\nFROM quarantine AS q" + all_of(conditions)
    sql = sql + ("\nGROUP BY ALL" if query.by else "")
    return {tuple(row[:-1]): int(row[-1]) for row in session.rows(sql.text, sql.parameters)}


def _cell(name: str) -> Sql:
    return Sql(f"nullif(json_extract_string(q.source, '$.{name}'), '')")


def _may_be(name: str, values: Sequence[str]) -> Sql:
    cell = _cell(name)
    return Sql("(") + cell + " IS NULL OR " + one_of(cell.text, values) + ")"


def _counting(query: Query, resolved: Resolved, refusable: Sequence[str]) -> Sql:
    fact, denominator, unknown = resolved.fact, resolved.denominator or resolved.numerator, _unknown(query, resolved)
    day, hour = (f"f.{resolved.day}", f"f.{resolved.hour}") if resolved.day else ("", "")
    period = Period(query.start, query.end)
    dimensions = [get_dimension(name) for name in query.by]
    names = [f"{expressions.member(each, day, hour)} AS {each.name}" for each in dimensions]
    doubted = "doubted.order_no IS NOT NULL"
    numbers = [
        expressions.aggregate(resolved.numerator),
        expressions.aggregate(denominator),
        _total(resolved.numerator, doubted) if refusable else "0",
        _total(denominator, doubted) if refusable else "0",
        _total(denominator, unknown, own=False) if unknown else "0",
        "count(*)",
        "count(*) FILTER (WHERE flaw.impossible)" if fact.name in RECORDS else "0",
        "count(*) FILTER (WHERE flaw.missing)" if fact.name in RECORDS else "0",
    ]
    joins = Sql("".join(expressions.look_up(each) for each in dimensions))
    joins = joins + (_flaws() if fact.name in RECORDS else "") + (_doubted(refusable) if refusable else "")
    within = join(" AND ", expressions.within(day, period)) if day else Sql("TRUE")
    if unknown and f"f.{fact.order_day}" != day:
        ordered = join(" AND ", expressions.within(f"f.{fact.order_day}", period))
        within = Sql("((") + within + f") OR ({day} IS NULL AND " + ordered + "))"
    conditions = [within, *expressions.filters(query.where, resolved, day, hour, period)]
    listed = ",\n  ".join([*names, *numbers])
    sql = Sql(f"SELECT\n  {listed}\nFROM {fact.name} AS f") + joins + all_of(conditions)
    return sql + ("\nGROUP BY ALL" if query.by else "")


def _total(part: Part, condition: str, *, own: bool = True) -> str:
    """The part over the rows that also meet a condition; without its `own` conditions, over those alone."""
    value = expressions.part_value(part)
    conditions = [condition, *([expressions.part_condition(part)] if own and expressions.part_condition(part) else [])]
    return f"{f'sum({value})' if value else 'count(*)'} FILTER (WHERE {' AND '.join(conditions)})"


def _unknown(query: Query, resolved: Resolved) -> str:
    """Rows that could be counted neither for nor against; empty for metrics without a promise on orders."""
    due, pending = resolved.denominator, resolve(resolved.metric, query.but(basis="order")).pending
    if resolved.fact.name not in RECORDS or due is None or pending is None:
        return ""
    judged = " AND ".join(f"f.{flag} = 0" for flag in (due.where[0], pending.where[0]))
    by_whom = " OR coalesce(f.cancelled_by, '') = 'unknown'" if resolved.fact.name == ORDER.name else ""
    return f"{judged} AND (f.delivery_state <> 'cancelled'{by_whom})"


def _flaws() -> Sql:
    """One row per order with a flaw in its time stamps."""
    impossible, missing = (one_of("issue", names) for names in (IMPOSSIBLE, MISSING))
    head = Sql("\n  LEFT JOIN (SELECT order_key, bool_or(") + impossible + ") AS impossible, bool_or(" + missing
    return head + ") AS missing FROM fct_order_issue GROUP BY order_key) AS flaw ON flaw.order_key = f.order_key"


def _doubted(entities: Sequence[str]) -> Sql:
    """One row per order of which a record was refused."""
    cell = "json_extract_string(source, '$.order_no')"
    head = Sql(f"\n  LEFT JOIN (SELECT DISTINCT {cell} AS order_no FROM quarantine WHERE ")  # noqa: S608 - declared names
    return head + one_of("entity", entities) + ") AS doubted ON doubted.order_no = f.order_no"
