"""Hold a reading session to a scope: every table name in it means only the rows that may be seen.

Temporary views with the names of the tables stand before them, so whatever SQL runs on the session, now or in a later
release, is narrowed: there is nothing to remember. The first rule that fits a table holds:

1. OPEN tables are whole: settings, calendars, budgets; they say nothing of anybody's orders. `build_info` loses the
   rollups that could not be narrowed, so that none of them is chosen.
2. A dimension of the scope: the allowed members. Any other dimension: the members that occur in rows that may be seen.
3. A table with the key of every limited dimension (facts, rollups): rows of allowed members. An order of several
   warehouses belongs to 'several', its lines to their own; stock belongs to no channel.
4. Records of an order: those of orders that may be seen, and of an allowed warehouse where they name one.
   Tracks of parcels: those of parcels that may be seen. Refused records: those that name allowed members.
5. Records of stock and purchases: an allowed warehouse, where only warehouses are limited.
6. Everything else is empty, such as the ledger of loads: a file may hold anybody's rows.

Columns that name somebody else's members in a row of one's own are blanked where those may not be seen.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from fulfillment_bi.warehouse.engine import Session
from fulfillment_bi.warehouse.scope import DIMENSIONS, Scope

OPEN = frozenset({"meta", "dim_stage", "state_calendar", "int_region_home"})
SEEN_IN = ("fct_order", "fct_order_line", "fct_short_line", "fct_order_cause", "fct_purchase_line", "fct_stock_item")
"""Facts whose rows make the members of other dimensions visible."""
MASKED = {
    "fct_short_line": {"taken_by": "channel", "other_warehouse": "warehouse"},
}
"""Columns that name a member of a dimension other than the row's own."""
TELLING = {"fct_conflict": "conflict_column", "conflicts": "column_name"}
"""Tables of values that lost or won, with the column that says of which field they are."""


def narrow(session: Session, scope: Scope) -> None:
    """Hold `session` to `scope` from now on. `session` is on a published version and nobody else uses it."""
    tables = _tables(session)
    _keep_members(session, scope)
    ordered = sorted(tables, key=lambda table: (not table.startswith("fct_"), table.startswith("dim_"), table))
    dimensions = [table for table in ordered if table.startswith("dim_") and _own(table) not in DIMENSIONS]
    for table in ordered:
        if table == "build_info" or table in dimensions:
            continue
        _shadow(session, table, _selection(table, tables, scope))
    for table in dimensions:
        _shadow(session, table, _dimension(session, table, tables, scope))
    for name in DIMENSIONS:
        if f"dim_{name}" in tables and name not in scope.limited:
            session.execute(f"DROP VIEW temp.dim_{name}")
            _shadow(session, f"dim_{name}", _dimension(session, f"dim_{name}", tables, scope))
    if "build_info" in tables:
        _keep_rollups(session, tables, scope)


def _tables(session: Session) -> dict[str, frozenset[str]]:
    """Every table of the version, with its columns."""
    found: dict[str, set[str]] = {}
    for table, column in session.rows(
        "SELECT table_name, column_name FROM information_schema.columns WHERE table_catalog = current_database()"
    ):
        found.setdefault(table, set()).add(column)
    return {table: frozenset(columns) for table, columns in found.items()}


def _keep_members(session: Session, scope: Scope) -> None:
    """allowed_<dimension>: key and name of every allowed member, in the tables the views look into."""
    for name, members in scope.items():
        if not members:
            continue
        session.execute(f"CREATE TEMP TABLE allowed_{name} (id INTEGER, member VARCHAR)")
        for member in sorted(members):
            session.execute(
                f"INSERT INTO temp.allowed_{name} SELECT any_value(d.{name}_id), p.member "  # noqa: S608 - of DIMENSIONS
                f"FROM (SELECT CAST(? AS VARCHAR) AS member) AS p LEFT JOIN {_base(session)}.dim_{name} AS d "
                f"ON d.{name} = p.member GROUP BY p.member",
                (member,),
            )


def _shadow(session: Session, table: str, select: str) -> None:
    session.execute(f"CREATE TEMP VIEW {_quoted(table)} AS {select.format(base=_base(session))}")


def _selection(table: str, tables: dict[str, frozenset[str]], scope: Scope) -> str:
    """The SELECT of a table's visible rows; `{base}` stands for the version it is read from."""
    columns = tables[table]
    source = f"FROM {{base}}.{_quoted(table)} AS t"
    head = f"SELECT {_columns(table, columns, scope)} {source}"
    conditions = _conditions(table, columns, tables, scope)
    return head if not conditions else f"{head} WHERE {' AND '.join(conditions)}"


