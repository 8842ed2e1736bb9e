"""Which open orders will miss their promise: a probability that is tried on the newest past before it is shown.

1. An order is described by the stage it waits in and the time it has to spare beyond what is usually needed from there.
2. For each stage, the share that missed among past orders with as much to spare: it can only fall with more time, so
   the shares of neighbouring classes are pooled until it does (isotonic regression, Ayer et al. 1955). Each class
   starts with a few orders of the stage's own share.
3. Learnt from the older past, held against the newest: calibration by class of probability, Brier score, and that of
   saying the overall share to all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from fulfillment_bi.forecast.panel import Numbers, Whole
from fulfillment_bi.forecast.texts import load_query
from fulfillment_bi.warehouse.engine import Session

PAST_DAYS, TEST_DAYS, CLASS_HOURS, LANE_ORDERS = 60, 14, 4, 10
LEAST, MOST = -18, 42
PRIOR_ORDERS = 4.0
EDGES = (0.0, 0.02, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1.0)
Row = tuple[str, str, int, int | None, int, int]
Name = tuple[str, str, str, datetime, float]
Counts = dict[str, tuple[Numbers, Numbers]]
"""Stage -> orders and late orders, by class of time to spare."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """Orders that were told a probability between two edges: what they were told on average, and what came."""

    low: float
    high: float
    orders: int
    told: float
    late: float


@dataclass(frozen=True, slots=True)
class AtRisk:
    """An open order and the probability that it will be late; `promised_at` in UTC without a zone."""

    order_no: str
    channel: str
    warehouse: str
    stage: str
    promised_at: datetime
    value: float
    probability: float


@dataclass(frozen=True)
class Lateness:
    """`brier` against `brier_plain` (the overall share told to all) on the test days; None without any."""

    open: tuple[AtRisk, ...]
    calibration: tuple[Calibration, ...]
    brier: float | None
    brier_plain: float | None
    orders: int

    @property
    def expected(self) -> float:
        """Open orders that will be late."""
        return sum(one.probability for one in self.open)


def predict_lateness(session: Session) -> Lateness:
    """Every open order with its promise to come."""
    rows = session.rows(load_query("late_orders"), (PAST_DAYS, TEST_DAYS, CLASS_HOURS, LANE_ORDERS))
    names: dict[int, Name] = {row[0]: (*row[1:],) for row in session.rows(load_query("late_names"))}
    return learn([(part, stage, spare, key, orders, late) for part, stage, spare, key, orders, late in rows], names)


def learn(rows: Sequence[Row], names: Mapping[int, Name]) -> Lateness:
    """From (part, stage, class of time to spare, order_key, orders, late) and what open orders are called; pure."""
    fit, test = _counted(rows, "fit"), _counted(rows, "test")
    tried = {stage: curve(*counts) for stage, counts in fit.items()}
    calibration, brier, plain, judged = _judged(tried, fit, test)
    # What is told now has learnt from all of the past.
    whole = _counted(rows, "fit", "test")
    curves = {stage: curve(*counts) for stage, counts in whole.items()}
    everyone = _share(whole)
    open_orders = []
    for part, stage, spare, key, _, _ in rows:
        if part == "open" and key is not None and key in names:
            order_no, channel, warehouse, promised_at, value = names[key]
            chance = float(curves[stage][_place(spare)]) if stage in curves else everyone
            open_orders.append(AtRisk(order_no, channel, warehouse, stage, promised_at, value, chance))
    open_orders.sort(key=lambda one: (-one.probability, -one.value, one.order_no))
    return Lateness(tuple(open_orders), calibration, brier, plain, judged)


def _place(spare: int) -> int:
    return int(np.clip(spare, LEAST, MOST)) - LEAST


def _counted(rows: Sequence[Row], *parts: str) -> Counts:
    found: Counts = {}
    for part, stage, spare, _, orders, late in rows:
        if part in parts:
            all_orders, late_orders = found.setdefault(stage, (np.zeros(MOST - LEAST + 1), np.zeros(MOST - LEAST + 1)))
            all_orders[_place(spare)] += orders
            late_orders[_place(spare)] += late
    return found


def _share(counts: Counts) -> float:
    orders = sum(float(each[0].sum()) for each in counts.values())
    return sum(float(each[1].sum()) for each in counts.values()) / orders if orders else 0.0


def curve(orders: Numbers, late: Numbers) -> Numbers:
    """The probability of each class, never rising with the time to spare: pooled neighbours, weighted by orders."""
    share = float(late.sum()) / max(float(orders.sum()), 1.0)
    weight = orders + PRIOR_ORDERS * (orders > 0) + 1e-3
    value = (late + (PRIOR_ORDERS * (orders > 0) + 1e-3) * share) / weight
    pools: list[list[float]] = []
    for one, many in zip(value.tolist(), weight.tolist(), strict=True):
        pools.append([one, many, 1])
        while len(pools) > 1 and pools[-2][0] < pools[-1][0]:
            top = pools.pop()
            total = pools[-1][1] + top[1]
            pools[-1] = [(pools[-1][0] * pools[-1][1] + top[0] * top[1]) / total, total, pools[-1][2] + top[2]]
    return np.concatenate([np.full(int(size), level) for level, _, size in pools])


def _judged(
    curves: dict[str, Numbers], fit: Counts, test: Counts
) -> tuple[tuple[Calibration, ...], float | None, float | None, int]:
    everyone = _share(fit)
    if not test:
        return (), None, None, 0
    told, orders, late = (np.concatenate(part) for part in zip(*_told(curves, test, everyone), strict=True))
    total = float(orders.sum())
    brier = float((late * (1 - told) ** 2 + (orders - late) * told**2).sum()) / total
    plain = float((late * (1 - everyone) ** 2 + (orders - late) * everyone**2).sum()) / total
    place: Whole = np.clip(np.searchsorted(np.array(EDGES), told, side="right") - 1, 0, len(EDGES) - 2)
    classes = []
    for at in range(len(EDGES) - 1):
        here = (place == at) & (orders > 0)
        if here.any():
            many = float(orders[here].sum())
            mean = float((told[here] * orders[here]).sum()) / many
            classes.append(Calibration(EDGES[at], EDGES[at + 1], int(many), mean, float(late[here].sum()) / many))
    return tuple(classes), brier, plain, int(total)


def _told(curves: dict[str, Numbers], test: Counts, everyone: float) -> list[tuple[Numbers, Numbers, Numbers]]:
    return [
        (curves[stage] if stage in curves else np.full(len(orders), everyone), orders, late)
        for stage, (orders, late) in test.items()
    ]
