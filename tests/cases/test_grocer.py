"""Recorded weekly sales of a grocer with flags of what was on the shelf, as snapshots and orders of one line."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest

from fulfillment_bi.ingest.tables import ensure_tables
from fulfillment_bi.metrics.query import Query
from fulfillment_bi.metrics.run import run_query
from fulfillment_bi.warehouse.build import build_models
from fulfillment_bi.warehouse.engine import Limits, Session
from fulfillment_bi.warehouse.engines.duckdb import DuckEngine
from tests.metrics.conftest import Version

FOLDER = Path(os.environ.get("FBI_REAL_DATA") or Path(__file__).parents[3] / "shared" / "data") / "vn2"
FILES = {"sales": "Week 0 - 2024-04-08 - Sales.csv", "shelf": "Week 0 - In Stock.csv"}
LAST_WEEK = "2022-01-31"
"""The first 43 of 157 weeks are enough, and quick."""

pytestmark = [
    pytest.mark.real_data,
    pytest.mark.skipif(not FOLDER.is_dir(), reason=f"no recorded sales in {FOLDER} (set FBI_REAL_DATA)"),
]

STATES = {
    "stock_levels": """
        SELECT CAST(week AS DATE) AS "date", product AS sku, store AS warehouse,
               CASE cell WHEN 'True' THEN 1 ELSE 0 END AS on_hand
        FROM raw_shelf WHERE week <= (SELECT max(week) FROM raw_sales)""",
    "orders": """
        SELECT 'till' AS channel, concat_ws('-', store, product, week) AS order_no,
               CAST(week AS TIMESTAMP) AS created_at
        FROM raw_sales WHERE CAST(cell AS DOUBLE) > 0""",
    "order_lines": """
        SELECT 'till' AS channel, concat_ws('-', store, product, week) AS order_no, '1' AS line_no, product AS sku,
               CAST(cell AS DOUBLE) AS qty_ordered, 2 AS unit_price
        FROM raw_sales WHERE CAST(cell AS DOUBLE) > 0""",
    "fulfilments": """
        SELECT 'till' AS channel, concat_ws('-', store, product, week) AS order_no, '1' AS fulfilment_no,
               store AS warehouse, CAST(week AS TIMESTAMP) AS shipped_at_platform
        FROM raw_sales WHERE CAST(cell AS DOUBLE) > 0""",
}


def _long(file: str) -> pa.Table:
    """One row per store, product and week; in the file each week is a column."""
    with (FOLDER / file).open(encoding="utf-8-sig", newline="") as lines:
        header, *rows = csv.reader(lines)
    weeks = [(place, week) for place, week in enumerate(header) if place > 1 and week <= LAST_WEEK]
    cells = [(row[0], row[1], week, row[place]) for row in rows for place, week in weeks]
    return pa.table(dict(zip(("store", "product", "week", "cell"), map(list, zip(*cells, strict=True)), strict=True)))


@pytest.fixture(scope="module")
def grocer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    scratch = tmp_path_factory.mktemp("grocer")
    session = DuckEngine().open_writer(scratch / "grocer.duckdb", Limits(), scratch)
    for name, file in FILES.items():
        session.append(f"raw_{name}", _long(file))
    ensure_tables(session)
    for entity, sql in STATES.items():
        session.execute(f"INSERT INTO state_{entity} BY NAME {sql}")
    build_models(session, timezone="UTC")
    yield session
    session.close()


def test_a_week_out_of_stock_has_no_sales(grocer: Session) -> None:
    stocked = "FROM fct_stock_day WHERE is_snapshot = 1"
    out = "sum(is_out), sum(demand_units) FILTER (is_out = 1)"
    weeks, out_weeks, sold = grocer.rows(f"SELECT count(*), {out} {stocked}")[0]
    assert weeks == 599 * 43
    assert (out_weeks > 1_000, sold) == (True, 0)


def test_all_sales_arrive(grocer: Session) -> None:
    raw = grocer.rows("SELECT sum(CAST(cell AS DOUBLE)) FROM raw_sales")[0][0]
    assert grocer.rows("SELECT sum(demand_units) FROM fct_stock_day")[0][0] == raw


def test_rates_beside_the_raw_flags(grocer: Session) -> None:
    query = Query(("stockout_rate_sku_day", "stockout_rate", "lost_sales"))
    found = run_query(grocer, Version(), query).records()[0]
    flags = "count(*) FILTER (cell = 'False'), count(*) FROM raw_shelf WHERE week"
    newest = "(SELECT max(week) FROM raw_sales)"
    every, last = (grocer.rows(f"SELECT {flags} {which} {newest}")[0] for which in ("<=", "="))
    assert (found["stockout_rate_sku_day_n"], found["stockout_rate_sku_day_d"]) == every
    assert (found["stockout_rate_n"], found["stockout_rate_d"]) == last


def test_lost_sales_beside_sales_of_weeks_in_stock(grocer: Session) -> None:
    """Out-of-stock weeks times the mean sales of the weeks in stock, of the month and the two before it."""
    (expected,) = grocer.rows("""
        WITH cell AS (
            SELECT store, product, CAST(s.week AS DATE) AS week, CAST(s.cell AS DOUBLE) AS units,
                   f.cell = 'True' AS held
            FROM raw_sales AS s JOIN raw_shelf AS f USING (store, product, week)
        )
        SELECT sum((
            SELECT coalesce(round(avg(p.units), 4), 0) FROM cell AS p
            WHERE p.store = c.store AND p.product = c.product AND p.held
            AND date_diff('month', date_trunc('month', p.week), date_trunc('month', c.week)) BETWEEN 0 AND 2
            AND date_trunc('month', p.week) <= date_trunc('month', c.week)
        )) FROM cell AS c WHERE NOT c.held
    """)[0]
    found = run_query(grocer, Version(), Query(("lost_sales", "lost_sales_value"))).records()[0]
    assert found["lost_sales"] == pytest.approx(expected, rel=1e-6)
    assert found["lost_sales_value"] == pytest.approx(expected * 2, rel=1e-4)
