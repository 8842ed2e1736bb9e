"""A made-up year of exports at contract level, written as CSV by DuckDB: no realism, only volume and cardinalities.

365 days, 12 channels, 31 regions, 8 carriers, 8 warehouses, 20,000 SKUs, two and a half lines an order. Everything
follows from the order's number by hashing, so the same size gives the same files. `write_base` writes the year,
`write_update` what a night would bring: a tenth of the last seven days' orders, with what happened to them since.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb

DAYS = 365
FIRST_DAY = "2025-07-01"
LINES_AN_ORDER = 2.5
SKUS = 20_000
WAREHOUSES = 8

_ORDERS = """
CREATE OR REPLACE TEMP VIEW made AS
WITH numbered AS (
    SELECT
        range AS i,
        TIMESTAMP '{first} 00:00:00' + to_seconds(CAST(range * ({days} * 86400.0 / {orders}) AS BIGINT)) AS created,
        hash(range * 16 + 1) AS h1, hash(range * 16 + 2) AS h2, hash(range * 16 + 3) AS h3, hash(range * 16 + 4) AS h4
    FROM range({orders})
), timed AS (
    SELECT
        *,
        created + to_seconds(60 + h1 % 3600) AS paid,
        created + to_seconds(7200 + (h2 >> 8) % 180000) AS handed,
        h4 % 50 = 0 AS is_cancelled
    FROM numbered
), scanned AS (
    SELECT *, handed + to_seconds(1800 + (h3 >> 12) % 28800) AS scan FROM timed
)
SELECT
    *, scan + to_seconds(43200 + (h4 >> 16) % 432000) AS signed,
    'channel' || lpad(CAST(h1 % 12 AS VARCHAR), 2, '0') AS channel,
    'N' || lpad(CAST(i AS VARCHAR), 10, '0') AS order_no,
    1 + (h2 % 4) AS line_count,
    i >= {orders} - CAST({orders} * 7.0 / {days} AS BIGINT) AND h3 % 10 = 0 AS is_updated
