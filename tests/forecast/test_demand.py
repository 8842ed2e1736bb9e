"""The forecast: what teaches it and what does not, what it is chosen by, and how good it is."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from fulfillment_bi.forecast.choice import CANDIDATES, Choice, Method, choose, origins
from fulfillment_bi.forecast.demand import forecast
from fulfillment_bi.forecast.level import category_rates, naive, smooth
from fulfillment_bi.forecast.panel import CLASSES, Panel, classify
from fulfillment_bi.forecast.season import factors
from tests.bench.forecast import hold_out, made_up, read_vn2
from tests.forecast.making import panel_of

VN2 = Path(os.environ.get("FBI_REAL_DATA", "../shared/data")) / "vn2"


def flat(panel: Panel) -> np.ndarray:
    return np.ones((1, panel.periods))


def test_days_without_stock_are_not_days_without_demand():
    panel = panel_of(np.full(40, 3.0), 120, stocked=0.5)
    prior = category_rates(panel)
    aware = smooth(panel, flat(panel), 0.97, prior).rate
    blind = smooth(panel.blind(), flat(panel), 0.97, prior).rate
    assert aware.mean() == pytest.approx(3.0, abs=0.2)
    assert blind.mean() == pytest.approx(1.5, abs=0.2)


def test_a_day_on_which_stock_ran_out_never_lowers_the_rate():
    units = np.full((1, 60), 4.0)
    units[0, -1] = 1.0
    least = np.zeros(units.shape, dtype=bool)
    plain = Panel(units, np.ones(units.shape), least, np.zeros(1, int), date(2026, 1, 1))
    ran_out = replace(plain, least=least | (np.arange(60) == 59))
    prior = category_rates(plain)
    assert smooth(plain, flat(plain), 0.9, prior).rate[0] < 3.9
    assert smooth(ran_out, flat(plain), 0.9, prior).rate[0] == pytest.approx(4.0, abs=0.02)


def test_a_new_item_is_expected_to_sell_like_its_category():
    panel = panel_of(np.array([5.0] * 10), 90)
    exposure = panel.exposure.copy()
    exposure[9] = 0
    unseen = replace(panel, units=panel.units * exposure, exposure=exposure)
    demand, _ = forecast(unseen, 7)
    assert CLASSES[demand.kind[9]] == "new"
    assert demand.mean[9].mean() == pytest.approx(5.0, rel=0.35)


@pytest.mark.parametrize("apart", [False, True])
def test_both_ways_to_smooth_find_the_rate_of_intermittent_demand(apart):
    panel = panel_of(np.full(200, 0.3), 150)
    assert smooth(panel, flat(panel), 0.97, category_rates(panel), apart=apart).rate.mean() == pytest.approx(
        0.3, abs=0.03
    )


def test_classes_by_interval_and_variation():
    day = np.arange(120)
    steady = np.full(120, 5.0)
    wild = np.where(day % 3 == 0, 40.0, 1.0)
    rare = np.where(day % 5 == 0, 2.0, 0.0)
    lumps = np.where(day % 5 == 0, np.where(day % 20 == 0, 60.0, 1.0), 0.0)
    never = np.zeros(120)
    units = np.stack([steady, wild, rare, lumps, never])
    panel = Panel(units, np.ones_like(units), np.zeros(units.shape, bool), np.zeros(5, int), date(2026, 1, 1))
    assert [CLASSES[at] for at in classify(panel)] == ["smooth", "erratic", "intermittent", "lumpy", "new"]


def test_weekday_and_named_days_are_found_and_pooled():
    day = np.arange(140)
    start = date(2026, 1, 5)  # a Monday
    rate = np.where(day % 7 >= 5, 20.0, 8.0)
    events = np.zeros(160, dtype=np.int64)
    events[[60, 61, 150]] = 1
    rate = rate * np.where(events[:140] == 1, 5.0, 1.0)
    units = np.random.default_rng(1).poisson(np.tile(rate, (60, 1))).astype(float)
    panel = Panel(units, np.ones_like(units), np.zeros(units.shape, bool), np.zeros(60, int), start)
    found = factors(panel, 20, events)[0]
    assert found[145] / found[142] == pytest.approx(2.5, rel=0.12)  # Saturday over Wednesday
    assert found[150] / found[143] == pytest.approx(5.0, rel=0.15)  # the named day over the same weekday


def test_weeks_add_up_their_days():
    panel = panel_of(np.array([3.0, 1.0]), 30, stocked=0.8)
    week = panel.weekly()
    assert week.periods == 4
    assert week.day_of(week.periods) == panel.day_of(panel.periods)
    assert week.units.sum() == panel.units[:, 2:].sum()
    assert week.exposure == pytest.approx(panel.exposure[:, 2:].reshape(2, 4, 7).mean(axis=2))


def test_nothing_that_loses_to_the_naive_is_used():
    pattern = np.random.default_rng(3).permutation(np.repeat([0.0, 1.0, 30.0], 40))[:7]
    units = np.tile(np.tile(pattern, 18), (30, 1)) * np.arange(1, 31)[:, None]
    # A pattern of the weekday that no two categories share is the naive forecast's own ground.
    shifted = np.stack([np.roll(row, at) for at, row in enumerate(units)])
    panel = Panel(shifted, np.ones_like(units), np.zeros(units.shape, bool), np.zeros(30, int), date(2026, 1, 1))
    choice = choose(panel, 14)
    assert {one.method.kind for one in choice.found} == {"naive"}
    demand, _ = forecast(panel, 14, choice=choice)
    assert (demand.mean == naive(panel, 14)).all()


def test_a_back_test_never_looks_beyond_its_origin():
    panel = made_up(60, 80)
    first = origins(panel, 8)[0]
    known = panel.until(first)
    later = replace(panel, units=np.concatenate([known.units, panel.units[:, first:] * 50], axis=1))
    one, other = (forecast(each.until(first), 8, choice=Choice((), CANDIDATES[0]))[0] for each in (panel, later))
    assert (one.mean == other.mean).all()


def test_the_forecast_beats_the_naive_and_knowing_stock_outs_beats_ignoring_them():
    plain, blind, aware = hold_out(made_up(250, 110))[0]
    # Nothing but chance is left in the upper tail of a made-up world, and the naive knows its own scatter.
    assert aware.loss[0] <= 0.85 * plain.loss[0]
    assert aware.loss[1] <= 0.95 * plain.loss[1]
    assert sum(aware.loss) < sum(blind.loss)
    assert aware.covered == pytest.approx((0.5, 0.9), abs=0.06)


@pytest.mark.real_data
@pytest.mark.skipif(not VN2.exists(), reason="the real data sets are not here (FBI_REAL_DATA)")
def test_real_store_products_with_real_stock_outs():
    plain, blind, aware = hold_out(read_vn2(VN2))[0]
    for at in (0, 1):
        assert aware.loss[at] <= 0.85 * plain.loss[at]
        assert aware.loss[at] < blind.loss[at]
    assert aware.covered == pytest.approx((0.5, 0.9), abs=0.03)


def test_several_days_together_have_the_sum_of_their_means_and_less_scatter():
    panel = panel_of(np.array([2.0, 6.0]), 100)
    demand, _ = forecast(panel, 14, choice=Choice((), Method("discounted", 0.97, False, shared=0.25)))
    mean, dispersion = demand.over(np.array([3.5, 20.0]))
    assert mean[0] == pytest.approx(demand.mean[0, :3].sum() + 0.5 * demand.mean[0, 3])
    assert mean[1] == pytest.approx(demand.mean[1].sum() * 20 / 14)
    assert dispersion == pytest.approx(demand.dispersion * (0.25 + 0.75 / np.array([3.5, 20.0])))


def test_progress_is_told_up_to_the_last_series():
    told: list[tuple[int, int]] = []
    forecast(panel_of(np.full(5, 1.0)), 7, choice=Choice((), CANDIDATES[0]), tick=lambda *pair: told.append(pair))
    assert told[-1] == (5, 5)
