"""One day of one world: stock is claimed, orders are reviewed, picked, packed, handed over, or cancelled.

Everything is a function of the orders, their luck and the conditions of the world, so the difference that an incident
makes is exactly its effect.
"""

from __future__ import annotations

import numpy as np

from fulfillment_bi.sample import tables
from fulfillment_bi.sample.carriers import carry
from fulfillment_bi.sample.clock import DAY, HOUR, NEVER, Mask, Times, Whole, next_departure, work
from fulfillment_bi.sample.journey import Journey
from fulfillment_bi.sample.products import Numbers
from fulfillment_bi.sample.purchasing import order, order_flash, sellable, stop_supply
from fulfillment_bi.sample.queues import serve
from fulfillment_bi.sample.returns import returned_units
from fulfillment_bi.sample.scene import LINE_WORK, MANUAL_WORK, PART_WORK, TEAMS
from fulfillment_bi.sample.state import SELLER, TIMEOUT, Day
from fulfillment_bi.sample.stock import Claim, share_out

_DEPARTURES = (11.0, 15.0, 18.0, 21.0, 23.5)
_DAMAGED = 0.0025  # share of lines that turn out not to be fit to send
_SLOTS = 1024  # slots of an order: warehouse x days waited
WAITED = 100


def live(day: Day) -> None:
    """Let the day pass: `day.state` and `day.journey` change."""
    _buy(day)
    _claim_stock(day)
    _review(day)
    _send(day)
    _cancel(day)
    _give_up(day)
    corrected = day.state.stock.settle(day.index)
    off = np.flatnonzero(corrected)
    if len(off):
        day.state.counts.append((day.index, off, corrected[off]))


def _buy(day: Day) -> None:
    state, policy, scene = day.state, day.policy, day.scene
    stock = state.stock
    stock.free += stock.released.due(day.index, stock.cells)
    if scene.named("promotion_without_stock") is None:
        stock.expected = stock.expected.then(order_flash(policy, day.index))
    cells, units = policy.needed(day.index, stock.position())
    stock.expected = stock.expected.then(order(policy, day.index, cells, units))
    stock.expected = stop_supply(policy, stock.expected, scene.named("supplier_stop"))
    ghost = scene.named("phantom_stock")
    if ghost is not None:
        if day.begins <= ghost.start < day.begins + DAY:
            there = np.flatnonzero(day.world.products.cell_warehouse == ghost.warehouse)
            # The best-sellers of the warehouse.
            best = there[np.argsort(-policy.usual[there], kind="stable")[: max(int(len(there) * ghost.strength), 4)]]
            stock.phantom[best] = np.maximum(stock.free[best], 0)
        elif day.begins <= ghost.end < day.begins + DAY:
            off = np.flatnonzero(stock.phantom)
            stock.free -= stock.phantom
            stock.corrected.add(np.full(len(off), day.index), off, stock.phantom[off])
            stock.phantom = np.zeros_like(stock.phantom)


def _claim_stock(day: Day) -> None:
    """Waiting lines and the day's new ones claim stock, in this order; what is sold out is not ordered at all."""
    journey, orders, stock = day.journey, day.orders, day.state.stock
    came, units, when = stock.receive(day.ends)
    if len(came):
        day.state.received.append(came)
    is_paid = np.isfinite(orders.paid)
    new = np.arange(day.fresh_line, len(orders.sku))
    journey.done[new[~is_paid[orders.line_order[new]]]] = True
    journey.cancelled[~is_paid], journey.cancelled_by[~is_paid] = day.fate.cancel_try[~is_paid], TIMEOUT
    new = new[is_paid[orders.line_order[new]]]
    waiting = np.flatnonzero(_waits(journey)[: day.fresh_line])
    coming = sellable(stock.expected, day.begins + DAY, stock.cells)
    refused = _share(day, waiting, new, units, when, coming)
    stock.free += units
    if len(refused):
        _refuse(day, refused)