def _columns(table: str, columns: frozenset[str], scope: Scope) -> str:
    blanked = [
        f"CASE WHEN t.{column} IN (SELECT member FROM temp.allowed_{name}) THEN t.{column} END AS {column}"  # noqa: S608
        for column, name in MASKED.get(table, {}).items()
        if column in columns and name in scope.limited
    ]
    if table in TELLING:
        names = ", ".join(f"'{name}'" for name in DIMENSIONS)
        blanked += [
            f"CASE WHEN t.{TELLING[table]} NOT IN ({names}) THEN t.{column} END AS {column}"
            for column in ("winning_value", "other_value")
            if column in columns
        ]
    return f"t.* REPLACE ({', '.join(blanked)})" if blanked else "t.*"


def _conditions(table: str, columns: frozenset[str], tables: dict[str, frozenset[str]], scope: Scope) -> list[str]:
    limited = scope.limited
    if table in OPEN:
        return []
    if table.startswith("dim_") and _own(table) in DIMENSIONS:
        return [f"t.{_own(table)}_id IN (SELECT id FROM temp.allowed_{_own(table)})"] if _own(table) in limited else []  # noqa: S608
    if all(f"{name}_id" in columns for name in limited):
        return [f"t.{name}_id IN (SELECT id FROM temp.allowed_{name})" for name in limited]  # noqa: S608
    if table == "quarantine":
        return [
            f"json_extract_string(t.source, '$.{name}') IN (SELECT member FROM temp.allowed_{name})"  # noqa: S608
            for name in limited
        ]
    if table == "state_parcel_events" and "fct_parcel" in tables:
        return [
            "(t.carrier, t.tracking_no) IN (SELECT (c.carrier, p.tracking_no) FROM fct_parcel AS p "
            "INNER JOIN {base}.dim_carrier AS c ON c.carrier_id = p.carrier_id)"
        ]
    of_order = {"channel", "order_no"} <= columns and table.startswith(("state_", "fct_", "conflicts"))
    if of_order and "fct_order" in tables:
        own = [f"t.{name} IN (SELECT member FROM temp.allowed_{name})" for name in limited if name in columns]  # noqa: S608
        return [
            "(t.channel, t.order_no) IN (SELECT (c.channel, o.order_no) FROM fct_order AS o "
            "INNER JOIN {base}.dim_channel AS c ON c.channel_id = o.channel_id)",
            *own,
        ]
    if table.startswith("state_") and limited == ("warehouse",) and "warehouse" in columns:
        return ["t.warehouse IN (SELECT member FROM temp.allowed_warehouse)"]
    return ["FALSE"]


def _dimension(session: Session, table: str, tables: dict[str, frozenset[str]], scope: Scope) -> str:
    """A dimension that the scope does not name: members that occur, found once and kept."""
    key = next((column for column in sorted(tables[table]) if column == f"{_own(table)}_id"), "")
    key = key or ("sku_id" if "sku_id" in tables[table] else "")
    facts = [fact for fact in SEEN_IN if fact in tables and key in tables[fact]]
    if table in OPEN or not key or not facts:
        return _selection(table, tables, scope)
    seen = " UNION ".join(f"SELECT {key} AS id FROM {fact}" for fact in facts)  # noqa: S608 - names of our own tables
    session.execute(f"CREATE TEMP TABLE seen_{_own(table)} AS {seen}")
    return f"SELECT t.* FROM {{base}}.{table} AS t WHERE t.{key} IN (SELECT id FROM temp.seen_{_own(table)})"  # noqa: S608


def _keep_rollups(session: Session, tables: dict[str, frozenset[str]], scope: Scope) -> None:
    """`build_info` without the rollups that do not hold every limited dimension."""
    session.execute(f"CREATE TEMP TABLE build_info AS SELECT * FROM {_base(session)}.build_info")  # noqa: S608
    if "rollups" not in tables["build_info"]:
        return
    for (text,) in session.rows("SELECT rollups FROM temp.build_info"):
        stored = json.loads(text) if text else {}
        cells = stored.get("cells", {})
        stored["cells"] = {name: cells[name] for name in cells if _has_all(tables.get(name, ()), scope)}
        session.execute("UPDATE temp.build_info SET rollups = ?", (json.dumps(stored) if text else None,))


def _has_all(columns: Sequence[str] | frozenset[str], scope: Scope) -> bool:
    return all(f"{name}_id" in columns for name in scope.limited)


def _own(table: str) -> str:
    return table.removeprefix("dim_")


def _base(session: Session) -> str:
    ((database,),) = session.rows("SELECT current_database()")
    return f"{_quoted(str(database))}.main"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
