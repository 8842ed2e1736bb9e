"""The Olist exports, as published: every record arrives, once, and nothing is refused."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from fulfillment_bi.ingest.report import Counts
from tests.ingest.conftest import Bench

ROOT = Path(os.environ.get("FBI_REAL_DATA") or Path(__file__).parents[3] / "shared" / "data")
FOLDER = ROOT / "olist_sample"
pytestmark = [
    pytest.mark.real_data,
    pytest.mark.skipif(not FOLDER.is_dir(), reason="the real data sets are not here (FBI_REAL_DATA)"),
]

EXPECTED = {
    "olist_customers_dataset.csv": {"customers": 20_000},
    "olist_order_items_dataset.csv": {"order_lines": 22_618},
    "olist_order_reviews_dataset.csv": {"reviews": 19_986},
    "olist_orders_dataset.csv": {"fulfilments": 19_661, "orders": 20_000, "parcels": 19_661},
    "olist_products_dataset.csv": {"products": 11_318},
    "olist_sellers_dataset.csv": {"shops": 2_096},
}


def test_the_whole_folder(bench: Bench) -> None:
    report = bench.load(FOLDER)
    loaded = {Path(file.file).name: dict(file.entities) for file in report.files if file.status == "loaded"}
    assert loaded == {
        name: {entity: Counts(read=count, new=count) for entity, count in entities.items()}
        for name, entities in EXPECTED.items()
    }
    others = {Path(file.file).name: file.status for file in report.files if file.status != "loaded"}
    assert others == {
        "README.txt": "skipped",
        "olist_geolocation_dataset.csv": "not_used",
        "olist_order_payments_dataset.csv": "not_used",
    }
    assert report.exit_code == 0
    again = bench.load(FOLDER)
    assert {file.status for file in again.files} == {"unchanged", "skipped", "not_used"}
    assert again.version == report.version

    # Published figures and known traps of the data set, straight from the merged rows.
    late = (
        "SELECT count(*) FILTER (p.delivered_at > o.promised_delivery_at_original), count(p.delivered_at) "
        "FROM state_orders o JOIN state_parcels p USING (channel, order_no) WHERE o.status = 'delivered'"
    )
    assert bench.rows(late) == [(1_333, 19_429)]
    assert bench.rows("SELECT round(avg(score), 4) FROM state_reviews") == [(4.0909,)]
    assert bench.rows("SELECT count(*) FROM state_reviews WHERE text LIKE '%' || chr(10) || '%'")[0][0] > 500
    assert bench.rows("SELECT max(_source_line) FROM state_reviews") == [(21_109,)]
    by_status = bench.rows("SELECT status, count(*) FROM state_orders GROUP BY 1 ORDER BY 2 DESC LIMIT 1")
    assert by_status == [("delivered", 19_430)]
    joined = (
        "SELECT count(*) FROM state_orders JOIN state_customers AS c USING (channel, customer_no) "
        "WHERE c.province <> ''"
    )
    assert bench.rows(joined) == [(20_000,)]
    assert bench.rows("SELECT count(*) FROM state_orders WHERE paid_at IS NULL") == [(36,)]
