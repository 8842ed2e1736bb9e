"""What each incident did, net: the orders that began to fail with it less those that it happened to save.

World w has the first w incidents, so incident i is the step from world i to world i + 1. Differences are counted on
the day on which the promise fell due. Once the stock and the queues that an incident disturbed have settled, both
worlds are the same again but for a few orders that chance sends another way; those are not its effect.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fulfillment_bi.sample.calendar import Calendar
from fulfillment_bi.sample.clock import DAY, Mask, Times, Whole
from fulfillment_bi.sample.demand import Orders
from fulfillment_bi.sample.incidents import Incident
from fulfillment_bi.sample.journey import Journey
from fulfillment_bi.sample.judge import Verdict
from fulfillment_bi.sample.promises import Promises
from fulfillment_bi.sample.world import World

MEASURES = ("orders_failed_otif", "units_failed", "orders_late_to_ship", "orders_failed_otif_in_scope")
_ORDERS, _UNITS, _LATE, _SCOPE = range(len(MEASURES))
_CALM_DAYS = 3
_CALM_SHARE = 0.01
"""Worlds differ on a day with more than this share of all that changed; they agree again after so many days without."""


@dataclass(frozen=True)
class Effect:
    """The days between which an incident is felt (index of the first and last, by promise due), and what it did."""

    first: int
    last: int
    net: dict[str, int]


class Felt:
    """Running differences between neighbouring worlds: incidents x measures x days x (began, stopped)."""

    def __init__(self, world: World, calendar: Calendar, incidents: tuple[Incident, ...]) -> None:
        self.world, self.calendar, self.incidents = world, calendar, incidents
        self._changed: npt.NDArray[np.int64] = np.zeros((len(incidents), len(MEASURES), calendar.days, 2), np.int64)

    def add(
        self, step: int, orders: Orders, promises: Promises, journey: Journey, verdicts: tuple[Verdict, Verdict]
    ) -> None:
        """Count these orders without (first verdict) and with incident `step`."""
        without, with_it = verdicts
        signed, sent = self._day(promises.delivery), self._day(promises.ship)
        failed = with_it.failed_otif.astype(np.int64) - without.failed_otif
        self._count(step, _ORDERS, signed, failed)
        self._count(step, _UNITS, signed, with_it.units_failed - without.units_failed)
        self._count(step, _LATE, sent, with_it.late_ship.astype(np.int64) - without.late_ship)
        self._count(step, _SCOPE, signed, failed * in_scope(self.incidents[step], self.world, orders, journey))

    def _day(self, moment: Times) -> Whole:
        """Index of each day; -1 outside the window."""
        days = np.where(np.isfinite(moment), np.floor((moment - self.calendar.day_at(0)) / DAY), -1.0)
        return np.where((days >= 0) & (days < self.calendar.days), days, -1).astype(np.int64)

    def _count(self, step: int, measure: int, day: Whole, change: Whole) -> None:
        for place, part in enumerate((np.maximum(change, 0), np.maximum(-change, 0))):
            chosen = (part > 0) & (day >= 0)
            found = np.bincount(day[chosen], weights=part[chosen], minlength=self.calendar.days)
            self._changed[step, measure, :, place] += found.astype(np.int64)

    def effect(self, step: int) -> Effect | None:
        """What incident `step` did; None when no order fared otherwise because of it."""
        by_day = self._changed[step, _ORDERS].sum(axis=1) + self._changed[step, _LATE].sum(axis=1)
        if not by_day.any():
            return None
        first, last = felt_days(by_day)
        began, stopped = self._changed[step, :, first : last + 1].sum(axis=1).T
        return Effect(first, last, dict(zip(MEASURES, (began - stopped).tolist(), strict=True)))


def felt_days(by_day: Whole) -> tuple[int, int]:
    """The first day on which the worlds differ, and the last before they agree again (or of all)."""
    differs = by_day > _CALM_SHARE * by_day.sum()
    peak = int(np.argmax(by_day))
    for day in range(peak + 1, len(by_day) - _CALM_DAYS + 1):
        if not differs[day : day + _CALM_DAYS].any():
            return int(np.flatnonzero(differs)[0]), int(np.flatnonzero(differs[:day])[-1])
    return int(np.flatnonzero(differs)[0]), int(np.flatnonzero(differs)[-1])


def in_scope(incident: Incident, world: World, orders: Orders, journey: Journey) -> Mask:
    """The orders that belong to what the incident hit; of lines, one is enough."""
    chosen = np.ones(orders.count, dtype=bool)
    if incident.channels:
        chosen &= np.isin(orders.channel, incident.channels)
    if incident.carrier is not None:
        chosen &= orders.carrier == incident.carrier
    if incident.region is not None:
        chosen &= orders.region == incident.region
    lines = np.ones(len(orders.line_order), dtype=bool)
    if incident.warehouse is not None:
        lines &= world.products.cell_warehouse[journey.cell] == incident.warehouse
    if incident.skus:
        lines &= np.isin(journey.sku, incident.skus)
    return np.asarray(chosen & (np.bincount(orders.line_order, weights=lines, minlength=orders.count) > 0))
