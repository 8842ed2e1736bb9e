"""The negative binomial against sums of its own terms, one by one."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fulfillment_bi.forecast.counts import expected_short, normal_reached, quantiles, reached
from fulfillment_bi.forecast.scores import coverage, pinball, wape

MEANS = st.floats(0.01, 50)
DISPERSIONS = st.floats(0.01, 3)


def terms(mean: float, dispersion: float, count: int = 4000) -> np.ndarray:
    size = 1 / dispersion
    log = [
        math.lgamma(k + size) - math.lgamma(k + 1) - math.lgamma(size)
        + size * math.log(size / (size + mean)) + k * math.log(mean / (size + mean))
        for k in range(count)
    ]  # fmt: skip
    return np.exp(log)


@settings(max_examples=25, deadline=None)
@given(MEANS, DISPERSIONS)
def test_quantiles_are_the_least_units_reached_with_each_probability(mean, dispersion):
    reach = np.cumsum(terms(mean, dispersion))
    found = quantiles(np.array([mean]), np.array([dispersion]), (0.1, 0.5, 0.9))[:, 0]
    for level, at in zip((0.1, 0.5, 0.9), found, strict=True):
        assert reach[int(at)] >= level - 1e-9
        assert at == 0 or reach[int(at) - 1] < level + 1e-9


@settings(max_examples=25, deadline=None)
@given(MEANS, DISPERSIONS, st.integers(0, 60))
def test_units_left_short_are_the_sum_over_all_that_may_be_asked_for(mean, dispersion, stock):
    share = terms(mean, dispersion)
    wanted = float((share * np.maximum(np.arange(len(share)) - stock, 0)).sum())
    got = expected_short(np.array([mean]), np.array([dispersion]), np.array([float(stock)]))[0]
    assert got == pytest.approx(wanted, abs=2e-2 * max(mean, 1), rel=0.03)


def test_large_means_join_small_ones_without_a_jump():
    means = np.array([59.0, 61.0])
    found = quantiles(means, np.array([0.3, 0.3]), (0.5, 0.9))
    assert (np.diff(found, axis=1) >= 0).all()
    assert (np.diff(found, axis=1) <= 6).all()
    below, upto = reached(means, np.array([0.3, 0.3]), np.array([70.0, 70.0]))
    assert np.abs(np.diff(upto)) < 0.03
    assert (below < upto).all()


def test_the_normal_distribution_at_known_points():
    assert normal_reached(np.array([0.0, 1.959964, -1.0])) == pytest.approx([0.5, 0.975, 0.158655], abs=1e-6)


def test_coverage_of_the_true_distribution_is_its_level_also_where_half_sell_nothing():
    rng = np.random.default_rng(2)
    mean, dispersion = np.full((400, 50), 0.7), np.full((400, 1), 0.8)
    drawn = rng.negative_binomial(1 / 0.8, (1 / 0.8) / (1 / 0.8 + 0.7), mean.shape).astype(float)
    assert coverage(drawn, mean, dispersion, (0.5, 0.9), np.ones_like(mean)) == pytest.approx((0.5, 0.9), abs=0.01)
    wrong = coverage(drawn, mean * 2, dispersion, (0.5,), np.ones_like(mean))
    assert wrong[0] > 0.6


def test_losses_count_only_where_demand_was_seen():
    actual, told = np.array([[4.0, 9.0]]), np.array([[6.0, 0.0]])
    seen = np.array([[1.0, 0.0]])
    assert pinball(actual, told, 0.9, seen) == pytest.approx(0.2)
    assert pinball(told, actual, 0.9, seen) == pytest.approx(1.8)
    assert wape(actual, told, seen) == 0.5
    assert wape(actual, told, seen * 0) is None
