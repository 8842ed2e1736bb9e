"""How well orders were routed: from the best warehouse or not, by the best carrier of the lane or not, and the cost.

Warehouses. The best warehouse of an order is the one whose lane to its region is fastest among those that had all of it
on that day's stock snapshot. An order that went from another one is a detour: `route` where the best had stock (the
rule that picks the warehouse is wrong), `stock` where a still faster one lacked it (the stock lies in the wrong place).

Carriers. On a lane two carriers differ where the intervals of their late rates (Wilson 1927) do not touch; what parcels
of the worse one would have been late less by the better one is `late_more`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from fulfillment_bi.insight.ranking import wilson
from fulfillment_bi.insight.timeline import load_query
from fulfillment_bi.warehouse.engine import Session

LANE_DAYS, LEAST_ORDERS, LEAST_SECONDS = 180, 10, 6 * 3600
"""Days that say how fast a lane is; signed orders it needs; what another lane must save to be the better one."""
LEAST_PARCELS, USUAL_DAYS = 20, 60
DAY = 86400.0
ROUTE, STOCK = "route", "stock"


@dataclass(frozen=True, slots=True)
class Detour:
    """Orders to a region that went from `warehouse` where `best` is faster; `because` the rule or the stock.

    `days_more` in all, by the lanes' medians. `late_more`: late orders beyond what `best` would have had, by the lanes'
    late rates, may be negative. `freight_more` None where no freight is known.
    """

    warehouse: str
    best: str
    region: str
    because: str
    orders: int
    late: int
    days_more: float
    late_more: float
    freight_more: float | None


@dataclass(frozen=True, slots=True)
class Rival:
    """A carrier on a lane. Days at the 90th percentile, late rate with its 95 % interval.

    `best` is the carrier of the lane that is late less beyond chance ('' where none is); `late_more` as for detours.
    """

    warehouse: str
    region: str
    carrier: str
    parcels: int
    due: int
    late: int
    days_p90: float | None
    rate: float
    low: float
    high: float
    best: str
    late_more: float
    freight_more: float | None


@dataclass(frozen=True)
class Routing:
    """Orders sent from `start` to `end`: `judged` had a lane that is known well enough. The worst come first."""

    start: date
    end: date
    orders: int
    judged: int
    detours: tuple[Detour, ...]
    carriers: tuple[Rival, ...]

    def away(self, because: str) -> int:
        """Orders that took a detour for a reason."""
        return sum(one.orders for one in self.detours if one.because == because)

    def share(self, because: str) -> float | None:
        """Of the judged orders; None without any."""
        return self.away(because) / self.judged if self.judged else None


def judge_routing(session: Session, start: date | None, end: date) -> Routing:
    """The routing of orders created from `start` to `end` (business days, inclusive); without a start, sixty days."""
    start = start or end - timedelta(days=USUAL_DAYS - 1)
    asked = (start, end, LANE_DAYS, LEAST_ORDERS, LEAST_SECONDS)
    rows = session.rows(load_query("routing_orders"), asked)
    parcels = session.rows(load_query("routing_carriers"), (start, end))
    detours = sorted(_detours(rows), key=lambda one: (-one.days_more, one.warehouse, one.region, one.because))
    rivals = sorted(_rivals(parcels), key=lambda one: (-one.late_more, -one.parcels, one.warehouse, one.region))
    judged = sum(row[5] for row in rows if row[4])
    return Routing(start, end, sum(row[5] for row in rows), judged, tuple(detours), tuple(rivals))


def _detours(rows: Iterable[Sequence[Any]]) -> list[Detour]:
    """One per pair of warehouses, region and reason: orders that differ only in a reason that is not theirs add up."""
    found: dict[tuple[str, str, str, str], Detour] = {}
    for warehouse, region, best, fastest, judged, orders, due, late, *measured in rows:
        own, there, first = (measured[at::3] for at in range(3))
        because, better, by = (ROUTE, best, there) if best != warehouse else (STOCK, fastest, first)
        if not judged or better == warehouse:
            continue
        seconds, rate, freight = (_more(mine, theirs) for mine, theirs in zip(own, by, strict=True))
        one = Detour(
            warehouse, better, region, because, orders, late, (seconds or 0.0) * orders / DAY, (rate or 0.0) * due,
            None if freight is None else freight * orders,
        )  # fmt: skip
        key = (warehouse, better, region, because)
        found[key] = _together(found[key], one) if key in found else one
    return list(found.values())


def _more(mine: float | None, theirs: float | None) -> float | None:
    return None if mine is None or theirs is None else mine - theirs


def _together(one: Detour, other: Detour) -> Detour:
    freight = None if one.freight_more is None or other.freight_more is None else one.freight_more + other.freight_more
    return Detour(
        one.warehouse, one.best, one.region, one.because, one.orders + other.orders, one.late + other.late,
        one.days_more + other.days_more, one.late_more + other.late_more, freight,
    )  # fmt: skip


def _rivals(rows: Iterable[Sequence[Any]]) -> list[Rival]:
    """Carriers with enough parcels, each against the one of its lane whose late rate is lowest."""
    lanes: dict[tuple[str, str], list[Sequence[Any]]] = {}
    for row in rows:
        if row[4] >= LEAST_PARCELS:
            lanes.setdefault((row[0], row[1]), []).append(row)
    found = []
    for lane in lanes.values():
        first = min(lane, key=lambda row: (row[5] / row[4], -row[4]))
        ceiling = wilson(first[5], first[4])[1]
        for warehouse, region, carrier, parcels, due, late, seconds, freight in lane:
            low, high = wilson(late, due)
            worse = low > ceiling
            extra = _more(freight, first[7]) if worse else None
            found.append(
                Rival(
                    warehouse, region, carrier, parcels, due, late, None if seconds is None else seconds / DAY,
                    late / due, low, high, first[2] if worse else "",
                    late - due * first[5] / first[4] if worse else 0.0, None if extra is None else extra * parcels,
                )
            )  # fmt: skip
    return found
