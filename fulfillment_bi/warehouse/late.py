"""What is made from the facts of orders: which of its rows a load may have changed, and what these are read from.

A part is a condition on the rows of a model, and what its SELECT reads instead of whole tables so that it gives just
those rows. Keys and days stand in temporary tables, so that no value becomes text.
"""

# ruff: noqa: S608 - every name in these statements is that of a model or one of its columns

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fulfillment_bi.warehouse.engine import Session

_LINE = (
    "sku_id, category_id, warehouse_id, created_day, shipped_day, qty_ordered, qty_sent, unit_price, "
    "due_ship_original, qty_due"
)
"""What stock asks of a line."""


@dataclass(frozen=True, slots=True)
class Part:
    """Rows of a model: those that `condition` names; `places` says what to read instead of which table."""

    condition: str
    places: Mapping[str, str]


def part_of(session: Session, main: str, rule: str, places: Mapping[str, str]) -> Part | None:
    """The part of a model of this rule to be made anew; None where there is no saying, and all is."""
    if rule == "failed":
        return failed_orders(session, main)
    return customers(session, main, places["int_threshold"]) if rule == "customer" else None


def failed_orders(session: Session, main: str) -> Part:
    """Touched orders; failed ones that are neither open nor delivered, whose lateness grows with time; shortages."""
    short = _differing(session, "fct_short_line", "order_key")
    session.execute(
        "CREATE OR REPLACE TEMP TABLE late_key AS SELECT order_key FROM temp.touched_key "
        f"UNION SELECT order_key FROM {main}.fct_order WHERE is_failed = 1 AND delivered_at IS NULL{short}"
    )
    named = "order_key IN (SELECT order_key FROM temp.late_key)"
    return Part(named, {"fct_order": f"(SELECT * FROM {main}.fct_order WHERE {named})"})


def customers(session: Session, main: str, threshold: str) -> Part:
    """Customers of touched orders, and those who have since had all the time that there is to come back.

    `threshold` is where `int_threshold` stands.
    """
    orders = _differing(session, "fct_order", "customer_key")
    session.execute(
        "CREATE OR REPLACE TEMP TABLE late_customer AS "
        f"SELECT c.customer_key FROM {main}.fct_customer AS c CROSS JOIN {main}.build_info AS info "
        f"CROSS JOIN {threshold} AS rule "
        "WHERE (c.is_matured = 0 AND c.first_order_at + rule.repurchase_window <= info.as_of) "
        f"OR (c.is_stockout_matured = 0 AND c.stocked_out_at + rule.repurchase_window <= info.as_of){orders}"
    )
    named = "customer_key IN (SELECT customer_key FROM temp.late_customer)"
    return Part(named, {"fct_order": f"(SELECT * FROM {main}.fct_order WHERE {named})"})


def stock_days(session: Session, main: str, threshold: str, *, has_levels: bool) -> Part | None:
    """The days from the first month in which anything differs; None where days before may differ as well.

    `has_levels`: `changed_stock_levels` says which levels differ. `threshold` is where `int_stock_threshold` stands.
    """
    lines = "UNION ALL ".join(
        f"(SELECT {_LINE} FROM temp.{one} EXCEPT ALL SELECT {_LINE} FROM temp.{other}) "
        for one, other in (
            ("removed_fct_order_line", "added_fct_order_line"),
            ("added_fct_order_line", "removed_fct_order_line"),
        )
    )
    levels = 'UNION ALL SELECT "date" FROM temp.changed_stock_levels' if has_levels else ""
    session.execute(
        "CREATE OR REPLACE TEMP TABLE stock_since AS "
        "SELECT CAST(date_trunc('month', first) AS DATE) AS day, "
        "CAST(date_trunc('month', first) - to_months(CAST(t.rate_months AS INTEGER)) AS DATE) AS low "
        "FROM (SELECT coalesce(min(day), DATE '9999-01-01') AS first FROM ("
        f"SELECT least(created_day, shipped_day) AS day FROM ({lines}) {levels})) CROSS JOIN {threshold} AS t"
    )
    if session.rows(_OLDER.format(main=main)):
        return None
    low = "(SELECT low FROM temp.stock_since)"
    places = {
        "state_stock_levels": f'(SELECT * FROM {main}.state_stock_levels WHERE "date" >= {low})',
        "fct_order_line": f"(SELECT * FROM {main}.fct_order_line WHERE created_day >= {low} OR shipped_day >= {low})",
    }
    return Part("snapshot_day >= (SELECT day FROM temp.stock_since)", places)


def all_levels(main: str) -> str:
    """Every level, as far as SKUs, warehouses and costs go: of the days before from the fact."""
    columns = "sku_id, warehouse_id, snapshot_day, unit_cost"
    known = f"SELECT {columns} FROM {main}.fct_stock_day WHERE is_snapshot = 1"
    before = f"{known} AND snapshot_day < (SELECT low FROM temp.stock_since)"
    return f"({before} UNION ALL SELECT {columns} FROM temp.int_stock_level)"


def is_past_the_same(session: Session, main: str) -> bool:
    """Whether new levels leave the days before as they were: SKUs stay where they were, and cost what they did."""
    return not session.rows(_MOVED.format(main=main)) and not session.rows(_COST.format(main=main))


_OLDER = """
    SELECT 1 FROM {main}.fct_stock_day AS d LEFT JOIN {main}.dim_sku AS s ON s.sku_id = d.sku_id
    WHERE d.snapshot_day < (SELECT day FROM temp.stock_since)
        AND d.category_id IS DISTINCT FROM s.category_id
    LIMIT 1"""
_MOVED = """
    WITH known AS (
        SELECT sku_id, min(warehouse_id) AS low, max(warehouse_id) AS high
        FROM {main}.fct_stock_day WHERE is_snapshot = 1 GROUP BY sku_id
    ), seen AS (
        SELECT sku_id, min(warehouse_id) AS low, max(warehouse_id) AS high FROM temp.int_stock_level GROUP BY sku_id
    )
    SELECT 1 FROM seen LEFT JOIN known ON known.sku_id = seen.sku_id
    WHERE CASE
        WHEN known.sku_id IS NULL THEN seen.sku_id IN (
            SELECT sku_id FROM {main}.fct_order_line WHERE created_day < (SELECT day FROM temp.stock_since))
        ELSE known.low = known.high AND (seen.low <> known.low OR seen.high <> known.high) END
    LIMIT 1"""
_COST = """
    SELECT 1 FROM {main}.fct_stock_day AS d INNER JOIN temp.int_stock_cost AS c ON c.sku_id = d.sku_id
    WHERE d.is_snapshot = 0 AND d.snapshot_day < (SELECT day FROM temp.stock_since) AND d.unit_cost <> c.unit_cost
    LIMIT 1"""


def _differing(session: Session, fact: str, key: str) -> str:
    """SQL that adds the keys of the rows that were removed from or added to a fact, where that is known."""
    noted = {
        row[0]
        for row in session.rows(
            "SELECT table_name FROM duckdb_tables() WHERE temporary AND table_name LIKE '%ed_fct_%'"
        )
    }
    tables = [f"{kind}_{fact}" for kind in ("removed", "added") if f"{kind}_{fact}" in noted]
    return "".join(f" UNION SELECT {key} FROM temp.{table}" for table in tables)
