"""The conditions of one world: capacities, gates and gaps, as the incidents that happen there make them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fulfillment_bi.sample import tables
from fulfillment_bi.sample.calendar import Calendar
from fulfillment_bi.sample.clock import DAY, HOUR, Mask, Times, Whole, midnight, release
from fulfillment_bi.sample.incidents import Incident
from fulfillment_bi.sample.products import Numbers
from fulfillment_bi.sample.queues import Capacity, capacity, rates
from fulfillment_bi.sample.world import MARGIN_DAYS, World

# Review teams: the two largest platforms' shops, JD and Pinduoduo, and everything abroad.
TEAMS = np.array([2 if c.is_global else 1 if c.name in ("jd", "pinduoduo") else 0 for c in tables.CHANNELS])
MANUAL_WORK = 1.0
PART_WORK, LINE_WORK = 1.0, 0.3  # work of a parcel, and of each line beyond the first
_SPARE = 1.45  # capacity over the work of an ordinary day
_SURGE = 2.6  # most that can be hired for a promotion, of the ordinary capacity
_SYNC_SECONDS = 600.0


@dataclass(frozen=True)
class Scene:
    """One world's conditions."""

    calendar: Calendar
    active: tuple[Incident, ...]
    picking: Capacity
    reviewing: Capacity

    def named(self, name: str) -> Incident | None:
        """The incident, if it happens in this world."""
        return next((incident for incident in self.active if incident.name == name), None)

    def manual(self, channel: Whole, paid: Times, chance: Times, usual: Mask) -> Mask:
        """Which orders a person reviews: while the queue is jammed, a rule sends most of its channels' to people."""
        jam = self.named("review_queue_jam")
        if jam is None:
            return usual
        hit = np.isin(channel, jam.channels) & (paid >= jam.start) & (paid < jam.end) & (chance < jam.strength)
        return np.asarray(usual | hit)

    def sync_lag(self, channel: Whole, created: Times) -> Times:
        """Seconds for which a channel goes on selling what has just been sold out."""
        lag = np.full(len(channel), _SYNC_SECONDS)
        slow = self.named("oversell_sync_lag")
        if slow is not None:
            hit = np.isin(channel, slow.channels) & (created >= slow.start) & (created < slow.end)
            lag = np.where(hit, slow.end - slow.start, lag)
        return lag

    def hold(self, delivered: Times, carrier: Whole, region: Whole, chance: Times) -> Times:
        """Deliveries after a carrier's collapse: those due inside wait for its end, then trickle out."""
        fall = self.named("carrier_collapse")
        if fall is None:
            return delivered
        hit = (carrier == fall.carrier) & (region == fall.region) & (chance < fall.strength)
        return np.where(hit, release(delivered, fall.start, fall.end, 2.5 * DAY), delivered)

    def misaddressed(self, channel: Whole, created: Times, chance: Times) -> Mask:
        """Orders whose address a broken import spoilt."""
        batch = self.named("wrong_address_batch")
        if batch is None:
            return np.zeros(len(channel), dtype=bool)
        hit = np.isin(channel, batch.channels) & (created >= batch.start) & (created < batch.end)
        return np.asarray(hit & (chance < batch.strength))


def set_scene(world: World, calendar: Calendar, active: tuple[Incident, ...]) -> Scene:
    """The conditions under these incidents."""
    start = midnight(calendar.start)
    ordinary = float(np.median(calendar.counts))
    volume = np.concatenate([calendar.smooth(), np.ones(MARGIN_DAYS)])
    staffed = np.clip(volume, 0.9, _SURGE)
    lines = float(np.mean([1 + c.extra_lines for c in tables.CHANNELS]))
    work = ordinary * (PART_WORK + LINE_WORK * (lines - 1)) * 1.25
    per_day = world.warehouse_load[:, None] * _picking_load() * work * _SPARE * staffed / world.warehouse_swing
    # However small the shop, a warehouse has somebody in it.
    picking = rates(0, np.maximum(per_day, 12.0), 7, 22)
    backlog = next((incident for incident in active if incident.name == "picking_backlog"), None)
    if backlog is not None:
        hours = start + np.arange(picking.shape[1]) * HOUR
        slow = (hours >= backlog.start) & (hours < backlog.end)
        picking[backlog.warehouse, slow] *= backlog.strength
    manual = np.array([c.weight * c.manual_share for c in tables.CHANNELS])
    per_team = np.bincount(TEAMS, weights=manual) / sum(c.weight for c in tables.CHANNELS) * ordinary * 1.6
    reviewing = rates(0, np.maximum(per_team[:, None] * staffed[None, :], 8.0), 8, 22)
    return Scene(calendar, active, capacity(start, picking), capacity(start, reviewing))


def _picking_load() -> Numbers:
    """Parcels per order asked of each warehouse: the hubs also send what is held nowhere else."""
    hubs = np.isin(np.arange(len(tables.WAREHOUSES)), tables.HUBS)
    return np.where(hubs, 1.7, 1.0)[:, None]
