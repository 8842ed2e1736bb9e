"""truth.json against the files: recomputed here in pandas from the rows as written, without the simulator."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from fulfillment_bi.sample.layout import EXPORTS
from tests.sample.files import ORDERS, Written, read_raw

KEY = ["channel", "order_no"]


@pytest.fixture(scope="module")
def judged(written: Written) -> pd.DataFrame:
    """One row per order: due and kept, by the metric definitions applied to the files."""
    lines = written.lines.assign(due=written.lines.qty_ordered - written.lines.qty_cancelled)
    notes = written.files["fulfilments.csv"].merge(
        written.files["parcels.csv"][["tracking_no", "first_scan_at", "delivered_at"]], on="tracking_no", how="left"
    )
    notes["shipped_at"] = notes.first_scan_at.fillna(notes.shipped_at_platform).fillna(notes.shipped_at_warehouse)
    notes = notes[notes.shipped_at.notna()]
    keyed = notes.merge(written.orders[[*KEY, "promised_delivery_at_original"]], on=KEY)
    signed = keyed[keyed.delivered_at <= keyed.promised_delivery_at_original]
    by_line = lines.merge(_units(keyed, "sent"), on=[*KEY, "line_no"], how="left")
    by_line = by_line.merge(_units(signed, "in_time"), on=[*KEY, "line_no"], how="left").fillna(
        {"sent": 0, "in_time": 0}
    )
    by_line["in_full"] = by_line.in_time >= by_line.due
    by_line["missing"] = (by_line.due - by_line.sent).clip(lower=0)
    order = written.orders.merge(
        by_line.groupby(KEY).agg(in_full=("in_full", "all"), missing=("missing", "sum")).reset_index(), on=KEY
    ).merge(keyed.groupby(KEY).agg(last_shipped=("shipped_at", "max")).reset_index(), on=KEY, how="left")
    cancelled = order.cancelled_at.notna()
    counts = ~cancelled | (order.cancelled_by == "seller")
    order["due_sign"] = counts & (order.promised_delivery_at_original <= written.as_of)
    order["otif"] = order.in_full & ~cancelled
    order["due_ship"] = counts & (order.promised_ship_at_original <= written.as_of)
    # A finished order expects no more than what was sent; one that was sent counts even if it was closed afterwards.
    finished = order.status.isin(["delivered", "cancelled"])
    complete = (order.missing == 0) | finished
    order["due_ship"] |= cancelled & order.last_shipped.notna() & (order.promised_ship_at_original <= written.as_of)
    order["ship_in_time"] = complete & (order.last_shipped <= order.promised_ship_at_original)
    return order


def _units(notes: pd.DataFrame, name: str) -> pd.DataFrame:
    return notes.groupby([*KEY, "line_no"]).qty_shipped.sum().rename(name).reset_index()


def test_otif_and_ship_delay_are_what_the_files_say(written: Written, judged: pd.DataFrame) -> None:
    truth = written.summary.truth
    assert truth["otif"]["due"] == int(judged.due_sign.sum())
    assert truth["otif"]["failed"] == int((judged.due_sign & ~judged.otif).sum())
    assert truth["ship_delay"]["due"] == int(judged.due_ship.sum())
    assert truth["ship_delay"]["late"] == int((judged.due_ship & ~judged.ship_in_time).sum())
    assert 0.85 < 1 - truth["otif"]["failed"] / truth["otif"]["due"] < 0.97


def test_every_failure_has_one_cause(written: Written) -> None:
    truth = written.summary.truth
    assert sum(truth["otif"]["failed_by_cause"].values()) == truth["otif"]["failed"]
    assert sum(truth["ship_delay"]["late_by_cause"].values()) == truth["ship_delay"]["late"]
    names = {incident["name"] for incident in truth["incidents"]}
    assert names | {"background"} == set(truth["otif"]["failed_by_cause"])
    for incident in truth["incidents"]:
        failed = incident["orders_failed_otif"] + incident["orders_late_to_ship"]
        assert failed > 0, incident["name"]
        assert incident["orders_touched"] >= max(incident["orders_failed_otif"], incident["orders_late_to_ship"])


def test_incident_failures_are_in_its_scope_and_time(written: Written, judged: pd.DataFrame) -> None:
    """Among the orders an incident can reach, it multiplies the failures."""
    parcels = written.files["parcels.csv"]
    collapse = next(i for i in written.summary.truth["incidents"] if i["name"] == "carrier_collapse")
    hit = parcels[
        (parcels.carrier == collapse["scope"]["carrier"]) & (parcels.destination == collapse["scope"]["region"])
    ]
    mine = judged.merge(hit[KEY].drop_duplicates(), on=KEY)
    created = mine.created_at
    inside = (created > pd.Timestamp(collapse["start"]) - pd.Timedelta(days=6)) & (
        created < pd.Timestamp(collapse["end"])
    )
    failed = mine.due_sign & ~mine.otif
    assert failed[inside].mean() > 3 * failed[~inside].mean()
    assert int(failed[inside].sum()) >= collapse["orders_failed_otif"]


def test_counts_are_what_the_files_say(written: Written) -> None:
    truth = written.summary.truth
    assert truth["orders"]["total"] == len(written.orders) == ORDERS
    assert truth["orders"]["by_channel"] == written.orders.channel.value_counts().to_dict()
    statuses = written.orders.status.value_counts().to_dict()
    assert {name: count for name, count in truth["orders"]["by_status"].items() if count} == statuses
    cancelled = written.orders[written.orders.cancelled_at.notna()].cancelled_by.value_counts().to_dict()
    assert {name: count for name, count in truth["orders"]["cancelled_by"].items() if count} == cancelled
    assert truth["lines"]["lines"] == len(written.lines)
    assert truth["lines"]["units_ordered"] == written.lines.qty_ordered.sum()
    assert truth["lines"]["units_due"] == (written.lines.qty_ordered - written.lines.qty_cancelled).sum()


def test_bad_rows_are_what_truth_says(written: Written) -> None:
    for export in EXPORTS:
        said = written.summary.truth["files"][export.name]
        raw = read_raw(written.summary.directory, export.name)
        assert said["rows"] + sum(said["bad_rows"].values()) == len(raw)
        for bad in export.bad:
            assert int((raw[bad.column] == bad.value).sum()) == said["bad_rows"][bad.reason] > 0


def test_file_says_the_same_as_the_summary(written: Written) -> None:
    text = (written.summary.directory / "truth.json").read_text(encoding="utf-8")
    assert json.loads(text) == written.summary.truth
