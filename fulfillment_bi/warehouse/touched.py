"""Which orders a load touches: their numbers, in temporary tables.

`touched_no` are the order numbers whose facts are made anew; `nearby_no` also those that must be looked at to do so.
Order numbers, not orders: the same number in another channel decides to which order a nameless report belongs.

1. What changed: `changed_<entity>`, the records of this load that differ, before and after, which merging notes.
2. What hangs on it: customers, products, stock levels and deliveries lead to orders; so do tracking numbers, on and on.
3. What time changed: orders still open, and those with any moment later than the last version's as-of less the longest
   time that a rule waits; facts without an order.
4. What stands beside it: the customer's orders of the same day, and those with complaints.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from fulfillment_bi.warehouse.engine import Session
from fulfillment_bi.warehouse.tables import has_table

LARGEST_SHARE = 0.3
"""Where more than this share of all orders is touched, building everything is no dearer."""
WAIT = "INTERVAL 72 HOUR"
"""Longer than any rule waits after a moment of an order before it judges."""

_SEEDS: Mapping[str, str] = {
    "customers": "SELECT s.order_no FROM {main}.state_orders AS s INNER JOIN temp.changed_customers AS c "
    "ON c.channel = s.channel AND c.customer_no = s.customer_no",
    "products": "SELECT order_no FROM {main}.state_order_lines WHERE sku IN (SELECT sku FROM temp.changed_products) "
    "UNION SELECT order_no FROM {main}.state_after_sales WHERE sku IN (SELECT sku FROM temp.changed_products)",
    "stock_levels": "SELECT l.order_no FROM {main}.fct_order_line AS l "
    "INNER JOIN {main}.dim_sku AS d ON d.sku_id = l.sku_id "
    'INNER JOIN (SELECT DISTINCT sku, "date" FROM temp.changed_stock_levels) AS c ON c.sku = d.sku '
    'AND l.created_day > c."date" AND l.created_day <= c."date" + 8',
    "deliveries": "SELECT s.order_no FROM {main}.state_fulfilments AS s INNER JOIN temp.changed_deliveries AS c "
    "ON c.channel = s.channel AND c.fulfilment_no = s.fulfilment_no",
    "int_sku_usual": "SELECT order_no FROM {main}.state_order_lines WHERE sku IN (SELECT key FROM temp.differing)",
    "int_region_home": "SELECT o.order_no FROM {main}.fct_order AS o INNER JOIN {main}.dim_region AS d "
    "ON d.region_id = o.region_id WHERE d.region IN (SELECT key FROM temp.differing)",
    "int_source_service": "SELECT order_no FROM {main}.state_tickets WHERE source IN (SELECT key FROM temp.differing)",
}
"""Entity, or kept model -> the orders that its changed rows touch."""
SEEDED = frozenset(_SEEDS) | {"parcel_events"}

_NEW_CUSTOMERS = """
    SELECT coalesce(o.customer_key, c.customer_key, o.channel || ' ' || o.customer_no) AS customer_key, o.created_at
    FROM {main}.state_orders AS o
    LEFT JOIN {main}.state_customers AS c ON c.channel = o.channel AND c.customer_no = o.customer_no
    WHERE o.order_no IN (SELECT order_no FROM temp.touched_no)"""
_OLD_CUSTOMERS = """
    SELECT customer_key, created_at FROM {main}.fct_order
    WHERE customer_key IS NOT NULL AND order_no IN (SELECT order_no FROM temp.touched_no)"""
_SAME_DAY = """
    SELECT o.order_no FROM {main}.fct_order AS o INNER JOIN temp.customer_moment AS m ON m.customer_key = o.customer_key
        AND o.created_at BETWEEN m.created_at - INTERVAL 1 DAY AND m.created_at + INTERVAL 1 DAY"""
_COMPLAINTS = """
    SELECT o.order_no FROM {main}.fct_ticket AS t INNER JOIN {main}.fct_order AS o ON o.order_key = t.order_key
    WHERE t.is_complaint = 1 AND o.customer_key IN (SELECT customer_key FROM temp.customer_moment)"""

_DERIVED = frozenset({"fct_order_stage", "fct_order_issue", "fct_order_risk"})
"""Facts whose moments are all in `fct_order` as well."""


@dataclass(frozen=True, slots=True)
class Changed:
    """What differs from the last version: entities with their columns, and the `main` of the file being written."""

    main: str
    columns: Mapping[str, tuple[str, ...]]


def changed_records(session: Session, main: str) -> Changed:
    """What merging has noted in this session."""
    rows = session.rows(
        "SELECT table_name, list(column_name) FROM duckdb_columns() "
        "WHERE database_name = 'temp' AND starts_with(table_name, 'changed_') GROUP BY table_name ORDER BY table_name"
    )
    found = {name.removeprefix("changed_"): tuple(columns) for name, columns in rows}
    some = {name for name in found if session.rows(f"SELECT 1 FROM temp.changed_{name} LIMIT 1")}  # noqa: S608
    return Changed(main, {name: columns for name, columns in found.items() if name in some})


def find_touched(session: Session, changed: Changed, facts: list[str], before: datetime) -> float:
    """Make `touched_no`, `touched_tracking` and `nearby_no`; the share of all orders that is nearby.

    `facts` are those made order by order, `before` the as-of of the last version.
    """
    session.execute("CREATE OR REPLACE TEMP TABLE touched_no (order_no VARCHAR)")
    session.execute("CREATE OR REPLACE TEMP TABLE touched_tracking (tracking_no VARCHAR)")
    for entity, columns in changed.columns.items():
        if "order_no" in columns:
            _touch(session, f"SELECT order_no FROM temp.changed_{entity}")  # noqa: S608
        if "tracking_no" in columns:
            _track(session, f"SELECT tracking_no FROM temp.changed_{entity}")  # noqa: S608
        if entity in _SEEDS and not entity.startswith("int_"):
            _touch(session, _SEEDS[entity].format(main=changed.main))
    _follow_parcels(session, changed.main)
    _beside(session, changed.main, "touched_no")
    for fact in facts:
        _touch_by_time(session, changed.main, fact, before)
    _follow_parcels(session, changed.main)
    session.execute("CREATE OR REPLACE TEMP TABLE nearby_no AS SELECT order_no FROM temp.touched_no")
    _beside(session, changed.main, "nearby_no")
    near, everything = session.rows(
        f"SELECT (SELECT count(*) FROM temp.nearby_no), (SELECT count(*) FROM {changed.main}.state_orders)"  # noqa: S608
    )[0]
    return int(near) / max(int(everything), 1)


def touch_by_kept(session: Session, main: str, model: str) -> None:
    """Touch the orders that hang on the rows of a kept model named in `temp.differing`."""
    text = _SEEDS[model].format(main=main)
    session.execute(f"CREATE TEMP TABLE IF NOT EXISTS changed_{model} AS SELECT order_no FROM ({text}) LIMIT 0")  # noqa: S608
    session.execute(f"INSERT INTO temp.changed_{model} SELECT order_no FROM ({text})")  # noqa: S608


def _touch(session: Session, text: str, into: str = "touched_no") -> int:
    """Add order numbers; how many were new."""
    before = session.rows(f"SELECT count(*) FROM temp.{into}")[0][0]  # noqa: S608
    session.execute(
        f"INSERT INTO temp.{into} SELECT order_no FROM ({text}) WHERE order_no IS NOT NULL "  # noqa: S608
        f"EXCEPT SELECT order_no FROM temp.{into}"
    )
    return int(session.rows(f"SELECT count(*) FROM temp.{into}")[0][0]) - int(before)  # noqa: S608


def _track(session: Session, text: str) -> None:
    session.execute(
        f"INSERT INTO temp.touched_tracking SELECT tracking_no FROM ({text}) WHERE tracking_no <> '' "  # noqa: S608
        "EXCEPT SELECT tracking_no FROM temp.touched_tracking"
    )


def _follow_parcels(session: Session, main: str) -> None:
    """Orders that share a tracking number with a touched one are touched, and so on."""
    places = _tracked_places(session, main)
    new = 1
    while new:
        for source, order_no in places:
            touched = f"{order_no} IN (SELECT order_no FROM temp.touched_no)"  # noqa: S608
            _track(session, f"SELECT s.tracking_no FROM {source} WHERE {touched}")  # noqa: S608
        known = "s.tracking_no IN (SELECT tracking_no FROM temp.touched_tracking)"
        new = 0
        for source, order_no in places:
            new += _touch(session, f"SELECT {order_no} AS order_no FROM {source} WHERE {known}")  # noqa: S608


def _tracked_places(session: Session, main: str) -> list[tuple[str, str]]:
    """Where tracking numbers stand: what to select from, the table that has them as `s`, and the order's number."""
    delivered = (
        f"{main}.state_deliveries AS s INNER JOIN {main}.state_fulfilments AS f "
        "ON f.channel = s.channel AND f.fulfilment_no = s.fulfilment_no"
    )
    places = {
        "state_fulfilments": (f"{main}.state_fulfilments AS s", "s.order_no"),
        "state_parcels": (f"{main}.state_parcels AS s", "s.order_no"),
        "state_deliveries": (delivered, "f.order_no"),
    }
    return [place for table, place in places.items() if has_table(session, table)]


