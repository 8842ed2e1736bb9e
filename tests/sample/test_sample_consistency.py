"""The sample's facts hold together: times in order, quantities balanced, nothing from the future."""

from __future__ import annotations

import pandas as pd

from fulfillment_bi.sample.layout import EXPORTS
from tests.sample.files import TIMES, Written

KEY = ["channel", "order_no"]


def test_nothing_is_later_than_the_export(written: Written) -> None:
    newest = []
    for export in EXPORTS:
        frame = written.files[export.name]
        for column in frame.columns:
            if column.endswith(TIMES) and not column.startswith("promised"):
                latest = frame[column].max()
                assert not latest > written.as_of, (export.name, column)
                newest.append(latest)
    assert max(newest) == written.as_of, "the newest event is the as-of moment itself"


def test_keys_are_unique_and_lines_belong_to_orders(written: Written) -> None:
    assert not written.orders.duplicated(KEY).any()
    assert not written.lines.duplicated([*KEY, "line_no"]).any()
    assert set(map(tuple, written.lines[KEY].values)) == set(map(tuple, written.orders[KEY].values))
    notes = written.files["fulfilments.csv"]
    assert not notes.duplicated([*KEY, "line_no", "fulfilment_no"]).any()
    assert not written.files["parcels.csv"].duplicated(["carrier", "tracking_no"]).any()
    assert set(written.lines.sku) <= set(written.files["products.csv"].sku)


def test_steps_are_in_order_except_where_planted(written: Written) -> None:
    notes = written.files["fulfilments.csv"].merge(
        written.orders[[*KEY, "created_at", "paid_at"]], on=KEY, how="left", validate="many_to_one"
    )
    steps = ("created_at", "reviewed_at", "allocated_at", "picked_at", "packed_at", "shipped_at_warehouse")
    for place, before in enumerate(steps):
        for after in steps[place + 1 :]:
            assert not (notes[after] < notes[before]).any(), f"{after} before {before}"
    assert not (notes.shipped_at_platform < notes.packed_at).any()


def test_impossible_times_are_exactly_the_planted_ones(written: Written) -> None:
    notes = written.files["fulfilments.csv"].drop_duplicates("tracking_no")[["tracking_no", "shipped_at_warehouse"]]
    parcels = (
        written.files["parcels.csv"]
        .merge(notes, on="tracking_no")
        .merge(written.orders[[*KEY, "created_at", "paid_at", "status"]], on=KEY)
    )
    planted = written.summary.truth["defects"]
    assert int((parcels.first_scan_at < parcels.created_at).sum()) == planted["shipped_before_created"] > 0
    assert int((parcels.delivered_at < parcels.first_scan_at).sum()) == planted["delivered_before_shipped"] > 0
    assert (
        int((parcels.first_scan_at < parcels.paid_at).sum()) - planted["shipped_before_created"]
        == (planted["shipped_before_paid"])
    )
    unpaid = (written.orders.paid_at.isna() & (written.orders.status == "delivered")).sum()
    assert int(unpaid) == planted["paid_time_missing"] > 0


def test_quantities_balance(written: Written) -> None:
    notes = written.files["fulfilments.csv"]
    sent = notes.groupby([*KEY, "line_no"]).qty_shipped.sum().rename("sent").reset_index()
    lines = written.lines.merge(sent, on=[*KEY, "line_no"], how="left").fillna({"sent": 0})
    assert (lines.sent <= lines.qty_ordered - lines.qty_cancelled).all()
    assert (lines.qty_ordered >= 1).all()
    assert (lines.qty_cancelled < lines.qty_ordered).all()
    skus = notes.merge(written.lines[[*KEY, "line_no", "sku"]], on=[*KEY, "line_no"])
    assert (skus.sku_x == skus.sku_y).all()
    assert 1.5 < len(lines) / len(written.orders) < 1.9
    assert notes.groupby(KEY).tracking_no.nunique().max() == 2, "some orders are split"


def test_cancelled_orders_ship_only_if_their_parcel_was_lost(written: Written) -> None:
    cancelled = written.orders[written.orders.status == "cancelled"]
    assert cancelled.cancelled_at.notna().all()
    assert cancelled.cancelled_by.ne("").all()
    sent = written.files["parcels.csv"].merge(cancelled[[*KEY, "cancelled_at"]], on=KEY)
    unlucky = sent[sent.exception != ""]
    assert set(map(tuple, sent[KEY].values)) == set(map(tuple, unlucky[KEY].values))
    assert (unlucky.cancelled_at - unlucky.first_scan_at > pd.Timedelta(days=6)).all()
    assert unlucky.delivered_at.isna().all()
    assert {"customer", "seller", "platform", "timeout"} <= set(cancelled.cancelled_by)
    assert 0.02 < len(cancelled) / len(written.orders) < 0.07


def test_stock_is_never_negative_and_balances_with_shipments(written: Written) -> None:
    stock = written.files["stock_levels.csv"]
    assert (stock.on_hand >= 0).all()
    assert (stock.available == stock.on_hand - stock.reserved).all()
    days = pd.to_datetime(stock.date)
    assert days.max() == pd.Timestamp(written.summary.truth["made_by"]["end"])
    notes = written.files["fulfilments.csv"]
    shipped = (
        notes.assign(day=notes.shipped_at_warehouse.dt.normalize())
        .groupby(["sku", "warehouse", "day"])
        .qty_shipped.sum()
    )
    daily = stock.assign(day=days).set_index(["sku", "warehouse", "day"]).sort_index()
    daily["shipped"] = shipped.reindex(daily.index).fillna(0)
    before = daily.groupby(["sku", "warehouse"]).on_hand.shift()
    received = (daily.on_hand - before + daily.shipped).dropna()
    assert (received >= 0).all(), "what is not explained by shipments can only be a receipt"
    assert (received == 0).mean() > 0.75, "receipts come about once a week"


def test_stopped_supply_empties_the_shelf(written: Written) -> None:
    stop = next(i for i in written.summary.truth["incidents"] if i["name"] == "supplier_stop")
    stock = written.files["stock_levels.csv"]
    days = pd.to_datetime(stock.date)
    mine = stock.sku.isin(stop["scope"]["sku"])
    last_day = pd.Timestamp(stop["end"]).normalize() - pd.Timedelta(days=2)
    assert (stock.on_hand[mine & (days == last_day)] == 0).mean() > 0.8
    assert (stock.on_hand[mine & (days < pd.Timestamp(stop["start"]) - pd.Timedelta(days=16))] == 0).mean() < 0.3


def test_unhappy_customers_are_those_let_down(written: Written) -> None:
    reviews = written.files["reviews.csv"].merge(written.orders, on=KEY, suffixes=("", "_order"))
    parcels = written.files["parcels.csv"].groupby(KEY).delivered_at.max().reset_index()
    reviews = reviews.merge(parcels, on=KEY)
    late = reviews.delivered_at > reviews.promised_delivery_at_original
    assert reviews.score[late].mean() < reviews.score[~late].mean() - 0.8
    assert reviews.score.between(1, 5).all()
    assert (reviews.created_at >= reviews.delivered_at).all()
