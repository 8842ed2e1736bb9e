"""What is there, what is coming and how long it takes: stock positions, open purchase lines, lead times by supplier."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from fulfillment_bi.forecast.burn import DAYS
from fulfillment_bi.forecast.history import Series
from fulfillment_bi.forecast.panel import Numbers, Whole
from fulfillment_bi.forecast.texts import load_query
from fulfillment_bi.warehouse.engine import Session

DEFAULT_LEAD, DEFAULT_SPREAD = 14.0, 0.3
"""Days, and their standard deviation as a share, where nothing was ever bought and no product list says."""
GIVEN_UP_DAYS, LOOK_BACK_DAYS = 90, 365
"""Days past its promise after which an open line will not come; days of receipts that say how long one takes."""
LEAST_LINES = 5
"""Received lines that the spread of all suppliers is worth beside a supplier's own."""


@dataclass(frozen=True)
class Line:
    """An open purchase line: `series` is its place, `day` the index of the day it is expected on (0 is today)."""

    po_no: str
    line_no: str
    supplier: str
    series: int
    due_day: date
    day: int
    units: float


@dataclass(frozen=True)
class Supply:
    """Per series, (S,): units available now, days a purchase takes (mean and standard deviation), its supplier.

    `arriving` (S, DAYS): open lines by the day they are expected on; `later` (S,) units expected after that.
    `shelf` is infinite where stock does not expire. `bought` counts received lines behind the lead time.
    """

    available: Numbers
    on_hand: Numbers
    unit_cost: Numbers
    shelf: Numbers
    arriving: Numbers
    later: Numbers
    lead: Numbers
    lead_spread: Numbers
    supplier: tuple[str, ...]
    supplier_count: Whole
    bought: Whole
    lines: tuple[Line, ...]

    @property
    def on_order(self) -> Numbers:
        """All that is still to come, (S,)."""
        return np.asarray(self.arriving.sum(axis=1) + self.later)


def read_supply(session: Session, series: Series, today: date) -> Supply:
    """The supply side of the series of a forecast."""
    place = {key: at for at, key in enumerate(zip(series.sku_id.tolist(), series.warehouse_id.tolist(), strict=True))}
    count = len(series)
    stock = np.zeros((4, count))
    stock[2], stock[3] = series.unit_cost, np.inf
    for sku, warehouse, available, on_hand, cost, shelf in session.rows(load_query("supply_position")):
        at = place.get((sku, warehouse))
        if at is not None:
            stock[:, at] = available, on_hand, cost or series.unit_cost[at], shelf or np.inf
    lead, spread, supplier, suppliers, bought, lateness = _leads(session, series, today)
    lines = tuple(_lines(session, place, today, lateness))
    arriving, later = np.zeros((count, DAYS)), np.zeros(count)
    for line in lines:
        if line.day < DAYS:
            arriving[line.series, line.day] += line.units
        else:
            later[line.series] += line.units
    return Supply(
        stock[0], stock[1], stock[2], stock[3], arriving, later, lead, spread, supplier, suppliers, bought, lines
    )


def _lines(session: Session, place: dict[tuple[int, int], int], today: date, lateness: dict[str, float]) -> list[Line]:
    """Open lines of known series, each expected when its supplier usually comes; overdue ones not before tomorrow."""
    found = []
    for po, line, sku, warehouse, _, supplier, due, units in session.rows(
        load_query("supply_open"), (today, GIVEN_UP_DAYS)
    ):
        at = place.get((sku, warehouse))
        if at is not None and due is not None:
            late = max(lateness.get(supplier, 0.0), 0.0)
            day = max((due - today).days + round(late), 1 if due <= today else 0)
            found.append(Line(po, str(line), supplier, at, due, day, float(units)))
    return found


Leads = tuple[Numbers, Numbers, tuple[str, ...], Whole, Whole, dict[str, float]]


def _leads(session: Session, series: Series, today: date) -> Leads:
    """Per series: mean and deviation of the lead time, supplier, suppliers, lines; and each supplier's lateness.

    A SKU is bought where it was bought last. The deviation is that of the supplier's lines around the mean of their
    SKUs, drawn to that of all suppliers where a supplier has few.
    """
    by_sku: dict[int, list[tuple[str, float]]] = {}
    late: dict[str, list[float]] = {}
    for sku, _, supplier, days, days_late, *_ in session.rows(load_query("supply_lead"), (today, LOOK_BACK_DAYS)):
        by_sku.setdefault(sku, []).append((supplier, days))
        late.setdefault(supplier, []).append(days_late)
    off: dict[str, list[float]] = {}
    for rows in by_sku.values():
        mean = float(np.mean([days for _, days in rows]))
        for supplier, days in rows:
            off.setdefault(supplier, []).append(days / mean - 1 if mean else 0.0)
    everyone = _deviation([each for rows in off.values() for each in rows], DEFAULT_SPREAD)
    lead, spread = np.zeros(len(series)), np.zeros(len(series))
    names, suppliers, bought = [], np.zeros(len(series), dtype=np.int64), np.zeros(len(series), dtype=np.int64)
    for at, sku in enumerate(series.sku_id.tolist()):
        rows = by_sku.get(sku, [])
        names.append(rows[-1][0] if rows else "unknown")
        own = [days for supplier, days in rows if supplier == names[-1]]
        lead[at] = float(np.mean(own)) if own else float(series.lead_days[at]) or DEFAULT_LEAD
        suppliers[at], bought[at] = len({supplier for supplier, _ in rows}), len(own)
        spread[at] = lead[at] * _drawn(off.get(names[-1], []), everyone)
    return lead, spread, tuple(names), suppliers, bought, {name: float(np.mean(each)) for name, each in late.items()}


def _deviation(values: Sequence[float], otherwise: float) -> float:
    return float(np.std(values)) if len(values) >= LEAST_LINES else otherwise


def _drawn(values: Sequence[float], everyone: float) -> float:
    own = float(np.sum(np.square(values))) if values else 0.0
    return float(np.sqrt((own + LEAST_LINES * everyone**2) / (len(values) + LEAST_LINES)))
