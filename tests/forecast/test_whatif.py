"""Replays: without a change they are what happened, and more stock never fills less."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fulfillment_bi.errors import UsageError
from fulfillment_bi.forecast.whatif import Change, Queue, Stocked, filled, moved, score, serve
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
    assert score(history, [], Change(safety=2.0)).capital == pytest.approx((7 + 5 + 2 + 8 + 6 + 6) / 6 * 10)


def queue_of(orders: int, seed: int = 2) -> Queue:
    """Orders through ten hours of picking a day, packed in the order they came, eight an hour."""
    rng = np.random.default_rng(seed)
    came = np.sort(rng.uniform(0, 20 * 86400, orders))
    packed, free = np.zeros(orders), 0.0
    for at, moment in enumerate(came.tolist()):
        start = max(moment, free)
        hour = start % 86400 / 3600
        start += 0 if 8 <= hour < 18 else ((8 - hour) % 24) * 3600
        free = packed[at] = start + 450
    return Queue(came, packed, packed + 3600, came + 20 * 3600)


def test_the_unchanged_queue_is_what_happened_and_more_hands_pack_sooner():
    queue = queue_of(1200)
    again, fewer, more = (serve(queue, share) for share in (1.0, 0.7, 1.5))
    assert np.abs(again - queue.packed).mean() < 1800
    assert (again >= queue.came - 1e-6).all()
    assert fewer.mean() > again.mean() >= more.mean()
    shares = [score(None, [queue], Change(capacity=share)).in_time or 0 for share in (0.5, 0.8, 1.0, 1.5)]
    assert shares == sorted(shares)
    happened = float((queue.shipped <= queue.promised).mean())
    assert shares[2] == pytest.approx(happened, abs=0.05)


@settings(max_examples=15, deadline=None)
@given(st.integers(5, 200), st.floats(0.3, 3), st.integers(0, 99))
def test_nobody_is_packed_before_coming(orders, share, seed):
    queue = queue_of(orders, seed)
    assert (serve(queue, share) >= queue.came - 1e-6).all()


def test_a_loaded_home_is_reproduced_within_the_error_that_is_stated(company: Path):
    with open_workspace(company) as opened:
        found = opened.what_if(Change(), 28)
        more = opened.what_if(Change(safety=3.0), 28)
        with pytest.raises(UsageError):
            opened.what_if(Change(), 3)
    assert found.changed == found.baseline == more.baseline
    for name in ("fill", "in_time"):
        assert abs(found.error(name) or 0) < 0.1
        assert found.effect(name) == 0
    assert (more.effect("fill") or 0) >= 0
    assert (more.effect("capital") or 0) > 0
    assert more.history == found.history


def test_a_change_out_of_range_is_refused():
    for wrong in ({"safety": -1.0}, {"lead_days": 99}, {"capacity": 0.0}):
        with pytest.raises(UsageError):
            Change(**wrong)
