"""What the steps of one day of one world share: the state carried over, the orders' common fate, the day itself."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from fulfillment_bi.sample import tables
from fulfillment_bi.sample.clock import DAY, HOUR, NEVER, Times, Whole
from fulfillment_bi.sample.demand import Orders
from fulfillment_bi.sample.journey import Journey
from fulfillment_bi.sample.products import Numbers
from fulfillment_bi.sample.promises import Promises
from fulfillment_bi.sample.purchasing import Policy, Receipts
from fulfillment_bi.sample.scene import Scene
from fulfillment_bi.sample.stock import Stock
from fulfillment_bi.sample.world import World

CANCELLED_BY = ("", "customer", "seller", "platform", "timeout", "unknown")
CUSTOMER, SELLER, PLATFORM, TIMEOUT, UNKNOWN = 1, 2, 3, 4, 5


@dataclass
class State:
    """What one world carries from day to day besides its open orders."""

    stock: Stock
    picking: Numbers
    reviewing: Numbers
    lost_lines: int = 0
    lost_units: int = 0
    received: list[Receipts] = field(default_factory=list)
    counts: list[tuple[int, Whole, Whole]] = field(default_factory=list)  # day, cells, units off the books

    def copy(self) -> State:
        """The same state, to go another way from here."""
        return State(
            self.stock.copy(), self.picking, self.reviewing, self.lost_lines, self.lost_units,
            list(self.received), list(self.counts),
        )  # fmt: skip


@dataclass(frozen=True)
class Fate:
    """What every world shares about an order: when somebody would cancel it, and how long it waits for stock."""

    cancel_try: Times
    cancel_by: Whole
    patience: Times


def fate_of(world: World, orders: Orders) -> Fate:
    """Draw who would cancel when (nobody can once a part is packed), and the patience of the shop."""
    luck, key = world.luck, orders.number
    chance, spread = luck.uniform(key, 3), luck.uniform(key, 4)
    regret = orders.paid + 60 + 5 * HOUR * -np.log1p(-spread)
    impatient = orders.paid + (58 + 60 * spread) * HOUR
    customer = np.where(chance < 0.034, regret, np.where(chance < 0.08, impatient, NEVER))
    platform = np.where(luck.uniform(key, 5) < 0.0025, orders.paid + (0.3 + 4 * spread) * HOUR, NEVER)
    slow = np.array([c.name in ("tmall", "taobao", "jd") for c in tables.CHANNELS])[orders.channel]
    timeout = np.where(np.isfinite(orders.paid), NEVER, orders.created + np.where(slow, 24 * HOUR, 0.5 * HOUR))
    when = np.minimum(np.minimum(customer, platform), timeout)
    by = np.select([when == timeout, when == customer], [TIMEOUT, CUSTOMER], PLATFORM)
    by = np.where((by == CUSTOMER) & (luck.uniform(key, 6) < 0.04), UNKNOWN, by)
    return Fate(np.ceil(when), np.where(np.isfinite(when), by, 0), (3 + 5 * luck.uniform(key, 7)) * DAY)


@dataclass
class Day:
    """One day of one world at work: everything that its steps share."""

    world: World
    policy: Policy
    scene: Scene
    state: State
    orders: Orders
    promises: Promises
    fate: Fate
    journey: Journey
    index: int
    fresh: int  # the first of the orders created today
    fresh_line: int

    @property
    def begins(self) -> float:
        """Midnight."""
        return self.scene.calendar.day_at(self.index)

    @property
    def ends(self) -> float:
        """The next midnight, or the moment of the export if that is earlier."""
        return min(self.begins + DAY, self.scene.calendar.as_of + 1)
