"""After-sales cases of what was delivered: who asks for what, when it is settled, and what comes back to the shelf."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fulfillment_bi.sample.clock import DAY, HOUR, NEVER, Mask, Times, Whole
from fulfillment_bi.sample.demand import Orders
from fulfillment_bi.sample.journey import Journey
from fulfillment_bi.sample.promises import Promises
from fulfillment_bi.sample.world import World

KINDS = ("refund", "return", "exchange", "reship")
RETURN = 1
_KIND_EDGES = np.array([0.35, 0.78, 0.9])


@dataclass(frozen=True)
class Cases:
    """Per order: does it become a case, when is that opened and closed, and of which of `KINDS` is it."""

    opened: Times  # NEVER where there is none
    closed: Times
    kind: Whole


def cases(world: World, number: Whole, delivered: Times, late: Mask) -> Cases:
    """The cases of orders whose first line was delivered at `delivered`; late ones complain more."""
    luck = world.luck
    wants = (luck.uniform(number, 80) < np.where(late, 0.09, 0.038)) & np.isfinite(delivered)
    opened = np.ceil(delivered - np.log1p(-luck.uniform(number, 81)) * 3.2 * DAY)
    closed = np.ceil(opened + (2 + 90 * luck.uniform(number, 82)) * HOUR)
    kind = np.searchsorted(_KIND_EDGES, luck.uniform(number, 83))
    return Cases(np.where(wants, opened, NEVER), np.where(wants, closed, NEVER), kind)


def returned_units(
    world: World, orders: Orders, promises: Promises, journey: Journey, lines: Whole
) -> tuple[Whole, Times, Whole]:
    """Of these lines, those of which a unit comes back: the lines, when, and how many units."""
    first = lines[(orders.line_no[lines] == 1) & (journey.sent[lines] > 0)]
    owner = orders.line_order[first]
    delivered = journey.delivered[first]
    found = cases(world, orders.number[owner], delivered, delivered > promises.delivery[owner])
    back = (found.kind == RETURN) & np.isfinite(found.closed)
    return first[back], found.closed[back], np.ones(int(back.sum()), dtype=np.int64)
