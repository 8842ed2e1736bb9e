"""What is kept beside a version: read back as it was made, lending its methods, gone with its version."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from fulfillment_bi.forecast.course import course
from fulfillment_bi.forecast.history import PROMOTION, SALES, lend
from fulfillment_bi.forecast.outlook import CHOICE_DAYS, keep, newest_choice, read_kept
from fulfillment_bi.workspace import open_workspace
from tests.forecast.making import RATES, TODAY, outlook_of


@pytest.fixture(scope="module")
def own(company: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(shutil.copytree(company, tmp_path_factory.mktemp("forecast") / "home"))


def test_the_kept_forecast_is_the_one_that_was_made(own: Path):
    with open_workspace(own) as opened:
        made = opened.keep_forecast()
        assert made is not None
        version = opened.info.id if opened.info else ""
        kept = opened._ask(lambda session, info: read_kept(session, own, info.id))
        assert kept.daily.mean == pytest.approx(made.daily.mean)
        assert kept.weekly.dispersion == pytest.approx(made.weekly.dispersion)
        assert (kept.choices, kept.start, kept.chosen_on) == (made.choices, made.start, made.chosen_on)
        assert kept.series.sku == made.series.sku
        keep(made, own, "v00000009", {"v00000009"})
        assert [path.name for path in (own / "forecasts").iterdir()] == ["v00000009"]
        assert opened._ask(lambda session, _: read_kept(session, own, version)) is None


def test_the_history_is_the_demand_of_the_stocked_series(own: Path):
    with open_workspace(own) as opened:
        found = opened.outlook()
        assert found is not None
        units, series, out = opened._ask(
            lambda session, _: session.rows(
                "SELECT sum(demand_units), count(DISTINCT (sku_id, warehouse_id)), sum(is_out) FROM fct_stock_day"
                " WHERE is_snapshot = 1 AND warehouse_id > 0 AND snapshot_day < ?",
                (found.start,),
            )
        )[0]
    assert found.panel.units.sum() == float(units)
    assert len(found.series) == series
    # Days that end without stock either count for nothing or hide some demand.
    assert ((found.panel.exposure == 0) & (found.panel.units > 0)).sum() + found.panel.least.sum() <= out


def test_methods_are_lent_for_four_weeks(tmp_path: Path):
    made = outlook_of()
    keep(made, tmp_path, "v1", {"v1"})
    for days, lent in ((0, True), (CHOICE_DAYS - 1, True), (CHOICE_DAYS, False), (-1, False)):
        assert (newest_choice(tmp_path, TODAY + timedelta(days=days)) is not None) == lent
    assert newest_choice(tmp_path, TODAY) == (TODAY, made.choices)
    assert newest_choice(tmp_path / "nowhere", TODAY) is None


def test_the_course_adds_up_its_series_and_keeps_the_band_around_them():
    made = outlook_of()
    whole, one = course(made, np.arange(len(RATES))), course(made, np.array([0]))
    assert whole.mean == pytest.approx(made.daily.mean.sum(axis=0))
    assert (whole.low <= whole.mean).all()
    assert (whole.mean <= whole.high).all()
    assert whole.past[-1] + timedelta(days=1) == whole.ahead[0] == made.start
    assert abs(whole.error or 0) < 0.15
    inside = (one.actual[-28:] <= one.high.max()) & (one.actual[-28:] >= one.low.min())
    assert inside.mean() > 0.8
    young = replace(made, panel=made.panel.until(30))
    assert course(young, np.array([0])).error is None


def test_a_surprise_is_named_and_the_error_told_without_it():
    outlook = outlook_of()
    units = outlook.panel.units.copy()
    units[:, -10] *= 9
    plain, sale = (
        course(outlook, np.arange(6)),
        course(replace(outlook, panel=replace(outlook.panel, units=units)), np.arange(6)),
    )
    assert plain.surprises == ()
    assert plain.error == plain.error_usual
    assert sale.surprises == (outlook.start - timedelta(days=10),)
    assert sale.error is not None
    assert sale.error_usual is not None
    assert sale.error < -0.1 < sale.error_usual < 0.1


def test_a_sale_that_was_never_seen_is_like_the_one_that_was():
    eleven, twelve = SALES[2], SALES[3]
    events = np.array([0, 0, eleven, eleven, 0, 0, 0, twelve, twelve, 0])
    found, lent = lend(events, 5)
    # The eve of an unseen sale is an ordinary day.
    assert found.tolist() == [0, 0, eleven, eleven, 0, 0, 0, 0, eleven, 0]
    assert lent == (8,)
    events[1] = PROMOTION
    assert lend(events, 3)[0].tolist() == [0, PROMOTION, eleven, eleven, 0, 0, 0, 0, eleven, 0]
    none, nobody = lend(events[4:], 2)
    assert (none.tolist(), nobody) == ([0] * 6, ())
