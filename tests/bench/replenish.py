"""Does replenishment reach its target fill rate with less stock? `python -m tests.bench.replenish` prints both.

The demand of the sample world, day by day, without its flash sale (which nobody could have foreseen): half a year of
history, then 90 days in which stock is ordered, arrives after a lead time drawn from the supplier's, and is sold;
what is asked for in vain is lost, and not seen by the forecast. The rule beside it orders up to a fixed number of
days of what was sold lately, its days chosen by hindsight so that it fills as much.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from fulfillment_bi.forecast.choice import Choice
from fulfillment_bi.forecast.demand import forecast
from fulfillment_bi.forecast.panel import Numbers, Panel, Whole
from fulfillment_bi.forecast.replenish import Need, Policy, find_levels
from fulfillment_bi.sample.calendar import plan
from fulfillment_bi.sample.demand import open_market, orders_of
from fulfillment_bi.sample.world import build_world

END = date(2026, 10, 31)
HISTORY, REPLAY, REFORECAST, HORIZON = 180, 90, 7, 28


@dataclass(frozen=True)
class Scene:
    """The demand of each cell by day, (S, HISTORY + REPLAY), and what is known of buying it."""

    demand: Numbers
    group: Whole
    lead: Numbers
    spread: Numbers
    pack: Whole
    cost: Numbers
    start: date


@dataclass(frozen=True)
class Outcome:
    """`fill`: units sold of those asked for; `stock`: mean money on hand; `units`: mean units on hand."""

    fill: float
    stock: float
    units: float


Levels = Callable[[int, Numbers, Numbers], Numbers]
"""Day, units sold (S, day), exposure (S, day) -> the level to raise the position to, (S,)."""


def make_scene(orders: int, skus: int, seed: int = 5, *, history: int = HISTORY, replay: int = REPLAY) -> Scene:
    """The demand of a sample world."""
    days = history + replay
    world = build_world(seed, skus, days)
    market = open_market(world)
    calendar = replace(plan(seed, orders, days, END), flash=None)
    products = world.products
    demand = np.zeros((len(products.cell_sku), days))
    for day in range(days):
        made = orders_of(world, market, calendar, seed, day)
        owner = made.line_order
        hub = world.hub_of_region[made.region]
        cell = products.cells(made.sku, made.warehouse[owner], hub[owner])
        demand[:, day] = np.bincount(cell, weights=made.quantity, minlength=len(demand))
    supplier = products.supplier[products.cell_sku]
    return Scene(
        demand,
        products.category[products.cell_sku].astype(np.int64),
        world.suppliers.lead_days[supplier].astype(float),
        world.suppliers.spread[supplier].astype(float),
        products.pack_size[products.cell_sku].astype(np.int64),
        products.cost[products.cell_sku] / 100,
        END - timedelta(days=days - 1),
    )


def play(scene: Scene, levels: Levels, review: int, history: int = HISTORY, seed: int = 3) -> Outcome:
    """Order, wait, sell, day by day. Stock starts at the levels of the first day."""
    rng = np.random.default_rng(seed)
    count, days = scene.demand.shape
    sold, exposure = scene.demand.copy(), np.ones_like(scene.demand)
    coming = np.zeros((count, days + 120))
    on_hand = np.zeros(count)
    asked = filled = money = units = 0.0
    for day in range(history, days):
        if (day - history) % review == 0:
            wanted = levels(day, sold[:, :day], exposure[:, :day])
            missing = wanted - on_hand - coming[:, day:].sum(axis=1)
            packs = np.ceil(np.maximum(missing, 0.0) / scene.pack) * scene.pack
            taken = scene.lead * np.exp(scene.spread * rng.standard_normal(count) - scene.spread**2 / 2)
            if day == history:
                on_hand += packs
            else:
                np.add.at(coming, (np.arange(count), day + np.maximum(np.rint(taken), 1).astype(int)), packs)
        on_hand += coming[:, day]
        coming[:, day] = 0
        want = scene.demand[:, day]
        sale = np.minimum(want, on_hand)
        exposure[:, day] = np.where(on_hand > 0, 1.0, 0.0)
        on_hand = on_hand - sale
        sold[:, day] = sale
        if day - history >= 14:  # the opening stock has done its work
            asked, filled = asked + float(want.sum()), filled + float(sale.sum())
            money, units = money + float(on_hand @ scene.cost), units + float(on_hand.sum())
    counted = days - history - 14
    return Outcome(filled / asked, money / counted, units / counted)


def ours(scene: Scene, policy: Policy) -> Levels:
    """Levels for the target fill rate, forecast again every week; the methods are chosen once."""
    kept: dict[str, Numbers] = {}
    chosen: list[Choice] = []
    need = Need(
        np.zeros(len(scene.lead)), np.zeros(len(scene.lead)), scene.lead, scene.lead * scene.spread, scene.pack,
        np.full(len(scene.lead), np.inf), scene.cost, scene.cost * 1.5,
    )  # fmt: skip

    def levels(day: int, sold: Numbers, exposure: Numbers) -> Numbers:
        if "level" not in kept or day % REFORECAST == 0:
            panel = Panel(sold, exposure, np.zeros(sold.shape, dtype=bool), scene.group, scene.start)
            demand, choice = forecast(panel, HORIZON, choice=chosen[0] if chosen else None)
            chosen[:] = [choice]
            kept["level"] = find_levels(demand, need, policy).level
        return kept["level"]

    return levels


def fixed_cover(days: float) -> Levels:
    """So many days of the mean daily sales of the last four weeks."""
    return lambda day, sold, exposure: np.ceil(sold[:, -28:].mean(axis=1) * days)


def same_fill(scene: Scene, fill: float, review: int, history: int = HISTORY) -> tuple[float, Outcome]:
    """The fewest days of fixed cover that fill as much, and what they tie up."""
    low, high = 1.0, 400.0
    while high - low > 0.5:
        middle = (low + high) / 2
        low, high = (low, middle) if play(scene, fixed_cover(middle), review, history).fill >= fill else (middle, high)
    return high, play(scene, fixed_cover(high), review, history)


def main() -> None:
    """Print the fill rate and the stock of both rules for each target."""
    parser = argparse.ArgumentParser(description="Replenishment against the generator")
    parser.add_argument("--orders", type=int, default=120_000)
    parser.add_argument("--skus", type=int, default=400)
    parser.add_argument("--targets", type=float, nargs="+", default=[0.9, 0.95, 0.97, 0.99])
    asked = parser.parse_args()
    scene = make_scene(asked.orders, asked.skus)
    print(f"{len(scene.lead)} SKU-warehouses, {scene.demand.sum():,.0f} units in {scene.demand.shape[1]} days")
    for target in asked.targets:
        policy = Policy(target=target)
        mine = play(scene, ours(scene, policy), policy.review)
        cover, other = same_fill(scene, mine.fill, policy.review)
        print(
            f"target {target:.1%}: filled {mine.fill:.2%} ({mine.fill - target:+.2%}), stock {mine.stock:,.0f}; "
            f"fixed cover of {cover:.0f} days fills {other.fill:.2%} with {other.stock:,.0f} "
            f"({1 - mine.stock / other.stock:.1%} less)",
            flush=True,
        )


if __name__ == "__main__":
    main()
