"""Projections of young cohorts: what is known is kept, and the interval holds as often as it says."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fulfillment_bi.insight.maturity import LEAST_HISTORY, by_grain, coverage, landings, together
from fulfillment_bi.metrics.development import Cell

FIRST = date(2026, 1, 1)
LAGS = (2, 3, 5, 8)


def world(seed: int, days: int, size: int, *, spread: float = 0.04, today: int | None = None) -> list[Cell]:
    """Cohorts of about `size` orders judged at four ages, kept with a share that differs from day to day."""
    rng = np.random.default_rng(seed)
    now = days if today is None else today
    cells = []
    for row in range(days):
        share = float(np.clip(rng.normal(0.92, spread), 0.3, 1))
        for lag in LAGS:
            count = int(rng.poisson(size / len(LAGS)))
            kept = int(rng.binomial(count, share))
            day, is_judged = FIRST + timedelta(days=row), row + lag <= now
            if row <= now:
                due = (kept, count, 0) if is_judged else (0, 0, count)
                cells.append(Cell(day, day + timedelta(days=lag), *due))
    return cells


def day(row: int) -> date:
    return FIRST + timedelta(days=row)


@pytest.mark.parametrize("spread", [0.0, 0.05, 0.12])
@pytest.mark.parametrize("size", [12, 80, 600])
def test_the_interval_holds_as_often_as_it_says(size: int, spread: float) -> None:
    found = coverage(world(3, 150, size, spread=spread), day(151))
    assert found.cases > 400
    assert found.share is not None
    assert found.share >= found.level - 0.05
    assert found.width < 0.25 + 2 * spread


def test_more_cases_make_a_narrower_interval() -> None:
    few, many = (coverage(world(5, 120, size, spread=0.0), day(121)).width for size in (20, 800))
    assert many < few / 3


def test_a_trial_knows_only_what_was_known_then() -> None:
    """What a projection says on a day is what it says when the data end on that day."""
    whole, until = world(7, 60, 40, today=70), world(7, 60, 40, today=50)
    live = {one.day: one for one in landings(until, day(50)) if one.pending}
    assert list(live) == [day(row) for row in range(43, 51)]
    later = coverage(whole, day(70), days=17)
    assert later.cases >= 17
    final = {one.day: one for one in landings(whole, day(70))}
    assert all(one.pending == 0 and one.projected == one.value == one.low for one in final.values())
    for one in live.values():
        assert one.d + one.pending == final[one.day].d
        assert one.n <= final[one.day].n


@given(seed=st.integers(0, 10**6), size=st.integers(2, 60), today=st.integers(1, 40))
@settings(max_examples=40)
def test_what_is_judged_bounds_where_it_can_land(seed: int, size: int, today: int) -> None:
    for one in landings(world(seed, 41, size, today=today), day(today)):
        if one.projected is None:
            assert one.pending
            assert one.history < LEAST_HISTORY
            continue
        assert one.low is not None
        assert one.high is not None
        whole = one.d + one.pending
        assert one.n / whole <= one.low <= one.projected <= one.high <= (one.n + one.pending) / whole


def test_weeks_and_periods_are_the_sum_of_their_days() -> None:
    found = landings(world(9, 60, 50, today=58), day(58), day(30), day(58))
    weeks = by_grain(found, "week")
    assert all(one.day.weekday() == 0 for one in weeks)
    assert sum(one.d + one.pending for one in weeks) == sum(one.d + one.pending for one in found)
    whole = together(found, day(30))
    assert whole.projected == pytest.approx(
        sum((one.projected or 0) * (one.d + one.pending) for one in weeks) / sum(one.d + one.pending for one in weeks)
    )
    assert [one.day for one in by_grain(found, "month")] == [date(2026, 1, 1), date(2026, 2, 1)]


def test_without_history_there_is_no_projection() -> None:
    found = landings(world(1, 9, 30, today=5), day(5))
    assert found
    assert all(one.projected is None for one in found if one.pending)
    assert together(found, FIRST).projected is None
    assert landings([], FIRST) == []
    assert coverage([], FIRST).share is None
