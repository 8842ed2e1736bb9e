"""Replays: without a change they are what happened, and more stock never fills less."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fulfillment_bi.errors import UsageError
from fulfillment_bi.forecast.queues import Orders, Steering, happened, play, serve, slowest_and_quickest
from fulfillment_bi.forecast.whatif import Change, Drawn, Stocked, filled, judge, moved, score
from fulfillment_bi.workspace import open_workspace

UNITS = st.lists(st.integers(-5, 12), min_size=6, max_size=6)


def stocked(available: list[int], demand: list[int], received: list[int], safety: float = 3.0) -> Stocked:
    grid = [np.array([each], dtype=float) for each in (available, [abs(d) for d in demand], [abs(r) for r in received])]
    return Stocked(*grid, np.array([safety]), np.array([10.0]))


@given(UNITS, UNITS, UNITS, st.floats(0, 5), st.floats(0, 5))
def test_fill_never_falls_with_more_stock(available, demand, received, one, other):
    history = stocked(available, demand, received)
    low, high = (filled(moved(history, Change(safety=s)), history.demand).sum() for s in sorted((one, other)))
    assert low <= high + 1e-9


@given(UNITS, UNITS, UNITS)
def test_earlier_receipts_never_fill_less_than_later_ones(available, demand, received):
    history = stocked(available, demand, received)
    fills = [filled(moved(history, Change(lead_days=days)), history.demand).sum() for days in (-2, 0, 1, 3, 9)]
    assert fills == sorted(fills, reverse=True)


def test_no_change_leaves_stock_as_it_was_and_a_change_by_hand():
    history = stocked([4, 2, -1, 5, 3, 3], [1, 2, 3, 0, 2, 0], [0, 0, 0, 6, 0, 0])
    assert (moved(history, Change()) == history.available).all()
    # On the third day two of three units are there; three more in safety stock fill the last one.
    assert filled(history.available, history.demand).tolist() == [[1, 2, 2, 0, 2, 0]]
    assert filled(moved(history, Change(safety=2.0)), history.demand).tolist() == [[1, 2, 3, 0, 2, 0]]
    # A day later the six units miss nothing that is asked for on the fourth day, but stock stays below zero for it.
    assert moved(history, Change(lead_days=1)).tolist() == [[4, 2, -1, -1, 3, 3]]
    assert score(history, None, None, Change(safety=2.0), Steering()).capital == pytest.approx(
        (7 + 5 + 2 + 8 + 6 + 6) / 6 * 10
    )


def orders_of(count: int, seed: int = 2, *, hands: float = 8.0, handling: float = 0.5) -> Orders:
    """Orders of two warehouses through ten hours of picking a day (8 to 18 UTC), packed in the order they came.

    The first has `hands` an hour, the second twice as many. Each order takes `handling` hours beside the queue; trucks
    leave on the hour, and half the orders go by a carrier that takes a day, the others by one that takes two.
    """
    rng = np.random.default_rng(seed)
    came = np.sort(rng.uniform(0, 40 * 86400, count))
    warehouse = np.arange(count) % 2
    packed, free = np.zeros(count), [0.0, 0.0]
    for at, moment in enumerate(came.tolist()):
        place = at % 2
        start = max(moment, free[place])
        hour = start % 86400 / 3600
        start += 0 if 8 <= hour < 18 else ((8 - hour) % 24) * 3600
        free[place] = start + 3600 / (hands * (1 + place))
        packed[at] = free[place] + handling * 3600
    shipped = np.ceil(packed / 3600) * 3600
    carrier = (np.arange(count) // 2) % 2
    delivered = shipped + 86400 * (1 + carrier)
    due = came + 2.2 * 86400
    yes = np.ones(count, dtype=bool)
    return Orders(
        came, packed, shipped, came + 20 * 3600, delivered, due, warehouse, carrier, np.zeros(count, dtype=np.int64),
        yes, delivered <= due, came >= 20 * 86400,
    )  # fmt: skip


def test_the_unchanged_replay_is_what_happened_on_days_it_did_not_learn_from():
    orders = orders_of(1600)
    again = play(orders, Steering())
    truth, replayed = judge(orders, happened(orders)), judge(orders, again)
    assert replayed[0] == pytest.approx(truth[0], abs=0.03)
    assert replayed[1] == pytest.approx(truth[1], abs=0.3)
    assert (again.packed >= orders.came - 1e-6).all()


def test_more_hands_pack_sooner():
    orders = orders_of(1600)
    shares = [judge(orders, play(orders, Steering(capacity=share))) for share in (0.5, 0.8, 1.0, 1.5)]
    assert [rate for rate, _ in shares] == sorted(rate for rate, _ in shares)
    assert [hours for _, hours in shares] == sorted((hours for _, hours in shares), reverse=True)


def test_what_moves_to_the_quicker_warehouse_waits_less():
    orders = orders_of(1600, hands=2.2)
    source, target = slowest_and_quickest(orders)
    assert (source, target) == (0, 1)
    before, after = (play(orders, Steering(source=source, target=target, share=share)) for share in (0.0, 0.25))
    assert judge(orders, after)[1] < judge(orders, before)[1]
    assert slowest_and_quickest(replace(orders, warehouse=np.zeros(len(orders), dtype=np.int64))) == (-1, -1)


def test_the_carrier_that_takes_all_orders_brings_them_in_its_time():
    orders = orders_of(400)
    plain, quick, slow = (play(orders, Steering(carrier=carrier)) for carrier in (-1, 0, 1))
    assert quick.delivered - quick.shipped == pytest.approx(np.full(400, 86400.0))
    assert slow.delivered - slow.shipped == pytest.approx(np.full(400, 2 * 86400.0))
    assert plain.delivered - plain.shipped == pytest.approx(orders.delivered - orders.shipped)
    assert (quick.shipped == plain.shipped).all()
    rates = [score(None, orders, None, Change(), Steering(carrier=carrier)).otif or 0 for carrier in (1, -1, 0)]
    assert rates == sorted(rates)
    assert rates[2] > rates[0]


def test_trucks_that_leave_later_take_what_was_packed_later():
    orders = orders_of(400)
    # One truck a day, at noon: what is packed after it waits for the next day's.
    noon = np.ceil((orders.packed - 12 * 3600) / 86400) * 86400 + 12 * 3600
    orders = replace(orders, shipped=noon, delivered=noon + 86400)
    usual, later = (play(orders, Steering(trucks=trucks)) for trucks in (0.0, 3.0))
    hour = later.packed % 86400 / 3600
    between = (hour > 13) & (hour < 14.5)
    assert (later.shipped - usual.shipped)[between].mean() < -15 * 3600
    before = hour < 11
    assert (later.shipped - usual.shipped)[before].mean() == pytest.approx(3 * 3600, abs=1200)


def test_stock_that_is_missing_costs_the_orders_that_drew_on_it():
    orders = orders_of(400)
    history = stocked([0] * 6, [400] + [0] * 5, [0] * 6, safety=400.0)
    short = replace(history, available=history.available - 400)
    drawn = Drawn(np.arange(400), np.zeros(400, dtype=np.int64), np.zeros(400, dtype=np.int64))
    plain, more = (score(short, orders, drawn, Change(safety=safety), Steering()) for safety in (1.0, 2.0))
    assert (plain.fill, more.fill) == (0.0, 1.0)
    less = score(history, orders, drawn, Change(safety=0.0), Steering())
    kept = score(history, orders, drawn, Change(), Steering())
    assert (kept.fill, less.fill) == (1.0, 0.0)
    assert (less.otif or 0) < (kept.otif or 0)
    assert less.capital == 0


@settings(max_examples=10, deadline=None)
@given(st.integers(5, 200), st.floats(0.3, 3), st.integers(0, 99))
def test_nobody_is_packed_before_coming(orders, share, seed):
    made = orders_of(orders, seed)
    assert (serve(made.came, made.packed, share) >= made.came - 1e-6).all()
    assert (play(made, Steering(capacity=share)).packed >= made.came - 1e-6).all()


def test_a_loaded_home_is_reproduced_within_the_error_that_is_stated(company: Path):
    with open_workspace(company) as opened:
        found = opened.what_if(Change(), 28)
        more = opened.what_if(Change(safety=3.0), 28)
        with pytest.raises(UsageError):
            opened.what_if(Change(), 3)
    assert found.changed == found.baseline == more.baseline
    for name in ("fill", "in_time", "otif"):
        assert abs(found.error(name) or 0) < 0.1
        assert found.effect(name) == 0
    # Fewer days of history than twice as many: the newer half is replayed, the older one teaches.
    assert (found.end - found.start).days + 1 in (15, 16)
    assert abs(found.error("orders_waiting") or 0) < 0.25 * (found.history.orders_waiting or 0)
    assert (more.effect("fill") or 0) >= 0
    assert (more.effect("otif") or 0) >= 0
    assert (more.effect("capital") or 0) > 0
    assert more.history == found.history


def test_a_change_out_of_range_is_refused():
    for wrong in ({"safety": -1.0}, {"lead_days": 99}, {"capacity": 0.0}, {"cutoff": 13}, {"split": 1.5}):
        with pytest.raises(UsageError):
            Change(**wrong)
