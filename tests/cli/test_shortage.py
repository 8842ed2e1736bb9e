"""fbi genealogy, burning and cost over a loaded home: their documents agree with fbi query."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Fbi

PERIOD = ("--from", "2026-10-01", "--to", "2026-10-31")


def test_units_sum_over_origins_and_orders_count_once(fbi: Fbi, home: Path) -> None:
    found = fbi("genealogy", *PERIOD, "--json", home=home).json
    asked = fbi("query", "short_units,short_orders", *PERIOD, "--json", home=home).json["rows"][0]
    units = sum(float(one["units"]) for one in found["origins"])
    assert units == float(found["units"]) == float(asked["short_units"] or 0)
    assert found["orders"] == (asked["short_orders"] or 0) <= sum(one["orders"] for one in found["origins"])
    counts = [one["orders"] for one in found["purchases"]]
    assert counts == sorted(counts, reverse=True)
    assert "not in time for want of stock" in fbi("genealogy", *PERIOD, home=home).out


@pytest.mark.parametrize("state", ["savable", "out_of_reach"])
def test_burning_orders_have_less_time_than_they_need(fbi: Fbi, home: Path, state: str) -> None:
    found = fbi("burning", "--state", state, "--limit", "500", "--json", home=home).json
    where = ("--where", f"burn_state={state}")
    asked = fbi("query", "burning_orders", *where, "--json", home=home).json["rows"][0]["burning_orders"]
    assert found["count"] == len(found["orders"]) == asked
    for order in found["orders"]:
        assert 0 < order["left_seconds"] < order["need_seconds"]
        assert (2 * order["left_seconds"] >= order["need_seconds"]) == (state == "savable")
    assert f"{found['count']:,} orders" in fbi("burning", "--state", state, home=home).out


def test_costs_have_intervals_around_their_difference(fbi: Fbi, home: Path) -> None:
    for one in fbi("cost", *PERIOD, "--json", home=home).json["costs"]:
        assert one["matched"] <= one["failed"]
        if one["difference"] is not None:
            assert one["low"] <= one["difference"] <= one["high"]
            assert one["difference"] == pytest.approx(one["failed_mean"] - one["kept_mean"])
    assert "difference" in fbi("cost", *PERIOD, home=home).out
    assert fbi("cost", home=home).code == 2
