"""One order's story: every event from every system, the promise, and the stage that broke it.

Lateness adds up: each stage's overrun is its time less its budget (`dim_stage`, the median among kept promises), so
the overruns sum to the order's time less the sum of the budgets of the stages it went through.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any

from fulfillment_bi.warehouse.engine import Session


@dataclass(frozen=True, slots=True)
class TimelineEvent:
    """Something that happened. `system`: order, warehouse, carrier, service or customer. `kind` is a text key."""

    at: datetime
    system: str
    kind: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class TimelineStage:
    """A finished stage, or (`is_open`) the one the order waits in. Times in seconds; `budget` None where unknown."""

    stage: str
    started_at: datetime
    ended_at: datetime | None
    seconds: int
    budget_seconds: int | None
    is_open: bool = False

    @property
    def overrun_seconds(self) -> int:
        """Seconds over (positive) or under (negative) the budget; 0 where no budget is known."""
        return 0 if self.budget_seconds is None else self.seconds - self.budget_seconds


@dataclass(frozen=True, slots=True)
class TimelineLine:
    """What was ordered and what has been sent of it."""

    line_no: str
    sku: str
    product_name: str
    qty_ordered: Decimal
    qty_due: Decimal
    qty_sent: Decimal
    unit_price: Decimal | None
    warehouse: str
    carrier: str


@dataclass(frozen=True, slots=True)
class Timeline:
    """One order. All times are UTC without a zone; `as_of` is the moment up to which the data speak."""

    channel: str
    order_no: str
    shop: str
    region: str
    warehouse: str
    carrier: str
    status: str
    delivery_state: str
    cancelled_by: str | None
    order_value: Decimal | None
    promised_ship_at: datetime | None
    promised_delivery_at: datetime | None
    renegotiated_delivery_at: datetime | None
    is_due: bool
    is_on_time: bool
    is_in_full: bool
    break_stage: str | None
    issues: tuple[str, ...]
    events: tuple[TimelineEvent, ...]
    stages: tuple[TimelineStage, ...]
    lines: tuple[TimelineLine, ...]
    as_of: datetime


@cache
def load_query(name: str) -> str:
    """The text of `sql/<name>.sql`."""
    return (files("fulfillment_bi.insight") / "sql" / f"{name}.sql").read_text("utf-8")


def order_timeline(session: Session, channel: str, order_no: str) -> Timeline | None:
    """The order's timeline, or None where the version holds no such order."""
    names, rows = session.columns(load_query("timeline_order"), (channel, order_no))
    if not rows:
        return None
    order: dict[str, Any] = dict(zip(names, rows[0], strict=True))
    key = order["order_key"]
    lines = tuple(TimelineLine(*row) for row in session.rows(load_query("timeline_lines"), (key,)))
    issues = session.rows("SELECT issue FROM fct_order_issue WHERE order_key = ? ORDER BY issue", (key,))
    return Timeline(
        channel=order["channel"],
        order_no=order["order_no"],
        shop=order["shop"],
        region=order["region"],
        warehouse=order["warehouse"],
        carrier=order["carrier"],
        status=order["status"],
        delivery_state=order["delivery_state"],
        cancelled_by=order["cancelled_by"],
        order_value=order["order_value"],
        promised_ship_at=order["promised_ship_at_original"],
        promised_delivery_at=order["promised_delivery_at_original"],
        renegotiated_delivery_at=_if_moved(order),
        is_due=bool(order["due_sign_original"]),
        is_on_time=bool(order["due_sign_original"]) and not order["late_sign_original"],
        is_in_full=bool(lines) and all(line.qty_sent >= line.qty_due for line in lines),
        break_stage=order["break_stage"],
        issues=tuple(issue for (issue,) in issues),
        events=tuple(TimelineEvent(*row) for row in session.rows(load_query("timeline_events"), (channel, order_no))),
        stages=_stages(session, order),
        lines=lines,
        as_of=order["as_of"],
    )


def _if_moved(order: dict[str, Any]) -> datetime | None:
    current: datetime | None = order["promised_delivery_at_current"]
    return None if current == order["promised_delivery_at_original"] else current


def _stages(session: Session, order: dict[str, Any]) -> tuple[TimelineStage, ...]:
    finished = [TimelineStage(*row) for row in session.rows(load_query("timeline_stages"), (order["order_key"],))]
    if order["is_open"]:
        budget = session.rows("SELECT budget_seconds FROM dim_stage WHERE stage = ?", (order["current_stage"],))
        since: datetime = order["waiting_since"]
        waited = max(int((order["as_of"] - since).total_seconds()), 0)
        finished.append(
            TimelineStage(order["current_stage"], since, None, waited, budget[0][0] if budget else None, is_open=True)
        )
    return tuple(finished)
