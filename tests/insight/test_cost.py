"""The matched comparison against the same numbers worked out by hand, and on a warehouse whose costs are planted."""

from __future__ import annotations

import random
from statistics import mean, variance

import pytest

from fulfillment_bi.insight.cost import LEAST, Cost, Side, compare, money_of_failure


def side(values: list[float]) -> Side:
    return Side(len(values), sum(values), sum(value * value for value in values))


def test_differences_are_weighted_by_the_failed_orders_of_the_stratum():
    small, large = ([5.0, 7.0] * 5, [1.0, 3.0] * 10), ([20.0, 24.0] * 15, [10.0, 12.0] * 2)
    found = compare("refund", [dict(zip((True, False), map(side, pair), strict=True)) for pair in (small, large)])
    assert found.matched == found.failed == 40
    assert found.failed_mean == pytest.approx(0.25 * 6 + 0.75 * 22)
    assert found.kept_mean == pytest.approx(0.25 * 2 + 0.75 * 11)
    weights = 0.25, 0.75
    spread = sum(
        w * w * (variance(one) / len(one) + variance(two) / len(two))
        for w, (one, two) in zip(weights, (small, large), strict=True)
    )
    assert found.difference == pytest.approx(0.25 * 4 + 0.75 * 11)
    assert found.high - found.difference == pytest.approx(1.959964 * spread**0.5)


def test_strata_without_kept_orders_compare_nothing():
    alone = {True: side([9.0] * 50)}
    matched = {True: side([2.0] * LEAST), False: side([1.0, 1.5])}
    found = compare("refund", [alone, matched])
    assert (found.matched, found.failed) == (LEAST, LEAST + 50)
    assert found.difference == pytest.approx(0.75)
    few = compare("refund", [{True: side([2.0] * (LEAST - 1)), False: side([1.0])}])
    assert (few.difference, few.low, few.matched) == (None, None, LEAST - 1)


def test_money_is_what_is_paid_and_unknown_where_nothing_says():
    def cost(kind, difference):
        return Cost(kind, None, None, difference, None, None, 90, 100)

    assert money_of_failure([cost("refund", 4.0), cost("compensation", 1.5), cost("complaint", 0.2)]) == 5.5
    assert money_of_failure([cost("refund", 4.0), cost("compensation", None)]) == 4.0
    assert money_of_failure([cost("refund", None), cost("complaint", 0.2)]) is None


def test_intervals_cover_the_truth_about_as_often_as_they_say():
    dice, covered = random.Random(3), 0
    for _ in range(400):
        strata = []
        for base in (1.0, 5.0, 20.0):
            failed = [dice.gauss(base + 2.0, base) for _ in range(dice.randint(10, 60))]
            kept = [dice.gauss(base, base) for _ in range(dice.randint(50, 200))]
            strata.append({True: side(failed), False: side(kept)})
        found = compare("refund", strata)
        covered += found.low <= 2.0 <= found.high
    assert 0.92 <= covered / 400 <= 0.98


def test_what_looks_dear_only_because_dear_orders_fail_costs_nothing():
    """Large orders fail more often and are refunded more, whether or not they fail."""
    dice = random.Random(4)
    strata = []
    for value, share in ((10.0, 0.02), (200.0, 0.3)):
        orders = [(dice.random() < share, dice.gauss(value / 10, value / 50)) for _ in range(3000)]
        strata.append({failed: side([amount for bad, amount in orders if bad is failed]) for failed in (True, False)})
    found = compare("refund", strata)
    assert found.low < 0 < found.high
    assert mean((found.low, found.high)) == pytest.approx(found.difference)
