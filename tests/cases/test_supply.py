"""Recorded purchases, loaded as a user would, beside SQL over the raw file and the figures others published."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest

from fulfillment_bi.metrics.query import Query
from fulfillment_bi.start import load_files
from fulfillment_bi.warehouse.engine import Limits, Session
from fulfillment_bi.warehouse.engines.duckdb import DuckEngine
from fulfillment_bi.workspace import Workspace, open_workspace

ROOT = Path(os.environ.get("FBI_REAL_DATA") or Path(__file__).parents[3] / "shared" / "data")
FILE = ROOT / "scms" / "SCMS_Delivery_History_Dataset.csv"

pytestmark = [
    pytest.mark.real_data,
    pytest.mark.skipif(not FILE.is_file(), reason=f"no recorded purchases in {FILE.parent} (set FBI_REAL_DATA)"),
]

BY_LINE = Query(("supplier_on_time_rate", "supplier_delay_mean"), level="line")
RAW = """
    SELECT {key}, avg(CAST(received <= promised AS DOUBLE)) FILTER (promised <= newest),
           count(*) FILTER (promised <= newest), avg(received - promised)
    FROM (
        SELECT strptime("Delivered to Client Date", '%d-%b-%y')::DATE AS received,
               strptime("Scheduled Delivery Date", '%d-%b-%y')::DATE AS promised,
               max(strptime("Delivered to Client Date", '%d-%b-%y')::DATE) OVER () AS newest, *
        FROM raw
    ) GROUP BY ALL
"""


@pytest.fixture(scope="module")
def scms(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    with open_workspace(tmp_path_factory.mktemp("home")) as workspace:
        load_files(workspace, [FILE])
        yield workspace


@pytest.fixture(scope="module")
def raw(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    """The file as it is, all text."""
    session = DuckEngine().open_writer(Path(":memory:"), Limits(), tmp_path_factory.mktemp("raw"))
    with FILE.open(encoding="utf-8-sig", newline="") as lines:
        header, *rows = csv.reader(lines)
    cells = {column: pa.array([row[place] for row in rows], pa.string()) for place, column in enumerate(header)}
    session.append("raw", pa.table(cells))
    yield session
    session.close()


def test_published_figures(scms: Workspace) -> None:
    """Published for all 10,324 lines; five of them came before a promise that is not due yet when the data end."""
    found = scms.run(BY_LINE).records()[0]
    assert (round(found["supplier_on_time_rate"] * 100, 2), found["supplier_on_time_rate_d"]) == (88.51, 10_319)
    assert (round(found["supplier_delay_mean"], 4), found["supplier_delay_mean_d"]) == (-6.0235, 10_324)
    modes = {row["shipment_mode"]: row for row in scms.run(BY_LINE.but(by=("shipment_mode",))).records()}
    for mode, rate, lines in (("Air", 90.40, 6_113), ("Truck", 83.92, 2_830)):
        assert round(modes[mode]["supplier_on_time_rate"] * 100, 2) == pytest.approx(rate, abs=0.011)
        assert modes[mode]["supplier_delay_mean_d"] == lines


@pytest.mark.parametrize(("dimension", "key"), [("supplier", '"Vendor"'), ("warehouse", '"Country"')])
def test_each_member_beside_the_raw_file(scms: Workspace, raw: Session, dimension: str, key: str) -> None:
    theirs = {member: numbers for member, *numbers in raw.rows(RAW.format(key=key))}
    names = ("supplier_on_time_rate", "supplier_on_time_rate_d", "supplier_delay_mean")
    ours = {row[dimension]: [row[name] for name in names] for row in scms.run(BY_LINE.but(by=(dimension,))).records()}
    assert ours.keys() == theirs.keys()
    for member, numbers in ours.items():
        assert numbers == pytest.approx(theirs[member], rel=1e-9), member


def test_the_window_of_five_days(scms: Workspace, raw: Session) -> None:
    """By quantity, and too early fails as well: what is published as on time is often months early."""
    names = ("Delivered to Client Date", "Scheduled Delivery Date")
    received, promised = (f"strptime(\"{name}\", '%d-%b-%y')::DATE" for name in names)
    quantity = 'sum("Line Item Quantity"::BIGINT)'
    in_window = f"{quantity} FILTER ({received} - {promised} BETWEEN -5 AND 0)"
    due = f"{promised} <= (SELECT max({received}) FROM raw)"
    theirs = raw.rows(f"SELECT {in_window}, {quantity} FROM raw WHERE {due}")[0]
    found = scms.run(Query(("supplier_on_time_rate",))).records()[0]
    assert (found["supplier_on_time_rate_n"], found["supplier_on_time_rate_d"]) == theirs