FROM scanned
"""

_FILES = {
    "orders": """
        SELECT
            channel, order_no, channel || '-shop' || (h1 >> 20) % 3 AS shop,
            'c' || (h2 >> 10) % 2000000 AS customer_key,
            'region' || lpad(CAST((h1 >> 8) % 31 AS VARCHAR), 2, '0') AS province, 'CN' AS country,
            created AS created_at, CASE WHEN paid <= {now} THEN paid END AS paid_at,
            created + INTERVAL 48 HOUR AS promised_ship_at_original,
            created + INTERVAL 168 HOUR AS promised_delivery_at_original,
            CASE WHEN is_cancelled THEN paid END AS cancelled_at,
            CASE WHEN is_cancelled THEN CASE WHEN h3 % 2 = 0 THEN 'customer' ELSE 'seller' END END AS cancelled_by,
            CASE WHEN is_cancelled THEN 'cancelled' WHEN signed <= {now} THEN 'delivered'
                 WHEN handed <= {now} THEN 'shipped' ELSE 'paid' END AS status
        FROM made""",
    "order_lines": """
        SELECT
            channel, order_no, part AS line_no,
            'SKU' || lpad(CAST(hash(i * 16 + part) % {skus} AS VARCHAR), 5, '0') AS sku,
            1 + hash(i * 16 + part + 8) % 3 AS qty_ordered,
            (100 + hash(i * 16 + part + 12) % 49900) / 100.0 AS unit_price
        FROM made, (SELECT unnest([1, 2, 3, 4]) AS part)
        WHERE part <= line_count""",
    "fulfilments": """
        SELECT
            channel, order_no, 'F' || i AS fulfilment_no, 'warehouse' || (h3 >> 4) % 8 AS warehouse,
            created + to_seconds(4000 + h4 % 1800) AS allocated_at,
            created + to_seconds(CAST(date_diff('second', created, handed) * 0.5 AS BIGINT)) AS picked_at,
            created + to_seconds(CAST(date_diff('second', created, handed) * 0.8 AS BIGINT)) AS packed_at,
            handed AS shipped_at_warehouse, 'carrier' || (h4 >> 4) % 8 AS carrier, 'T' || i AS tracking_no
        FROM made
        WHERE NOT is_cancelled AND handed <= {now}""",
    "parcels": """
        SELECT
            'carrier' || (h4 >> 4) % 8 AS carrier, 'T' || i AS tracking_no, channel, order_no,
            scan AS first_scan_at, CASE WHEN signed <= {now} THEN signed END AS delivered_at
        FROM made
        WHERE NOT is_cancelled AND scan <= {now}""",
}
_PRODUCTS = """
    SELECT 'SKU' || lpad(CAST(range AS VARCHAR), 5, '0') AS sku, 'Product ' || range AS name,
           'category' || range % 40 AS category, 'brand' || range % 300 AS brand, 5 + range % 200 AS cost
    FROM range({skus})"""
_STOCK = """
    SELECT CAST(DATE '{first}' + CAST(day AS INTEGER) AS VARCHAR) AS date,
           'SKU' || lpad(CAST(sku AS VARCHAR), 5, '0') AS sku,
           'warehouse' || house AS warehouse,
           hash(day * 1000003 + sku * 17 + house) % 400 AS on_hand, 20 AS safety_stock
    FROM range({days}) AS d(day), range({skus}) AS s(sku), range({warehouses}) AS w(house)
    WHERE day % {every} = 0"""
_UPDATED_STOCK = """
    SELECT CAST(DATE '{first}' + {days} AS VARCHAR) AS date, 'SKU' || lpad(CAST(sku AS VARCHAR), 5, '0') AS sku,
           'warehouse' || house AS warehouse, hash(sku * 17 + house) % 400 AS on_hand, 20 AS safety_stock
    FROM range({skus}) AS s(sku), range({warehouses}) AS w(house)"""


def write_base(folder: Path, lines: int, stock_every: int) -> dict[str, int]:
    """Write the year's files into `folder`; the number of rows of each. Stock is counted every `stock_every` days."""
    values = _values(lines) | {"every": max(stock_every, 1)}
    with duckdb.connect() as connection:
        connection.execute(_ORDERS.format(**values))
        texts = _FILES | {"products": _PRODUCTS}
        if stock_every:
            texts["stock_levels"] = _STOCK
        return {name: _write(connection, folder, name, text, values, "20260701") for name, text in texts.items()}


def write_update(folder: Path, lines: int) -> dict[str, int]:
    """Write what the night after brings into `folder`: a day later, a tenth of the orders of the last seven days."""
    values = _values(lines)
    values["now"] = f"(TIMESTAMP '{FIRST_DAY}' + INTERVAL {DAYS + 1} DAY)"
    with duckdb.connect() as connection:
        connection.execute(_ORDERS.format(**values))
        touched = "FROM (FROM made WHERE is_updated) AS made"
        texts = {name: text.replace("FROM made", touched) for name, text in _FILES.items() if name != "order_lines"}
        texts["stock_levels"] = _UPDATED_STOCK
        return {name: _write(connection, folder, name, text, values, "20260702") for name, text in texts.items()}


def _values(lines: int) -> dict[str, Any]:
    now = f"(TIMESTAMP '{FIRST_DAY}' + INTERVAL {DAYS} DAY)"
    orders = int(lines / LINES_AN_ORDER)
    return {"orders": orders, "days": DAYS, "first": FIRST_DAY, "skus": SKUS, "warehouses": WAREHOUSES, "now": now}


def _write(connection: Any, folder: Path, name: str, text: str, values: dict[str, Any], stamp: str) -> int:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}_{stamp}.csv"
    draft = path.with_suffix(".part")
    written = connection.execute(f"COPY ({text.format(**values)}) TO '{draft}' (HEADER, FORMAT csv)").fetchall()
    draft.rename(path)
    return int(written[0][0])
