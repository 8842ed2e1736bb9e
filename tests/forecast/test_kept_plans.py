"""Kept proposals: read back as they were made, and held against what came after."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from fulfillment_bi.forecast.clock import planning_day
from fulfillment_bi.forecast.kept_plans import keep_plan, kept_plans
from fulfillment_bi.forecast.replenish import Policy
from fulfillment_bi.workspace import open_workspace
from tests.forecast.making import TODAY, plan_made


def test_a_list_is_kept_for_its_day_and_replaced_by_a_second_one(tmp_path: Path):
    plan = plan_made()
    keep_plan(replace(plan, buys=()), tmp_path)
    keep_plan(plan, tmp_path)
    keep_plan(replace(plan, day=TODAY - timedelta(days=9)), tmp_path)
    found = kept_plans(tmp_path)
    assert len(found) == 2 * len(plan.buys)
    assert [(one.sku, one.units, one.daily) for one in found[: len(plan.buys)]] == [
        (one.sku, one.units, one.daily) for one in plan.buys
    ]
    assert {one.day for one in found} == {TODAY, TODAY - timedelta(days=9)}
    assert kept_plans(tmp_path / "nothing") == ()


def test_what_came_of_a_list_is_counted_from_its_day_on(company: Path, tmp_path: Path):
    home = Path(shutil.copytree(company, tmp_path / "home"))
    with open_workspace(home) as opened:
        plan = opened.plan(Policy())
        today = opened._ask(lambda session, _: planning_day(session))
        assert plan is not None
        assert opened.plan_history() == ()
        keep_plan(plan, home)
        assert opened.plan_history() == ()  # nothing has come of it yet
        keep_plan(replace(plan, day=today - timedelta(days=10)), home)
        found = opened.plan_history()
        stock = opened._ask(
            lambda session, _: session.rows(
                "SELECT s.sku, w.warehouse, sum(demand_units), sum(CAST(available <= 0 AS INTEGER)) FROM fct_stock_day "
                "JOIN dim_sku AS s USING (sku_id) JOIN dim_warehouse AS w USING (warehouse_id) "
                "WHERE is_snapshot = 1 AND snapshot_day >= ? AND snapshot_day < ? GROUP BY ALL",
                (today - timedelta(days=10), today),
            )
        )
    known = {(row[0], row[1]): row[2:] for row in stock}
    assert len(found) == len(plan.buys) > 0
    for one, buy in zip(found, plan.buys, strict=True):
        assert (one.sku, one.warehouse, one.proposed, one.days) == (buy.sku, buy.warehouse, buy.units, 10)
        assert one.expected == pytest.approx(10 * buy.daily)
        assert (one.asked, one.days_out) == known[one.sku, one.warehouse]
