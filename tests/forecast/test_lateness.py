"""Probabilities to be late: never rising with time to spare, learnt from the older past and tried on the newest."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fulfillment_bi.forecast.lateness import curve, learn
from fulfillment_bi.workspace import open_workspace

WHEN = datetime(2026, 11, 23, 12)
NAMES = {1: ("o1", "jd", "North", WHEN, 10.0), 2: ("o2", "jd", "North", WHEN, 90.0)}


@given(st.lists(st.tuples(st.integers(0, 50), st.floats(0, 1)), min_size=1, max_size=40))
def test_more_time_never_means_more_risk_and_the_mean_is_kept(classes):
    orders = np.array([float(many) for many, _ in classes])
    late = np.array([round(many * share) for many, share in classes], dtype=float)
    found = curve(orders, late)
    assert (np.diff(found) <= 1e-9).all()
    assert ((found >= 0) & (found <= 1 + 1e-9)).all()
    assert float(found @ orders) == pytest.approx(late.sum(), abs=4.1 * len(classes) * 0.5 + 1e-6)


def rows() -> list[tuple[str, str, int, int | None, int, int]]:
    return [
        ("fit", "pick", -3, None, 200, 180),
        ("fit", "pick", 2, None, 200, 10),
        ("test", "pick", -3, None, 100, 92),
        ("test", "pick", 2, None, 100, 4),
        ("open", "pick", -3, 1, 1, 0),
        ("open", "pick", 2, 2, 1, 0),
        ("open", "pick", 2, 3, 1, 0),
    ]


def test_open_orders_get_the_share_of_past_ones_like_them():
    found = learn(rows(), NAMES)
    assert [one.order_no for one in found.open] == ["o1", "o2"]
    assert [one.probability for one in found.open] == pytest.approx([0.9, 0.05], abs=0.02)
    assert found.expected == pytest.approx(0.95, abs=0.03)
    assert [(one.orders, round(one.late, 2)) for one in found.calibration] == [(100, 0.04), (100, 0.92)]
    assert found.brier is not None
    assert found.brier < 0.08 < 0.2 < (found.brier_plain or 0)


def test_without_a_past_everybody_gets_the_overall_share_and_nothing_is_claimed():
    found = learn([("open", "pick", 0, 1, 1, 0)], NAMES)
    assert (found.brier, found.calibration, found.orders) == (None, (), 0)
    assert found.open[0].probability == 0


def test_a_loaded_home_tells_more_than_the_overall_share(company: Path):
    with open_workspace(company) as opened:
        found = opened.lateness()
        opened_now = opened._ask(lambda session, _: session.rows("SELECT count(*) FROM fct_order_open"))[0][0]
    assert len(found.open) == opened_now > 0
    assert found.brier is not None
    assert found.brier < (found.brier_plain or 0)
    assert sum(one.orders for one in found.calibration) == found.orders
