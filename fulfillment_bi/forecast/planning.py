"""From a forecast to decisions: what burns, what to order or move, what to sell off, which purchase orders matter."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from fulfillment_bi.forecast.burn import DAYS, Burn, burn
from fulfillment_bi.forecast.outlook import Outlook
from fulfillment_bi.forecast.replenish import Need, Policy, Proposal, propose
from fulfillment_bi.forecast.supply import Supply, read_supply
from fulfillment_bi.warehouse.engine import Session


@dataclass(frozen=True, slots=True)
class Buy:
    """One line of the request list: units to buy, or to move from another warehouse, and what speaks for it.

    Days are counted from the plan's day; `out_days` is None where stock is not out within four weeks with a chance of
    one half. `level` is what the position is raised to, `filled` the fill rate to expect there.
    """

    sku: str
    product: str
    category: str
    warehouse: str
    source: str
    supplier: str
    units: int
    packs: int
    cost: float
    available: float
    on_order: float
    daily: float
    lead_days: float
    lead_spread: float
    out_days: int | None
    out_chance: float
    level: int
    target: float
    filled: float
    urgency: float
    saved: float
    order_by: date
    arrives: date
    suppliers: int
    bought: int

    @property
    def is_transfer(self) -> bool:
        """Whether it comes from another warehouse."""
        return bool(self.source)


@dataclass(frozen=True, slots=True)
class Surplus:
    """Stock beyond what will be sold: units and money, days it lasts, and what to do: return, transfer or promote."""

    sku: str
    product: str
    category: str
    warehouse: str
    units: int
    value: float
    available: float
    on_order: float
    daily: float
    cover_days: float | None
    action: str


@dataclass(frozen=True, slots=True)
class Burning:
    """One SKU in a warehouse that runs out: the days by which it does with one chance in ten, two and nine of ten.

    `lost_units`, `lost_value`: asked for in vain within four weeks, what is on order counted.
    """

    sku: str
    product: str
    category: str
    warehouse: str
    available: float
    on_order: float
    daily: float
    days_early: int | None
    days: int | None
    days_late: int | None
    lost_units: float
    lost_value: float


@dataclass(frozen=True, slots=True)
class Awaited:
    """An open purchase line and the money that is lost until it comes, should it be a week later than expected."""

    po_no: str
    line_no: str
    supplier: str
    sku: str
    product: str
    warehouse: str
    units: float
    due_day: date
    expected: date
    at_risk: float


@dataclass(frozen=True)
class Plan:
    """The lists, each with the most money first; `stock_value` is what the levels tie up on average."""

    day: date
    policy: Policy
    buys: tuple[Buy, ...]
    surplus: tuple[Surplus, ...]
    burning: tuple[Burning, ...]
    awaited: tuple[Awaited, ...]
    lost_value: float

    @property
    def cost(self) -> float:
        """Money for all purchases."""
        return sum(buy.cost for buy in self.buys if not buy.is_transfer)


def make_plan(session: Session, outlook: Outlook, policy: Policy) -> Plan:
    """The plan of the forecast's first day."""
    supply = read_supply(session, outlook.series, outlook.start)
    return plan_of(outlook, supply, policy)


def plan_of(outlook: Outlook, supply: Supply, policy: Policy) -> Plan:
    """The plan from what is known; pure."""
    series = outlook.series
    need = Need(
        supply.available, supply.on_order, supply.lead, supply.lead_spread, series.pack, supply.shelf,
        supply.unit_cost, series.price,
    )  # fmt: skip
    proposal = propose(outlook.daily, need, policy, series.sku_id)
    burned = burn(outlook.daily, supply.available, supply.arriving)
    lost = burned.short[:, -1] * series.price
    burning = _burning(outlook, supply, burned)
    return Plan(
        outlook.start,
        policy,
        tuple(sorted(_buys(outlook, supply, policy, proposal, burned), key=lambda each: -each.urgency)),
        tuple(sorted(_surplus(outlook, supply, policy, proposal), key=lambda each: -each.value)),
        tuple(sorted(burning, key=lambda each: -each.lost_value)),
        tuple(sorted(_awaited(outlook, supply, burned), key=lambda each: -each.at_risk)),
        float(lost.sum()),
    )


def _days(value: float) -> int | None:
    return int(value) if np.isfinite(value) else None


