"""What to order so that a target share of demand is filled from stock, and not more than that.

1. Every `review` days the stock position (available and on order) is looked at and raised to a level. An order made
   now comes after the lead time L, and the next one can come only `review` days after it.
2. The level is the least at which the units left short in a review period, E(short after L + review) - E(short after
   L), are at most (1 - target) of its demand: the fill rate of the loss function, not the chance of a stock-out.
   Packs leave the position anywhere between the level and a pack above it, so this is the mean over these positions.
3. Demand of L days has the forecast's dispersion, and that of the lead time: its deviation times the daily demand.
   What finds no stock in these days is lost and does not wait for the order (see `lost_sales`).
4. The order is raised to whole packs and the least order, cut where it would outlast its shelf life.
5. What another warehouse has beyond its own level moves before anything is bought.
6. Urgency is the margin lost per day if the order waits for a review more. A budget goes to what saves most per unit
   of money.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from fulfillment_bi.forecast.counts import expected_short
from fulfillment_bi.forecast.demand import Demand
from fulfillment_bi.forecast.lost_sales import selling
from fulfillment_bi.forecast.panel import Numbers, Whole

_STEPS = 40
_PACK_SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)
LEAST_DEMAND = 0.02
"""Units expected until the order after next below which nothing is kept in stock."""


@dataclass(frozen=True)
class Policy:
    """What is wanted. `target`: share of units filled from stock; `review`: days between looks; `budget`: money."""

    target: float = 0.97
    review: int = 3
    least_units: int = 1
    budget: float | None = None
    excess_days: int = 90


@dataclass(frozen=True)
class Need:
    """What the policy knows of each series, (S,) each; see `Supply` for the meaning."""

    available: Numbers
    on_order: Numbers
    lead: Numbers
    lead_spread: Numbers
    pack: Whole
    shelf: Numbers
    unit_cost: Numbers
    price: Numbers


@dataclass(frozen=True)
class Levels:
    """(S,) each: `level` to raise the position to, `reorder` the level without the review period's demand,
    `daily` mean demand, `filled` the fill rate to expect at the level."""

    level: Numbers
    reorder: Numbers
    daily: Numbers
    filled: Numbers


@dataclass(frozen=True)
class Proposal:
    """(S,) units each: to buy, and to take from (`source`, -1 where none) another warehouse, with what it is worth.

    `urgency`: money lost per day of waiting; `saved`: money that the order keeps from being lost until the next one.
    `excess`: units beyond the level and `excess_days` of demand, for the opposite list.
    """

    buy: Numbers
    moved: Numbers
    source: Whole
    urgency: Numbers
    saved: Numbers
    excess: Numbers
    levels: Levels


def _spread(demand: Demand, days: Numbers, need: Need) -> tuple[Numbers, Numbers]:
    """Mean and dispersion of the demand over an uncertain number of days."""
    mean, dispersion = demand.over(days)
    relative = need.lead_spread / np.maximum(days, 1.0)
    return mean, dispersion + relative**2


def find_levels(demand: Demand, need: Need, policy: Policy) -> Levels:
    """The least level of each series that fills the target, by halving."""
    early, late = _spread(demand, need.lead, need), _spread(demand, need.lead + policy.review, need)
    period = np.maximum(late[0] - early[0], 1e-9)
    some, dispersion = demand.over(np.full(len(period), float(policy.review)))
    variation = np.sqrt(1 / np.maximum(some, 1e-9) + dispersion)
    early, late = selling(early, late, 1 - policy.target, variation)
    low = np.zeros(len(period))
    high = np.ceil(late[0] * (4 + 8 * np.sqrt(late[1])) + 20)

    def short(level: Numbers) -> Numbers:
        above = [np.floor(level + (need.pack - 1) * share) for share in _PACK_SHARES]
        return np.asarray(np.mean([expected_short(*late, at) - expected_short(*early, at) for at in above], axis=0))

    for _ in range(_STEPS):
        if (high - low <= 1).all():
            break
        middle = np.floor((low + high) / 2)
        enough = short(middle) <= (1 - policy.target) * period
        low, high = np.where(enough, low, middle), np.where(enough, middle, high)
    level = np.where(early[0] + period < LEAST_DEMAND, 0.0, high)
    return Levels(level, np.maximum(level - period, 0.0), period / policy.review, 1 - short(level) / period)


def propose(demand: Demand, need: Need, policy: Policy, sku: Whole | None = None) -> Proposal:
    """What to move and to buy now. `sku` (S,) says which series are the same thing in another warehouse."""
    levels = find_levels(demand, need, policy)
    position = need.available + need.on_order
    missing = np.maximum(levels.level - position, 0.0)
    moved, source = _transfers(missing, need, levels, policy, sku)
    short = np.maximum(missing - moved, 0.0)
    ordered = np.where(short > 0, np.maximum(short, policy.least_units), 0.0)
    buy: Numbers = np.ceil(ordered / need.pack) * need.pack
    keeps = np.floor(np.maximum(levels.daily * need.shelf - position, 0.0) / need.pack) * need.pack
    buy = np.where(np.isfinite(need.shelf), np.minimum(buy, np.nan_to_num(keeps, posinf=0.0)), buy)
    saved = _saved(demand, need, policy, position, buy + moved)
    proposal = Proposal(buy, moved, source, saved / policy.review, saved, _excess(need, levels, policy), levels)
    return proposal if policy.budget is None else within_budget(proposal, need, policy.budget)


def _transfers(
    missing: Numbers, need: Need, levels: Levels, policy: Policy, sku: Whole | None
) -> tuple[Numbers, Whole]:
    """Units to take from the warehouse of the same SKU that has most to spare, and its place; -1 where none has."""
    moved, source = np.zeros(len(missing)), np.full(len(missing), -1, dtype=np.int64)
    if sku is None:
        return moved, source
    # Only what lies there, not what is on order, and only beyond what its own demand needs until the order after next.
    spare = np.floor(np.maximum(need.available - levels.level - levels.daily * policy.review, 0.0))
    order = np.lexsort((-missing, sku))
    for at in order[missing[order] > 0].tolist():
        others = np.flatnonzero((sku == sku[at]) & (spare > 0))
        if others.size:
            best = int(others[np.argmax(spare[others])])
            moved[at] = min(missing[at], spare[best])
            source[at] = best
            spare[best] -= moved[at]
    return moved, source


def _saved(demand: Demand, need: Need, policy: Policy, position: Numbers, extra: Numbers) -> Numbers:
    """Money: the margin on the units that are short between this order's arrival and the next one's without it."""
    early, late = _spread(demand, need.lead, need), _spread(demand, need.lead + policy.review, need)
    margin = np.maximum(need.price - need.unit_cost, 0.2 * need.price)
    without = expected_short(*late, position) - expected_short(*early, position)
    having = expected_short(*late, position + extra) - expected_short(*early, position + extra)
    return np.asarray(np.maximum(without - having, 0.0) * margin)


def _excess(need: Need, levels: Levels, policy: Policy) -> Numbers:
    """Units on hand that will not be sold within `excess_days` even before anything more is bought."""
    return np.floor(np.maximum(need.available - np.maximum(levels.level, levels.daily * policy.excess_days), 0.0))


def within_budget(proposal: Proposal, need: Need, budget: float) -> Proposal:
    """The purchases that save most per unit of money, as many as the budget pays; one that is too dear is skipped."""
    cost = proposal.buy * need.unit_cost
    worth = np.where(cost > 0, proposal.saved / np.maximum(cost, 1e-9), np.inf)
    buy, left = np.zeros_like(proposal.buy), budget
    for at in np.argsort(-worth, kind="stable").tolist():
        if proposal.buy[at] > 0 and cost[at] <= left:
            buy[at] = proposal.buy[at]
            left -= cost[at]
    return replace(proposal, buy=buy)
