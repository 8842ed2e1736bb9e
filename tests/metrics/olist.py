"""The recorded marketplace orders as `state_*` tables, by plain SQL over the raw files: no part of the load is used.

The raw files stay beside them as `raw_*` tables, all text, for figures counted straight from what was recorded.
"""

from __future__ import annotations

import csv
import os
from pathlib import Path

import pyarrow as pa

from fulfillment_bi.ingest.tables import ensure_tables
from fulfillment_bi.warehouse.build import build_models
from fulfillment_bi.warehouse.engine import Session

FILES = {
    "orders": "olist_orders_dataset.csv",
    "items": "olist_order_items_dataset.csv",
    "customers": "olist_customers_dataset.csv",
    "sellers": "olist_sellers_dataset.csv",
    "products": "olist_products_dataset.csv",
    "reviews": "olist_order_reviews_dataset.csv",
}
LOCAL = (
    "CAST(nullif({0}, '') AS TIMESTAMP) - INTERVAL 8 HOUR"  # written on a clock in Shanghai, which has no summer time
)
DUE = "CAST(nullif({0}, '') AS TIMESTAMP) + INTERVAL 1 DAY - INTERVAL 1 MICROSECOND - INTERVAL 8 HOUR"  # a bare date

STATES = {
    "orders": f"""
        SELECT 'olist' AS channel, order_id AS order_no, customer_id AS customer_no,
            CASE order_status WHEN 'approved' THEN 'paid' WHEN 'invoiced' THEN 'processing'
                WHEN 'canceled' THEN 'cancelled' WHEN 'unavailable' THEN 'cancelled' ELSE order_status END AS status,
            CASE order_status WHEN 'canceled' THEN 'unknown' WHEN 'unavailable' THEN 'seller' END AS cancelled_by,
            {LOCAL.format("order_purchase_timestamp")} AS created_at, {LOCAL.format("order_approved_at")} AS paid_at,
            {DUE.format("order_estimated_delivery_date")} AS promised_delivery_at_original
        FROM raw_orders""",
    "order_lines": f"""
        SELECT 'olist' AS channel, order_id AS order_no, order_item_id AS line_no, product_id AS sku, seller_id AS shop,
            1 AS qty_ordered, CAST(price AS DECIMAL(18, 4)) AS unit_price,
            {LOCAL.format("shipping_limit_date")} AS promised_ship_at_original
        FROM raw_items""",
    "fulfilments": f"""
        SELECT 'olist' AS channel, order_id AS order_no, order_id AS fulfilment_no, order_id AS tracking_no,
            {LOCAL.format("order_delivered_carrier_date")} AS shipped_at_platform
        FROM raw_orders WHERE order_delivered_carrier_date <> ''""",
    "parcels": f"""
        SELECT 'olist' AS channel, order_id AS order_no, 'unknown' AS carrier, order_id AS tracking_no,
            {LOCAL.format("order_delivered_customer_date")} AS delivered_at
        FROM raw_orders WHERE order_delivered_carrier_date <> '' OR order_delivered_customer_date <> ''""",
    "customers": """
        SELECT 'olist' AS channel, customer_id AS customer_no, customer_unique_id AS customer_key,
            customer_state AS province, 'BR' AS country
        FROM raw_customers""",
    "shops": "SELECT DISTINCT 'olist' AS channel, seller_id AS shop, seller_state AS province FROM raw_sellers",
    "products": "SELECT product_id AS sku, nullif(product_category_name, '') AS category FROM raw_products",
    "reviews": f"""
        SELECT 'olist' AS channel, order_id AS order_no, review_id AS review_no,
            CAST(review_score AS DECIMAL(18, 4)) AS score, {LOCAL.format("review_creation_date")} AS created_at
        FROM raw_reviews""",
}


def folder() -> Path:
    """Where the recorded files are, if they are."""
    root = os.environ.get("FBI_REAL_DATA") or Path(__file__).parents[3] / "shared" / "data"
    return Path(root) / "olist_sample"


def fill_olist(session: Session) -> None:
    """raw_* and state_* tables from the files, then the models."""
    for name, file in FILES.items():
        with (folder() / file).open(encoding="utf-8-sig", newline="") as lines:
            header, *rows = csv.reader(lines)
        columns = {column: pa.array([row[place] for row in rows], pa.string()) for place, column in enumerate(header)}
        session.append(f"raw_{name}", pa.table(columns))
    ensure_tables(session)
    for entity, sql in STATES.items():
        session.execute(f"INSERT INTO state_{entity} BY NAME {sql}")
    build_models(session, timezone="Asia/Shanghai", unknown_cancellations="exclude")