def _beside(session: Session, main: str, into: str) -> None:
    new = _NEW_CUSTOMERS.format(main=main)
    old = _OLD_CUSTOMERS.format(main=main)
    session.execute(f"CREATE OR REPLACE TEMP TABLE customer_moment AS {new} UNION {old}")
    _touch(session, _SAME_DAY.format(main=main), into)
    if has_table(session, "fct_ticket"):
        _touch(session, _COMPLAINTS.format(main=main), into)
    session.execute("DROP TABLE temp.customer_moment")


def _touch_by_time(session: Session, main: str, fact: str, before: datetime) -> None:
    """Orders of which something is open or recent; and what the fact has without an order."""
    columns = dict(
        session.rows(
            "SELECT column_name, data_type FROM duckdb_columns() WHERE table_name = ? AND database_name <> 'temp'",
            (fact,),
        )
    )
    if fact in _DERIVED or "order_no" not in columns:
        return
    later = [f'"{name}" > bound.at' for name, kind in columns.items() if kind == "TIMESTAMP"]
    later += [f'"{name}" >= CAST(bound.at AS DATE)' for name, kind in columns.items() if kind == "DATE"]
    later += ["order_key = 0", *(["is_open = 1"] if "is_open" in columns else [])]
    bound = f"(SELECT CAST(? AS TIMESTAMP) - {WAIT} AS at) AS bound"
    session.execute(
        f"CREATE OR REPLACE TEMP TABLE recent AS SELECT DISTINCT order_no FROM {main}.{fact}, {bound} "  # noqa: S608
        f"WHERE {' OR '.join(later)}",
        (before,),
    )
    _touch(session, "SELECT order_no FROM temp.recent")
    if "tracking_no" in columns:
        _track(session, f"SELECT tracking_no FROM {main}.{fact} WHERE order_key = 0")  # noqa: S608
    session.execute("DROP TABLE temp.recent")
