"""What a broken promise costs: failed orders against kept ones of the same channel, month and size.

For each kind of cost the failed orders' mean is compared with the kept ones' within each stratum; the differences are
weighted by the failed orders of the stratum, so that the answer is about the orders that failed (the effect on the
treated, by exact matching). Strata without both kinds of order compare nothing and are left out; `matched` says how
many failed orders remain. The 95 % interval takes orders as independent: the variance of a difference is
var / n of both sides, and a stratum with a single order on a side takes the variance of all.

    complaint        share of orders that complained         refund           money refunded, an order
    compensation     money paid as compensation, an order    service_minutes  minutes from ticket to solution, an order
    repurchase       share whose customer ordered again within the days; a negative difference is what is lost
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from fulfillment_bi.insight.timeline import load_query
from fulfillment_bi.warehouse.engine import Session

KINDS = ("complaint", "refund", "compensation", "service_minutes", "repurchase")
PAID = ("refund", "compensation")
"""Kinds that are money paid."""
REPURCHASE_DAYS = 30
LEAST = 30
"""Matched failed orders below which nothing is said."""
NORMAL_95 = 1.959964


@dataclass(frozen=True, slots=True)
class Side:
    """Orders of one stratum that failed, or that did not."""

    orders: int
    total: float
    squares: float

    @property
    def mean(self) -> float:
        """An order's mean."""
        return self.total / self.orders

    @property
    def variance(self) -> float | None:
        """The sample variance; None for a single order."""
        if self.orders < 2:
            return None
        return max(self.squares - self.total * self.total / self.orders, 0.0) / (self.orders - 1)


Pairs = Sequence[tuple[Side, Side]]
"""(failed, kept) of each stratum that has both."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What a failed order has more of than a kept one like it, `low` to `high` with 95 % confidence.

    `matched` of `failed` failed orders have kept ones to compare with. None where too few are left.
    """

    kind: str
    failed_mean: float | None
    kept_mean: float | None
    difference: float | None
    low: float | None
    high: float | None
    matched: int
    failed: int


def cost_of_failure(session: Session, start: date, end: date, days: int = REPURCHASE_DAYS) -> tuple[Cost, ...]:
    """The kinds of cost for promises that fell due from `start` to `end`; kinds that no system reports are left out."""
    sides: dict[str, dict[int, dict[bool, Side]]] = {}
    for kind, stratum, is_failed, *numbers in session.rows(load_query("cost_of_failure"), (start, end, days)):
        sides.setdefault(kind, {}).setdefault(stratum, {})[is_failed] = Side(*numbers)
    return tuple(compare(kind, sides[kind].values()) for kind in KINDS if kind in sides)


def money_of_failure(costs: Iterable[Cost]) -> float | None:
    """What a failed order is refunded and compensated beyond a kept one like it; None where neither is known."""
    known = [one.difference for one in costs if one.kind in PAID and one.difference is not None]
    return sum(known) if known else None


def compare(kind: str, strata: Iterable[dict[bool, Side]]) -> Cost:
    """The matched difference over the strata."""
    listed = list(strata)
    failed = sum(sides[True].orders for sides in listed if True in sides)
    pairs = [(sides[True], sides[False]) for sides in listed if len(sides) == 2]
    matched = sum(one.orders for one, _ in pairs)
    if matched < LEAST:
        return Cost(kind, None, None, None, None, None, matched, failed)
    weights = [one.orders / matched for one, _ in pairs]
    means = [sum(w * pair[at].mean for w, pair in zip(weights, pairs, strict=True)) for at in (0, 1)]
    spare = [_pooled(pairs, at) for at in (0, 1)]
    variance = sum(
        w * w * sum(_variance(pair[at], spare[at]) / pair[at].orders for at in (0, 1))
        for w, pair in zip(weights, pairs, strict=True)
    )
    difference, half = means[0] - means[1], NORMAL_95 * math.sqrt(variance)
    return Cost(kind, means[0], means[1], difference, difference - half, difference + half, matched, failed)


def _variance(side: Side, otherwise: float) -> float:
    return otherwise if side.variance is None else side.variance


def _pooled(pairs: Pairs, at: int) -> float:
    """The variance of all orders of a side around their common mean."""
    sides = [pair[at] for pair in pairs]
    whole = Side(sum(s.orders for s in sides), sum(s.total for s in sides), sum(s.squares for s in sides))
    return whole.variance or 0.0