def _waits(journey: Journey) -> Mask:
    return np.asarray(journey.exists & ~journey.done & ~np.isfinite(journey.there))


def _share(day: Day, waiting: Whole, new: Whole, units: Whole, when: Times, coming: Whole) -> Whole:
    """Share out to these lines; the new ones that were refused."""
    journey, orders, stock = day.journey, day.orders, day.state.stock
    lines = np.concatenate([waiting, new])
    cell, quantity = journey.cell[lines], orders.quantity[lines]
    owner = orders.line_order[lines]
    created = orders.created[owner]
    must = journey.insisted[lines]
    must[: len(waiting)] = True
    held = np.bincount(cell[: len(waiting)], weights=quantity[: len(waiting)], minlength=stock.cells)
    lag = day.scene.sync_lag(orders.channel[owner], created)
    claim = Claim(cell, quantity, np.maximum(created, day.begins), must, lag)
    answer = share_out(claim, day.begins, stock.free + held.astype(np.int64), stock.phantom, units, when, coming)
    journey.there[lines] = answer.there
    journey.phantom[lines] = answer.phantom
    accepted = answer.accepted[len(waiting) :]
    taken = new[accepted]
    stock.free -= np.bincount(journey.cell[taken], weights=orders.quantity[taken], minlength=stock.cells).astype(
        np.int64
    )
    return new[~accepted]


def _refuse(day: Day, refused: Whole) -> None:
    """Sold out: the customer leaves the line out, or takes something else where nothing would be left."""
    journey, orders, world = day.journey, day.orders, day.world
    journey.exists[refused] = False
    journey.done[refused] = True
    owner = orders.line_order[refused]
    left = np.bincount(orders.line_order, weights=journey.exists, minlength=orders.count)[owner]
    first = np.diff(owner, prepend=-1) != 0
    swapped = refused[(left == 0) & first]
    state = day.state
    state.lost_lines += len(refused)
    state.lost_units += int(orders.quantity[refused].sum())
    if len(swapped):
        owner = orders.line_order[swapped]
        sku = world.products.substitute[journey.sku[swapped]]
        journey.sku[swapped] = sku
        journey.cell[swapped] = world.products.cells(
            sku, orders.warehouse[owner], world.hub_of_region[orders.region[owner]]
        )
        journey.exists[swapped] = True
        journey.done[swapped] = False
        journey.insisted[swapped] = True
        nothing = np.zeros(state.stock.cells, dtype=np.int64)
        # Whoever waits for the substitute's stock comes first.
        waiting = np.flatnonzero(_waits(journey)[: day.fresh_line] & np.isin(
            journey.cell[: day.fresh_line], journey.cell[swapped]))  # fmt: skip
        _share(day, waiting, swapped, nothing, nothing.astype(float), nothing)


def _review(day: Day) -> None:
    """New paid orders are reviewed: by a rule in a minute, or by a person when their turn comes."""
    orders, journey, luck = day.orders, day.journey, day.world.luck
    new = np.flatnonzero(np.isfinite(orders.paid[day.fresh :])) + day.fresh
    key, channel, paid = orders.number[new], orders.channel[new], orders.paid[new]
    share = np.array([c.manual_share for c in tables.CHANNELS])[channel]
    usual = luck.uniform(key, 8) < share
    manual = day.scene.manual(channel, paid, luck.uniform(key, 9), usual)
    pace = luck.normal(key, 10)
    reviewed = np.ceil(paid + 40 * np.exp(0.9 * pace))
    team = TEAMS[channel[manual]]
    amount = MANUAL_WORK * np.exp(0.6 * pace[manual] - 0.18)
    by_hand, day.state.reviewing = serve(day.scene.reviewing, day.state.reviewing, team, paid[manual], amount)
    reviewed[manual] = by_hand + 240 + np.floor(600 * luck.uniform(key[manual], 11))
    journey.reviewed[new], journey.manual[new] = reviewed, manual


