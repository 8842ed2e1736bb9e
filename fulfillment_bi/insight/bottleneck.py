"""Where orders queue: each stage as a queue, per warehouse, over a stretch of days.

waiting     orders in the stage, counted at the end of every hour
capacity    what it was seen to complete in an hour, at the 95th percentile of the hours in which it worked
utilisation arrivals / (capacity x hours worked); at or above 1 the queue must grow
Little      in a steady state: mean waiting = arrivals per hour x mean hours in the stage (Little 1961). What is
            left over says how far the stage was from steady, or how much its times can be trusted
excess      mean waiting beyond what the stage's budget allows (arrivals per hour x budget): orders that wait longer
            than they would if the promise were kept
binding     the stage that would work longest on its excess at its capacity. Utilisation alone does not say it: the
            capacity of a stage that keeps up is only what was asked of it. Carriage takes its time however much is
            under way: nobody queues in it, so it does not bind
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from fulfillment_bi.insight.timeline import load_query
from fulfillment_bi.warehouse.engine import Session

ALL = "all"
CARRIAGE = frozenset({"deliver"})
LONGEST_DAYS = 92
"""Queues are counted hour by hour; beyond a season the hours say little about where orders queue now."""


@dataclass(frozen=True, slots=True)
class Flow:
    """One stage of one warehouse, or of all. Times in seconds, `capacity_hour` orders an hour, `peak_hour` 0 to 23.

    `seconds_mean` and `budget_seconds` are None where nothing was completed, or no order kept its promise.
    """

    stage: str
    warehouse: str
    arrivals: int
    completions: int
    growth: int
    waiting_at_end: int
    waiting_mean: float
    seconds_mean: float | None
    capacity_hour: float
    hours: int
    working_hours: int
    peak_hour: int
    budget_seconds: int | None

    @property
    def utilisation(self) -> float | None:
        """Arrivals over what could have been completed; None where nothing was completed."""
        return self.arrivals / (self.capacity_hour * self.working_hours) if self.capacity_hour else None

    @property
    def little_waiting(self) -> float | None:
        """What would wait on average in a steady state."""
        return None if self.seconds_mean is None else self.arrivals / self.hours * self.seconds_mean / 3600

    @property
    def excess(self) -> float | None:
        """Orders waiting on average beyond what the budget allows; None without a budget."""
        if self.budget_seconds is None:
            return None
        return self.waiting_mean - self.arrivals / self.hours * self.budget_seconds / 3600

    @property
    def hours_behind(self) -> float | None:
        """Hours of work at capacity that the excess makes; None without a budget, or where nothing was completed."""
        return None if self.excess is None or not self.capacity_hour else self.excess / self.capacity_hour


@dataclass(frozen=True, slots=True)
class Bottleneck:
    """All flows in the order of the stages, and the binding one of all warehouses and of a single one, if any."""

    flows: tuple[Flow, ...]
    binding: Flow | None
    where: Flow | None


def find_bottleneck(session: Session, start: date, end: date, timezone: str) -> Bottleneck:
    """The queues from `start` to `end` (business days, inclusive). `session` reads one published version."""
    zone = ZoneInfo(timezone)
    bounds = (_midnight(start, zone), _midnight(end + timedelta(days=1), zone))
    flows = tuple(Flow(*row) for row in session.rows(load_query("stage_flow"), bounds))
    return Bottleneck(
        flows,
        _binding([flow for flow in flows if flow.warehouse == ALL]),
        _binding([flow for flow in flows if flow.warehouse not in (ALL, "unknown", "several")]),
    )


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    """The first moment of a business day, UTC without a zone."""
    local = datetime.combine(day, time(), zone)
    return (local - (local.utcoffset() or timedelta())).replace(tzinfo=None)


def _binding(flows: list[Flow]) -> Flow | None:
    queues = [(flow.hours_behind or 0.0, flow) for flow in flows if flow.stage not in CARRIAGE]
    behind, flow = max(queues, key=lambda pair: pair[0], default=(0.0, None))
    return flow if behind > 0 else None
