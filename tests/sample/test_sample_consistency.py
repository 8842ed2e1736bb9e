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
    sent = notes.groupby([*KEY, "sku"]).qty_shipped.sum().rename("sent").reset_index()
    lines = written.lines.merge(sent, on=[*KEY, "sku"], how="left").fillna({"sent": 0})
    assert (lines.sent <= lines.qty_ordered).all()
    assert (lines.qty_ordered >= 1).all()
    assert len(notes.merge(written.lines[[*KEY, "sku"]], on=[*KEY, "sku"])) == len(notes)
    assert 1.3 < len(lines) / len(written.orders) < 1.9
    assert notes.groupby(KEY).tracking_no.nunique().max() > 1, "some orders are split"


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
    assert 0.02 < len(cancelled) / len(written.orders) < 0.09


def daily(frame: pd.DataFrame, when: str, units: str) -> pd.Series:
    """Units per SKU, warehouse and day."""
    known = frame[frame[when].notna()]
    return known.groupby(["sku", "warehouse", known[when].dt.normalize().rename("day")])[units].sum()


def test_stock_balances_to_the_unit(written: Written) -> None:
    """Opening + received - shipped + returned - counted off = closing, for every SKU, warehouse and day."""
    files = written.files
    stock = files["stock_levels.csv"]
    assert (stock.on_hand >= 0).all()
    assert (stock.reserved >= 0).all()
    assert (stock.available == stock.on_hand - stock.reserved).all()
    stock = stock.assign(day=pd.to_datetime(stock.date)).set_index(["sku", "warehouse", "day"]).sort_index()
    bought = files["purchase_lines.csv"]
    bought["good"] = bought.qty_received - bought.qty_rejected
    counts = files["stock_counts.csv"]
    counts["off"] = counts.book_qty - counts.counted_qty
    cases = files["after_sales.csv"]
    back = cases[cases.kind == "退货退款"].merge(files["fulfilments.csv"][[*KEY, "sku", "warehouse"]], on=[*KEY, "sku"])
    moves = {
        "shipped": daily(files["fulfilments.csv"], "shipped_at_warehouse", "qty_shipped"),
        "received": daily(bought, "received_at", "good"),
        "off": daily(counts, "counted_at", "off"),
        "returned": daily(back, "closed_at", "qty"),
    }
    for name, units in moves.items():
        assert units.sum() > 0, name
        assert units.index.isin(stock.index).all(), name
        stock[name] = units.reindex(stock.index).fillna(0)
    stock["opening"] = stock.groupby(["sku", "warehouse"]).on_hand.shift()
    closing = stock.opening + stock.received - stock.shipped + stock.returned - stock.off
    known = stock.opening.notna()
    assert (closing[known] == stock.on_hand[known]).all()
    assert (stock.shipped <= stock.opening.fillna(stock.on_hand + stock.shipped) + stock.received).all()
    sold_out = (stock.available <= 0).mean()
    assert 0.005 < sold_out < 0.2, "stock really runs down, and is replenished"


def test_counts_find_the_phantom_stock(written: Written) -> None:
    ghost = next(i for i in written.summary.truth["incidents"] if i["name"] == "phantom_stock")
    counts = written.files["stock_counts.csv"]
    found = counts[(counts.warehouse == ghost["scope"]["warehouse"]) & (counts.book_qty > counts.counted_qty)]
    by_day = (found.book_qty - found.counted_qty).groupby(found.counted_at.dt.normalize()).sum()
    assert by_day.idxmax() == pd.Timestamp(ghost["end"]).normalize()


def test_stopped_supplier_brings_nothing(written: Written) -> None:
    stop = next(i for i in written.summary.truth["incidents"] if i["name"] == "supplier_stop")
    start, end = pd.Timestamp(stop["start"]), pd.Timestamp(stop["end"])
    bought = written.files["purchase_lines.csv"]
    mine = bought[bought.supplier == stop["scope"]["supplier"]]
    assert set(mine.sku) <= set(stop["scope"]["sku"])
    inside = (mine.received_at >= start) & (mine.received_at < end)
    assert not inside.any()
    promised = mine.promised_at_original.between(start, end)
    assert (mine.received_at[promised] > mine.promised_at_original[promised]).any()


def test_receipts_follow_their_orders(written: Written) -> None:
    bought = written.files["purchase_lines.csv"]
    key = ["po_no", "line_no", "receipt_no"]
    assert not bought.duplicated(key).any()
    assert (bought.sent_at.isna() | (bought.sent_at >= bought.ordered_at)).all()
    assert (bought.received_at.dropna() > bought.ordered_at[bought.received_at.notna()]).all()
    done = bought.groupby(["po_no", "line_no"]).agg(
        ordered=("qty_ordered", "sum"), received=("qty_received", "sum"), open=("received_at", lambda t: t.isna().any())
    )
    assert (done.received[~done.open] == done.ordered[~done.open]).all()
    assert (bought.groupby(["po_no", "line_no"]).size() == 2).any(), "some lines come in two parts"
    assert (bought.qty_rejected > 0).any()
    assert bought.supplier.nunique() > 20


def test_scans_are_those_of_the_parcels(written: Written) -> None:
    parcels, scans = written.files["parcels.csv"], written.files["parcel_events.csv"]
    assert set(scans.tracking_no) <= set(parcels.tracking_no)
    first = scans[scans.code == "GOT"].set_index("tracking_no").event_at
    signed = scans[scans.code == "SIGN"].set_index("tracking_no").event_at
    mine = parcels.set_index("tracking_no")
    assert (first == mine.first_scan_at.reindex(first.index)).all()
    assert (signed == mine.delivered_at.reindex(signed.index)).all()
    assert scans.sort_values(["tracking_no", "event_at"]).groupby("tracking_no").size().max() == 5


def test_unhappy_customers_are_those_let_down(written: Written) -> None:
    reviews = written.files["reviews.csv"].merge(written.orders, on=KEY, suffixes=("", "_order"))
    parcels = written.files["parcels.csv"].groupby(KEY).delivered_at.max().reset_index()
    reviews = reviews.merge(parcels, on=KEY)
    late = reviews.delivered_at > reviews.promised_delivery_at_original
    assert reviews.score[late].mean() < reviews.score[~late].mean() - 0.8
    assert reviews.score.between(1, 5).all()
    assert (reviews.created_at >= reviews.delivered_at).all()
