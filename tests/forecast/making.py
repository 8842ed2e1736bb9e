"""A small world to look ahead from: series with known rates, a forecast of them, and a supply side."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from fulfillment_bi.forecast.burn import DAYS
from fulfillment_bi.forecast.demand import forecast
from fulfillment_bi.forecast.history import Series
from fulfillment_bi.forecast.outlook import Outlook
from fulfillment_bi.forecast.panel import Numbers, Panel
from fulfillment_bi.forecast.planning import Plan, plan_of
from fulfillment_bi.forecast.replenish import Policy
from fulfillment_bi.forecast.supply import Line, Supply

TODAY = date(2026, 11, 22)
RATES = (8.0, 4.0, 1.5, 0.4, 0.2, 0.0)
PLACES = (("A", "North"), ("A", "South"), ("B", "North"), ("C", "North"), ("D", "South"), ("E", "South"))


def panel_of(rates: Numbers, periods: int = 84, *, step: int = 1, seed: int = 4, stocked: float = 1.0) -> Panel:
    """Poisson demand at these rates; a share `stocked` of the periods has stock, and only these have sales."""
    rng = np.random.default_rng(seed)
    units = rng.poisson(np.asarray(rates)[:, None], (len(rates), periods)).astype(float)
    exposure = (rng.random(units.shape) < stocked).astype(float)
    start = TODAY - timedelta(days=periods * step)
    return Panel(units * exposure, exposure, np.zeros(units.shape, dtype=bool), np.zeros(len(rates), int), start, step)


def series_of() -> Series:
    sku, warehouse = zip(*PLACES, strict=True)
    count = len(PLACES)
    return Series(
        np.array([1, 1, 2, 3, 4, 5]),
        np.array([2 if place == "North" else 3 for place in warehouse]),
        sku,
        tuple(f"Product {each}" for each in sku),
        ("Tools",) * count,
        warehouse,
        np.full(count, 10.0),
        np.full(count, 15.0),
        np.full(count, 7.0),
        np.array([6, 6, 1, 4, 1, 1]),
    )


def outlook_of() -> Outlook:
    panel = panel_of(np.array(RATES))
    daily, by_day = forecast(panel, 28)
    weekly, by_week = forecast(panel.weekly(), 13)
    return Outlook(panel, series_of(), daily, weekly, {1: by_day, 7: by_week}, TODAY, TODAY)


def supply_of() -> Supply:
    """North has little of A, South has plenty; B comes on the third day; E is stocked and never asked for."""
    count = len(PLACES)
    arriving = np.zeros((count, DAYS))
    arriving[2, 3] = 6
    line = Line("PO1", "1", "Maker", 2, TODAY + timedelta(days=2), 3, 6.0)
    return Supply(
        np.array([5.0, 400.0, 0.0, 1.0, 3.0, 50.0]),
        np.array([5.0, 400.0, 0.0, 1.0, 3.0, 50.0]),
        np.full(count, 10.0),
        np.full(count, np.inf),
        arriving,
        np.zeros(count),
        np.full(count, 7.0),
        np.full(count, 1.0),
        ("Maker",) * count,
        np.ones(count, dtype=np.int64),
        np.full(count, 20),
        (line,),
    )


def plan_made(policy: Policy | None = None) -> Plan:
    return plan_of(outlook_of(), supply_of(), policy or Policy())
