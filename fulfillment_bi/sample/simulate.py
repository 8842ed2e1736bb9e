"""The simulation: day by day, in the world as it is and in those without the newest incidents, with the same luck."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from fulfillment_bi.sample import tables
from fulfillment_bi.sample.calendar import Calendar
from fulfillment_bi.sample.clock import DAY, Mask, Whole
from fulfillment_bi.sample.demand import Market, Orders, orders_of
from fulfillment_bi.sample.felt import Felt
from fulfillment_bi.sample.incidents import Incident
from fulfillment_bi.sample.journey import Journey, begin, copied, joined, some
from fulfillment_bi.sample.judge import Ballot, Verdict, judge
from fulfillment_bi.sample.process import live
from fulfillment_bi.sample.promises import Promises, promise
from fulfillment_bi.sample.purchasing import Policy, Receipts, make_policy
from fulfillment_bi.sample.scene import Scene, set_scene
from fulfillment_bi.sample.state import Day, Fate, State, fate_of
from fulfillment_bi.sample.stock import opening_stock
from fulfillment_bi.sample.world import World

BATCH = 8_000  # orders that are waited for before what is done with is written


@dataclass(frozen=True)
class Block:
    """Orders that nothing more can happen to, with everything known about them."""

    orders: Orders
    promises: Promises
    journey: Journey
    verdict: Verdict


@dataclass(frozen=True)
class Evening:
    """The end of a day in the world as it is: what can be written."""

    day: int
    block: Block | None
    received: tuple[Receipts, ...]
    counts: tuple[tuple[int, Whole, Whole], ...]
    state: State
    last: bool


class Simulation:
    """All worlds of one sample: world w has the first w incidents. Worlds part when the next incident can be felt."""

    def __init__(
        self,
        world: World,
        market: Market,
        calendar: Calendar,
        incidents: tuple[Incident, ...],
        seed: int,
        first_order: int = 0,
    ) -> None:
        self.world, self.market, self.calendar, self.incidents, self.seed = world, market, calendar, incidents, seed
        self.policy: Policy = make_policy(world, market, calendar)
        self.first_order = first_order
        self.ballot = Ballot.empty(first_order + int(calendar.counts.sum()))
        self.felt = Felt(world, calendar, incidents)
        stock = opening_stock(self.policy)
        stations = len(tables.WAREHOUSES)
        self.states = [State(stock, np.zeros(stations), np.zeros(3))]
        self.scenes: list[Scene] = [set_scene(world, calendar, ())]
        self.journeys: list[Journey] = []
        self.open: tuple[Orders, Promises, Fate] | None = None

    def run(self) -> Iterator[Evening]:
        """Let every day pass; after each, what of the newest world can be written."""
        for index in range(self.calendar.days):
            self._part(index)
            self._pass(index)
            last = index == self.calendar.days - 1
            block = self._finished(last)
            state = self.states[-1]
            received, counts = tuple(state.received), tuple(state.counts)
            state.received, state.counts = [], []
            yield Evening(index, block, received, counts, state, last)

    def _part(self, index: int) -> None:
        """Begin the worlds of the incidents that can be felt from this day on."""
        while len(self.states) <= len(self.incidents):
            incident = self.incidents[len(self.states) - 1]
            if self.calendar.day_at(index) + DAY <= incident.start - incident.reach:
                return
            self.states.append(self.states[-1].copy())
            self.states[-2].received, self.states[-2].counts = [], []
            self.scenes.append(set_scene(self.world, self.calendar, self.incidents[: len(self.scenes)]))
            if self.journeys:
                self.journeys.append(copied(self.journeys[-1]))

    def _pass(self, index: int) -> None:
        orders = orders_of(self.world, self.market, self.calendar, self.seed, index)
        orders = replace(orders, number=orders.number + self.first_order)
        promises = promise(self.world, self.calendar, orders)
        fate = fate_of(self.world, orders)
        hub = self.world.hub_of_region[orders.region]
        owner = orders.line_order
        cell = self.world.products.cells(orders.sku, orders.warehouse[owner], hub[owner])
        fresh = [begin(orders, cell.copy()) for _ in self.states]
        first, line = 0, 0
        if self.open is not None and self.open[0].count:
            before = self.open
            first, line = before[0].count, len(before[0].sku)
            fresh = [joined(old, new) for old, new in zip(self.journeys, fresh, strict=True)]
            fate = Fate(*(np.concatenate(pair) for pair in zip(_values(before[2]), _values(fate), strict=True)))
            orders, promises = joined(before[0], orders), joined(before[1], promises)
        self.open, self.journeys = (orders, promises, fate), fresh
        for scene, state, journey in zip(self.scenes, self.states, fresh, strict=True):
            live(Day(self.world, self.policy, scene, state, orders, promises, fate, journey, index, first, line))
            if state is not self.states[-1]:
                state.received, state.counts = [], []

    def _finished(self, last: bool) -> Block | None:
        """Take out the orders that are done with in every world, and vote on them."""
        assert self.open is not None
        orders, promises, fate = self.open
        if orders.count == 0 or (not last and orders.count < BATCH):
            return None
        ready = np.ones(orders.count, dtype=bool)
        if not last:
            for journey in self.journeys:
                ready &= np.bincount(orders.line_order, weights=~journey.done, minlength=orders.count) == 0
        lines: Mask = ready[orders.line_order]
        left, left_lines = ~ready, ~lines
        chosen, chosen_promises = some(orders, ready, lines), some(promises, ready, lines)
        verdict: Verdict | None = None
        for place, journey in enumerate(self.journeys):
            mine = some(journey, ready, lines)
            without, verdict = verdict, judge(self.world, self.calendar, chosen, chosen_promises, mine)
            if without is not None:
                self.felt.add(place - 1, chosen, chosen_promises, mine, (without, verdict))
            newest = place == len(self.journeys) - 1
            same = list(range(place, len(self.incidents) + 1)) if newest else [place]
            self.ballot.cast(chosen.number, verdict.failed_otif, verdict.late_ship, same)
        assert verdict is not None
        self.ballot.units[chosen.number] = np.minimum(verdict.units_failed, 255)
        self.open = (some(orders, left, left_lines), some(promises, left, left_lines),
                     Fate(*(values[left] for values in _values(fate))))  # fmt: skip
        self.journeys = [some(journey, left, left_lines) for journey in self.journeys]
        return Block(chosen, chosen_promises, mine, verdict)


def _values(fate: Fate) -> tuple[Any, Any, Any]:
    return fate.cancel_try, fate.cancel_by, fate.patience
