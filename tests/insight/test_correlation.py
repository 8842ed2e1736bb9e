"""Correlations against numpy and Fisher's tables, and what keeps a trend or a short series from looking sure."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fulfillment_bi.insight.correlation import LEAST, correlate

VALUES = st.floats(-100, 100, allow_nan=False).map(lambda value: round(value, 3))


def test_it_is_pearsons_coefficient_over_the_rows_that_have_both():
    first = [1.0, 2.0, None, 4.0, 5.0, 6.5, 7.0]
    second = [2.0, 1.0, 3.0, None, 6.0, 5.0, 9.0]
    found = correlate(first, second)
    expected = np.corrcoef([1.0, 2.0, 5.0, 6.5, 7.0], [2.0, 1.0, 6.0, 5.0, 9.0])[0, 1]
    assert found.n == 5
    assert found.r == pytest.approx(expected)


def test_the_interval_is_fishers():
    # r = 0.6 over 28 rows: tanh(atanh(0.6) ± 1.959964 / 5)
    base = np.arange(28.0)
    noise = np.where(np.arange(28) % 2, 1.0, -1.0)
    noise -= noise @ (base - base.mean()) / ((base - base.mean()) @ (base - base.mean())) * (base - base.mean())
    noise -= noise.mean()
    scaled = (base - base.mean()) / np.linalg.norm(base - base.mean())
    other = 0.6 * scaled + 0.8 * noise / np.linalg.norm(noise)
    found = correlate(list(base), list(other))
    assert found.r == pytest.approx(0.6)
    assert found.low == pytest.approx(0.2924, abs=1e-4)
    assert found.high == pytest.approx(0.7951, abs=1e-4)
    assert found.is_clear


@pytest.mark.parametrize("rows", [0, 1, LEAST - 1])
def test_too_few_rows_say_nothing(rows):
    found = correlate(list(range(rows)), list(range(rows)))
    assert (found.r, found.low, found.high, found.n) == (None, None, None, rows)
    assert not found.is_clear


def test_a_metric_that_never_changes_says_nothing():
    assert correlate([0.1 + 0.2] * 9, list(range(9))).r is None


def test_two_growing_series_are_worth_fewer_rows_and_called_a_trend():
    rng = np.random.default_rng(3)
    days = np.arange(60.0)
    first, second = days + rng.normal(0, 2, 60), days * 2 + rng.normal(0, 4, 60)
    found = correlate(list(first), list(second), ordered=True)
    assert found.r is not None
    assert found.r > 0.95
    assert found.effective < 10
    assert found.may_be_trend


def test_days_without_memory_keep_their_number():
    rng = np.random.default_rng(4)
    shared = rng.normal(0, 1, 200)
    found = correlate(list(shared + rng.normal(0, 0.5, 200)), list(shared + rng.normal(0, 0.5, 200)), ordered=True)
    assert found.effective > 180
    assert not found.may_be_trend


@given(st.lists(st.tuples(VALUES, VALUES), max_size=40), st.booleans())
def test_it_lies_within_its_interval_and_does_not_ask_for_the_order_of_the_two(pairs, ordered):
    first, second = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    one, two = correlate(first, second, ordered=ordered), correlate(second, first, ordered=ordered)
    assert (one.r is None) == (two.r is None)
    assert one.effective <= one.n + 1e-9
    if one.r is not None:
        assert one.r == pytest.approx(two.r)
        assert -1 <= one.low <= one.r <= one.high <= 1
