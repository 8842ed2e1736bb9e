"""Recorded freight shipments as parcels and recorded help-desk events as tickets: the figures others published.

What is expected is counted straight from the raw files, in Python.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from statistics import median
from typing import Any

import pyarrow as pa
import pytest

from fulfillment_bi.ingest.tables import ensure_tables
from fulfillment_bi.metrics.query import Query
from fulfillment_bi.metrics.run import run_query
from fulfillment_bi.warehouse.build import build_models
from fulfillment_bi.warehouse.engine import Limits, Session
from fulfillment_bi.warehouse.engines.duckdb import DuckEngine
from tests.metrics.conftest import Version
from tests.metrics.olist import folder

INFO = Version()
ROOT = folder().parent
SHIPMENTS, EVENTS = ROOT / "cargo2000" / "c2k_data_comma.csv", ROOT / "helpdesk" / "helpdesk.csv"
START = datetime(2012, 1, 1)
INCOMING, STEPS = ("i1", "i2", "i3"), ("rcs", "dep_1", "rcf_1", "dep_2", "rcf_2", "dep_3", "rcf_3", "dlv")

pytestmark = [
    pytest.mark.real_data,
    pytest.mark.skipif(
        not (SHIPMENTS.is_file() and EVENTS.is_file()), reason=f"no recorded data in {ROOT} (set FBI_REAL_DATA)"
    ),
]


def minutes(row: dict[str, str], kind: str) -> int:
    """Planned ("p") or effective ("e"): the slowest of the legs that come in, then the leg that goes out."""
    legs = {leg: sum(int(row[f"{leg}_{step}_{kind}"]) for step in STEPS) for leg in (*INCOMING, "o")}
    return max(legs[leg] for leg in INCOMING) + legs["o"]


def shipments() -> list[dict[str, str]]:
    with SHIPMENTS.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def cases() -> dict[str, list[datetime]]:
    """The times of the events of each case."""
    found: dict[str, list[datetime]] = defaultdict(list)
    with EVENTS.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            found[row["CaseID"]].append(datetime.fromisoformat(row["CompleteTimestamp"]))
    return found


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    scratch = tmp_path_factory.mktemp("recorded")
    session = DuckEngine().open_writer(scratch / "recorded.duckdb", Limits(), scratch)
    ensure_tables(session)
    parcels = [
        {"carrier": "air", "tracking_no": str(place), "channel": "freight", "first_scan_at": START}
        | {"promised_at": START + timedelta(minutes=minutes(row, "p"))}
        | {"delivered_at": START + timedelta(minutes=minutes(row, "e")), "origin": row["i1_dep_1_place"]}
        for place, row in enumerate(shipments())
    ]
    session.append("raw_parcels", pa.Table.from_pylist(parcels))
    session.execute("INSERT INTO state_parcels BY NAME SELECT * FROM raw_parcels")
    tickets = [
        {"source": "desk", "ticket_no": case, "opened_at": min(times), "solved_at": max(times)}
        for case, times in cases().items()
    ]
    session.append("raw_tickets", pa.Table.from_pylist(tickets))
    session.execute("INSERT INTO state_tickets BY NAME SELECT * FROM raw_tickets")
    build_models(session, timezone="UTC")
    yield session
    session.close()


def asked(session: Session, name: str, **fields: Any) -> list[dict[str, Any]]:
    return run_query(session, INFO, Query((name,), **fields)).records()


def test_freight_late_as_published(recorded: Session) -> None:
    """26.59 %: 1,048 of 3,942 shipments took longer than planned."""
    found = asked(recorded, "carrier_on_time_rate")[0]
    assert found["carrier_on_time_rate_d"] - found["carrier_on_time_rate_n"] == 1048
    assert found["carrier_on_time_rate_d"] == 3942
    assert round((1 - found["carrier_on_time_rate"]) * 100, 2) == 26.59


def test_freight_transit_times(recorded: Session) -> None:
    times: dict[str, list[int]] = defaultdict(list)
    for row in shipments():
        times[row["i1_dep_1_place"]].append(minutes(row, "e"))
    everything = [time for each in times.values() for time in each]
    found = asked(recorded, "transit_time")[0]
    assert found["transit_time"] == pytest.approx(median(everything) / 1440, rel=1e-9)
    mean = asked(recorded, "transit_time_mean")[0]["transit_time_mean"]
    assert mean == pytest.approx(sum(everything) / len(everything) / 1440, rel=1e-9)
    by_origin = {row["origin"]: row["transit_time"] for row in asked(recorded, "transit_time", by=("origin",))}
    assert by_origin == pytest.approx({place: median(each) / 1440 for place, each in times.items()}, rel=1e-9)


def test_help_desk_handling_times(recorded: Session) -> None:
    hours = {case: (max(times) - min(times)).total_seconds() / 3600 for case, times in cases().items()}
    assert (len(hours), sum(len(times) for times in cases().values())) == (3804, 13_710)
    found = asked(recorded, "resolution_time")[0]
    assert found["resolution_time_n"] == 3804
    assert found["resolution_time"] == pytest.approx(median(hours.values()), rel=1e-9)
    by_month: dict[str, int] = defaultdict(int)
    for times in cases().values():
        by_month[f"{min(times):%Y-%m}"] += 1
    assert {row["month"]: row["tickets"] for row in asked(recorded, "tickets", by=("month",))} == by_month


def test_a_log_of_events_knows_nothing_of_replies_and_ratings(recorded: Session) -> None:
    for name in ("first_response_time", "three_minute_response_rate", "satisfaction_rate", "reopen_rate"):
        assert asked(recorded, name)[0][name] is None
