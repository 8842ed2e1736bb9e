"""truth.json against the files and the metrics: recomputed here in pandas, and by the loaded warehouse."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from fulfillment_bi.errors import UsageError
from fulfillment_bi.sample.incidents import NAMES, named
from fulfillment_bi.sample.layout import EXPORTS
from tests.sample.files import ORDERS, Written, make, read_raw

KEY = ["channel", "order_no"]


@pytest.fixture(scope="module")
def judged(written: Written) -> pd.DataFrame:
    """One row per order: due and kept, by the metric definitions applied to the files."""
    notes = written.files["fulfilments.csv"].merge(
        written.files["parcels.csv"][["tracking_no", "first_scan_at", "delivered_at"]], on="tracking_no", how="left"
    )
    notes["shipped_at"] = notes.first_scan_at.fillna(notes.shipped_at_platform).fillna(notes.shipped_at_warehouse)
    notes = notes[notes.shipped_at.notna()]
    keyed = notes.merge(written.orders[[*KEY, "promised_delivery_at_original"]], on=KEY)
    signed = keyed[keyed.delivered_at <= keyed.promised_delivery_at_original]
    by_line = written.lines.merge(_units(keyed, "sent"), on=[*KEY, "sku"], how="left")
    by_line = by_line.merge(_units(signed, "in_time"), on=[*KEY, "sku"], how="left").fillna({"sent": 0, "in_time": 0})
    by_line["in_full"] = by_line.in_time >= by_line.qty_ordered
    by_line["missing"] = (by_line.qty_ordered - by_line.sent).clip(lower=0)
    by_line["failed"] = by_line.qty_ordered - by_line.in_time
    sums = {"in_full": ("in_full", "all"), "missing": ("missing", "sum"), "failed": ("failed", "sum")}
    order = written.orders.merge(
        by_line.groupby(KEY).agg(units=("qty_ordered", "sum"), **sums).reset_index(), on=KEY
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
    return notes.groupby([*KEY, "sku"]).qty_shipped.sum().rename(name).reset_index()


def test_otif_and_ship_delay_are_what_the_files_say(written: Written, judged: pd.DataFrame) -> None:
    truth = written.summary.truth
    assert truth["otif"]["due"] == int(judged.due_sign.sum())
    assert truth["otif"]["failed"] == int((judged.due_sign & ~judged.otif).sum())
    assert truth["units"]["due"] == int(judged.units[judged.due_sign].sum())
    assert truth["units"]["failed"] == int(judged.failed[judged.due_sign].sum())
    assert truth["ship_delay"]["due"] == int(judged.due_ship.sum())
    assert truth["ship_delay"]["late"] == int((judged.due_ship & ~judged.ship_in_time).sum())
    assert 0.80 < 1 - truth["otif"]["failed"] / truth["otif"]["due"] < 0.97


@pytest.mark.parametrize("name", ["otif", "ship_delay", "units"])
def test_failures_by_cause_add_up_to_what_the_metrics_say(written: Written, name: str) -> None:
    truth = written.summary.truth[name]
    by_cause = truth.get("failed_by_cause", truth.get("late_by_cause"))
    due, failed = written.totals[name]
    assert (truth["due"], sum(by_cause.values())) == (due, failed)


def test_every_incident_has_an_effect(written: Written) -> None:
    truth = written.summary.truth
    assert {"background", *NAMES} == set(truth["otif"]["failed_by_cause"])
    felt = [found["name"] for found in truth["incidents"] if found["orders_failed_otif"] + found["orders_late_to_ship"]]
    # A shop of this size has few customers at the moment of a short oversell or flash sale.
    assert set(NAMES) - set(felt) <= {"oversell_sync_lag", "promotion_without_stock"}


@pytest.mark.parametrize("name", NAMES)
def test_an_incident_alone_changes_nothing_before_it_can_be_felt(tmp_path: Path, name: str) -> None:
    """The same luck with and without: the failures it does not cause are those of the quiet world."""
    quiet = make(tmp_path / "quiet", orders=2_500, incidents=()).truth
    alone = make(tmp_path / "alone", orders=2_500, incidents=(name,)).truth
    assert [found["name"] for found in alone["incidents"]] == [name]
    assert not quiet["incidents"]
    saved = quiet["otif"]["failed"] - alone["otif"]["failed_by_cause"]["background"]
    # What fails without an incident fails with it, but for the few that it happens to save.
    assert 0 <= saved <= 12
    assert alone["orders"]["total"] == quiet["orders"]["total"] == 2_500


def test_incidents_are_chosen_by_name() -> None:
    assert named("all") is None
    assert named("none") == ()
    assert named("phantom_stock, supplier_stop") == ("phantom_stock", "supplier_stop")


def test_an_unknown_incident_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="earthquake"):
        make(tmp_path, orders=100, incidents=("earthquake",))
    assert not list(tmp_path.iterdir())


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


def test_bad_rows_are_what_truth_says_and_all_that_is_refused(written: Written) -> None:
    for export in EXPORTS:
        said = written.summary.truth["files"][export.name]
        raw = read_raw(written.summary.directory, export)
        assert said["rows"] + sum(said["bad_rows"].values()) == len(raw)
        for bad in export.bad:
            assert int((raw[bad.column] == bad.value).sum()) == said["bad_rows"][bad.reason] > 0
    refused = {Path(file.file).name: 0 for file in written.report.files}
    for file in written.report.files:
        refused[Path(file.file).name] += sum(counts.quarantined for counts in file.entities.values())
    assert {name: count for name, count in refused.items() if count} == {
        name: count for name, count in written.summary.bad_rows.items() if count
    }


def test_file_says_the_same_as_the_summary(written: Written) -> None:
    text = (written.summary.directory / "truth.json").read_text(encoding="utf-8")
    assert json.loads(text) == written.summary.truth
