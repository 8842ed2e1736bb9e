"""Peaks against capacity, counted by hand hour by hour."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fulfillment_bi.errors import UsageError
from fulfillment_bi.forecast.peak import HOURS, Hours, Wanted, capacity_of, known_peaks, needed, peak_of, waits
from fulfillment_bi.workspace import open_workspace

START = date(2026, 1, 1)


def hours_of(days: int = 60, *, peak: int = -1, times: float = 5.0) -> Hours:
    """Two warehouses: one gets 2 orders an hour from 8 to 18 and packs up to 4; the other has half."""
    came, packed = np.zeros((2, days, HOURS)), np.zeros((2, days, HOURS))
    came[:, :, 8:18], packed[:, :, 8:18] = 2.0, 4.0
    if peak >= 0:
        came[:, peak, 8:18] *= times
        came[:, peak + 1, 8:18] *= 1.5
    came[1], packed[1] = came[1] / 2, packed[1] / 2
    return Hours(("A", "B"), START, came, packed)


def test_an_uplift_of_usual_days_by_hand():
    found = peak_of(hours_of(), Wanted(uplift=3.0, within=4))
    assert found is not None
    big, small = found.loads
    assert (big.warehouse, big.usual, big.orders, big.peak_orders, big.capacity_hour) == ("A", 20, 60, 6, 4)
    # Six an hour come and four are packed: 20 wait at the end of the day, and each hour of the next clears two more
    # than come in it; the last order of the day is the twentieth to be packed on the next, from 12:00 to 13:00.
    assert big.waiting_most == pytest.approx(20)
    assert big.clear_hours == 42
    assert big.wait_hours == 19
    # Nobody may wait over night: 60 orders within ten hours and four more are 6 an hour.
    assert big.needed == pytest.approx(1.5, abs=0.01)
    assert (small.orders, small.needed) == (30, big.needed)
    assert found.known == ()


def test_a_peak_like_an_earlier_one_grows_with_what_is_usual_now():
    hours = hours_of(peak=20)
    hours.came[0, 31:] *= 2
    found = peak_of(hours, Wanted())
    assert found is not None
    assert (found.like, found.known) == (START + timedelta(days=20), (START + timedelta(days=20),))
    orders = {one.warehouse: one.orders for one in found.loads}
    assert orders == {"A": pytest.approx(200), "B": pytest.approx(50)}
    assert found.uplift == pytest.approx(5.0)
    scaled = peak_of(hours, Wanted(found.like, 2.0))
    assert scaled is not None
    assert sum(one.orders for one in scaled.loads) == pytest.approx(100)


def test_only_days_far_above_the_usual_are_peaks_and_the_day_after_is_not_another():
    assert known_peaks(hours_of()) == ()
    assert known_peaks(hours_of(peak=20, times=1.2)) == (START + timedelta(days=21),)
    assert known_peaks(hours_of(peak=20)) == (START + timedelta(days=20),)


def test_capacity_is_of_days_that_worked():
    hours = hours_of()
    hours.packed[0, :40] = 0
    assert capacity_of(hours)[0, 12] == 4
    assert capacity_of(hours)[0, 3] == 0


@settings(max_examples=20, deadline=None)
@given(st.lists(st.floats(0, 50), min_size=72, max_size=72), st.floats(1, 20), st.integers(1, 30))
def test_with_what_is_needed_nobody_waits_longer(arrivals, rate, within):
    capacity = np.full(HOURS, rate)
    times = needed(np.array(arrivals), capacity, within)
    assert times is not None
    wait, _ = waits(np.array(arrivals), capacity * (times + 0.01))
    assert wait is not None
    assert wait <= within
    more, _ = waits(np.array(arrivals), capacity * (times + 1))
    assert more is not None
    assert more <= wait


def test_what_cannot_be_answered_is_refused(company: Path):
    for wrong in ({"uplift": 0.0}, {"uplift": 1e9}, {"within": 0}):
        with pytest.raises(UsageError):
            Wanted(**wrong)
    with open_workspace(company) as opened:
        assert opened.peak(Wanted(uplift=2.0)).uplift == pytest.approx(2.0)
        with pytest.raises(UsageError):
            opened.peak(Wanted(like=date(1999, 1, 1)))


def test_a_warehouse_that_never_packs_is_never_enough():
    assert needed(np.ones(72), np.zeros(HOURS), 5) is None
    assert waits(np.ones(72), np.zeros(HOURS))[0] is None
    assert peak_of(Hours(("A",), START, np.zeros((1, 60, HOURS)), np.zeros((1, 60, HOURS))), Wanted()) is None