def _send(day: Day) -> None:
    """Pick, pack and hand over every line whose order is reviewed and whose stock is there."""
    orders, journey, luck = day.orders, day.journey, day.world.luck
    lines = np.flatnonzero(~journey.done & np.isfinite(journey.there))
    owner = orders.line_order[lines]
    start = np.maximum(journey.reviewed, orders.created + orders.presale_seconds)[owner]
    ready = np.maximum(start, journey.there[lines])
    # Nobody allocates what was cancelled before; the order itself is cancelled below.
    alive = np.isfinite(journey.first_packed[owner]) | (day.fate.cancel_try[owner] > ready)
    lines, owner, ready, start = (x[alive & (ready < day.ends)] for x in (lines, owner, ready, start))
    if len(lines) == 0:
        return
    warehouse = day.world.products.cell_warehouse[journey.cell[lines]]
    waited = np.clip(np.floor(ready / DAY) - np.floor(orders.created[owner] / DAY) + 1, 1, WAITED - 1)
    slot = warehouse * 128 + np.where(ready > start, waited, 0).astype(np.int64)
    _, first, part = np.unique(owner * _SLOTS + slot, return_index=True, return_inverse=True)
    whose, place = owner[first], warehouse[first]
    key = orders.number[whose] * _SLOTS + slot[first]
    ready_part = np.zeros(len(first))
    np.maximum.at(ready_part, part, ready)
    allocated = np.ceil((ready_part + 60) / 600) * 600 + np.floor(luck.uniform(key, 12) * 240)
    failed = journey.phantom[lines] | (luck.uniform(orders.number[owner] * 32 + orders.line_no[lines], 13) < _DAMAGED)
    sent = np.where(failed, 0, orders.quantity[lines])
    load: Numbers = PART_WORK + LINE_WORK * (np.bincount(part) - 1).astype(np.float64)
    amount = load * np.exp(0.5 * luck.normal(key, 14) - 0.125)
    done, day.state.picking = serve(day.scene.picking, day.state.picking, place, allocated, amount)
    picked = done + np.ceil(600 * np.exp(0.8 * luck.normal(key, 15)))
    packed = work(picked, np.ceil(0.9 * HOUR * np.exp(0.6 * luck.normal(key, 16))), 7.0, 22.5)
    packed = np.where(np.bincount(part, weights=sent) > 0, packed, NEVER)
    handed = next_departure(packed, _DEPARTURES)
    handed = np.where(np.isfinite(handed), handed + np.floor(luck.uniform(key, 17) * 1500), NEVER)
    trip = carry(day.world, day.scene, orders, whose, place, key, handed)
    journey.allocated[lines], journey.slot[lines] = allocated[part], slot
    journey.picked[lines] = picked[part]
    for name, times in (("packed", packed), ("handed", handed), ("scanned", trip[0]), ("delivered", trip[1])):
        getattr(journey, name)[lines] = np.where(failed, NEVER, times[part])
    journey.exception[lines] = np.where(failed, 0, trip[2][part])
    journey.sent[lines], journey.done[lines] = sent, True
    journey.given_up[lines] = np.where(failed, picked[part], NEVER)
    np.minimum.at(journey.first_packed, whose, packed)
    _book(day, lines, failed)


def _book(day: Day, lines: Whole, failed: Mask) -> None:
    """Put on the agenda what leaves the shelf, what comes back, and what a failed pick does to the books."""
    orders, journey, stock = day.orders, day.journey, day.state.stock
    as_of = day.scene.calendar.as_of

    def known(when: Times, chosen: Mask) -> tuple[Whole, Whole, Whole]:
        chosen = chosen & (when <= as_of)
        which = lines[chosen]
        days = np.floor((when[chosen] - day.scene.calendar.day_at(0)) / DAY).astype(np.int64)
        return np.maximum(days, day.index), journey.cell[which], orders.quantity[which]

    # Orders that are cancelled before they are packed do not leave; they are released in `_cancel`.
    leaves = ~_dies(day)[orders.line_order[lines]]
    picked = journey.picked[lines]
    stock.shipped.add(*known(journey.handed[lines], leaves & ~failed))
    released = known(picked, failed & journey.phantom[lines])
    stock.released.add(released[0] + 1, released[1], released[2])
    stock.corrected.add(*known(picked, failed & ~journey.phantom[lines]))
    which, when, units = returned_units(day.world, orders, day.promises, journey, lines[leaves & ~failed])
    soon = when <= as_of
    days = np.floor((when[soon] - day.scene.calendar.day_at(0)) / DAY).astype(np.int64)
    stock.returned.add(days, journey.cell[which[soon]], units[soon])