def _names(outlook: Outlook, at: int) -> tuple[str, str, str, str]:
    series = outlook.series
    return series.sku[at], series.product[at], series.category[at], series.warehouse[at]


def _buys(outlook: Outlook, supply: Supply, policy: Policy, proposal: Proposal, burned: Burn) -> list[Buy]:
    series, levels = outlook.series, proposal.levels
    half = burned.days_until(0.5)
    found = []
    for at in np.flatnonzero((proposal.buy > 0) | (proposal.moved > 0)).tolist():
        lead = int(np.ceil(supply.lead[at]))
        chance = float(burned.out[at, min(lead, DAYS) - 1]) if lead else 0.0
        for units, source in (
            (proposal.moved[at], series.warehouse[int(proposal.source[at])] if proposal.moved[at] else ""),
            (proposal.buy[at], ""),
        ):
            if units > 0:
                share = units / (proposal.buy[at] + proposal.moved[at])
                found.append(
                    Buy(
                        *_names(outlook, at),
                        source,
                        "" if source else supply.supplier[at],
                        int(units),
                        0 if source else int(units // series.pack[at]),
                        0.0 if source else float(units * supply.unit_cost[at]),
                        float(supply.available[at]),
                        float(supply.on_order[at]),
                        float(levels.daily[at]),
                        float(supply.lead[at]),
                        float(supply.lead_spread[at]),
                        _days(float(half[at])),
                        chance,
                        int(levels.level[at]),
                        policy.target,
                        float(levels.filled[at]),
                        float(proposal.urgency[at] * share),
                        float(proposal.saved[at] * share),
                        outlook.start,
                        outlook.start + timedelta(days=lead),
                        int(supply.supplier_count[at]),
                        int(supply.bought[at]),
                    )
                )
    return found


def _surplus(outlook: Outlook, supply: Supply, policy: Policy, proposal: Proposal) -> list[Surplus]:
    found = []
    sources = set(proposal.source[proposal.moved > 0].tolist())
    for at in np.flatnonzero(proposal.excess > 0).tolist():
        daily = float(proposal.levels.daily[at])
        cover = float(supply.available[at]) / daily if daily > 1e-6 else None
        # What is on order on top of that can still be called off; what nobody asks for goes back, if it can.
        dead = cover is None or cover > 4 * policy.excess_days
        action = (
            "transfer" if at in sources else "cancel" if supply.on_order[at] > 0 else "return" if dead else "promote"
        )
        found.append(
            Surplus(
                *_names(outlook, at),
                int(proposal.excess[at]),
                float(proposal.excess[at] * supply.unit_cost[at]),
                float(supply.available[at]),
                float(supply.on_order[at]),
                daily,
                cover,
                action,
            )
        )
    return found


def _burning(outlook: Outlook, supply: Supply, burned: Burn) -> list[Burning]:
    early, half, late = (burned.days_until(chance) for chance in (0.1, 0.5, 0.9))
    mean, _ = outlook.daily.over(np.full(len(early), float(DAYS)))
    found = []
    for at in np.flatnonzero(burned.short[:, -1] > 0.5).tolist():
        units = float(burned.short[at, -1])
        found.append(
            Burning(
                *_names(outlook, at),
                float(supply.available[at]),
                float(supply.on_order[at]),
                float(mean[at]) / DAYS,
                _days(float(early[at])),
                _days(float(half[at])),
                _days(float(late[at])),
                units,
                units * float(outlook.series.price[at]),
            )
        )
    return found


LATE_DAYS = 7


def _awaited(outlook: Outlook, supply: Supply, burned: Burn) -> list[Awaited]:
    found = []
    for line in supply.lines:
        at, day = line.series, min(line.day, DAYS - 1)
        # Asked for in vain without this line in the week after it should have come.
        end = min(day + LATE_DAYS, DAYS - 1)
        mean, _ = outlook.daily.over(np.full(len(outlook.series), float(end - day)))
        units = min(line.units, float(mean[at])) * float(burned.out[at, day])
        found.append(
            Awaited(
                line.po_no,
                line.line_no,
                line.supplier,
                outlook.series.sku[at],
                outlook.series.product[at],
                outlook.series.warehouse[at],
                line.units,
                line.due_day,
                outlook.start + timedelta(days=line.day),
                units * float(outlook.series.price[at]),
            )
        )
    return found