def _dies(day: Day) -> Mask:
    """Orders that somebody cancels before anything of them is packed."""
    journey, fate = day.journey, day.fate
    known = np.isfinite(journey.first_packed) | (fate.cancel_try < day.ends)
    return np.asarray((fate.cancel_try < journey.first_packed) & known & ~np.isfinite(journey.cancelled))


def _cancel(day: Day) -> None:
    """Cancel the orders that die, free their stock, and close those of which nothing can be sent."""
    orders, journey, fate, stock = day.orders, day.journey, day.fate, day.state.stock
    dead = _dies(day)
    if dead.any():
        journey.cancelled[dead], journey.cancelled_by[dead] = fate.cancel_try[dead], fate.cancel_by[dead]
        lines = np.flatnonzero(dead[orders.line_order] & journey.exists & np.isfinite(orders.paid)[orders.line_order])
        gone = journey.cancelled[orders.line_order[lines]]
        # A failed pick has already been taken care of.
        held = lines[~np.isfinite(journey.given_up[lines])]
        days = np.floor((journey.cancelled[orders.line_order[held]] - day.scene.calendar.day_at(0)) / DAY)
        stock.released.add(np.maximum(days.astype(np.int64), day.index) + 1, journey.cell[held], orders.quantity[held])
        for name in ("allocated", "picked"):
            times = getattr(journey, name)
            times[lines] = np.where(times[lines] > gone, NEVER, times[lines])
        for name in ("packed", "handed", "scanned", "delivered"):
            getattr(journey, name)[lines] = NEVER
        journey.exception[lines] = 0
        journey.done[lines] = True
        journey.reviewed[dead] = np.where(journey.reviewed[dead] > fate.cancel_try[dead], NEVER, journey.reviewed[dead])


def _give_up(day: Day) -> None:
    """Lines that have waited too long are not sent; an order of which nothing is sent is cancelled by the shop."""
    orders, journey, stock = day.orders, day.journey, day.state.stock
    waiting = np.flatnonzero(_waits(journey))
    owner = orders.line_order[waiting]
    limit = np.ceil(np.maximum(journey.reviewed, orders.created + orders.presale_seconds) + day.fate.patience)[owner]
    late = limit < day.ends
    lines = waiting[late]
    journey.given_up[lines], journey.done[lines] = limit[late], True
    stock.free += np.bincount(journey.cell[lines], weights=orders.quantity[lines], minlength=stock.cells).astype(
        np.int64
    )
    owner = orders.line_order
    pending = np.bincount(owner, weights=~journey.done, minlength=orders.count) > 0
    some = np.bincount(owner, weights=journey.sent, minlength=orders.count) > 0
    empty = np.isfinite(orders.paid) & ~pending & ~some & ~np.isfinite(journey.cancelled)
    if not empty.any():
        return
    last = np.full(orders.count, -NEVER)
    np.maximum.at(last, owner, np.where(np.isfinite(journey.given_up), journey.given_up, -NEVER))
    luck = day.world.luck.uniform(orders.number, 18)
    closes = work(np.where(empty, last, NEVER), (2 + 14 * luck) * HOUR, 8.5, 22.0)
    customer = empty & (day.fate.cancel_try < closes)
    journey.cancelled = np.where(empty, np.where(customer, day.fate.cancel_try, closes), journey.cancelled)
    journey.cancelled_by = np.where(empty, np.where(customer, day.fate.cancel_by, SELLER), journey.cancelled_by)
