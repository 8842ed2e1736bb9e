"""The disturbances planted in the last weeks of the window: where, when, how strong. Their effect is measured."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from fulfillment_bi.sample import tables
from fulfillment_bi.sample.clock import DAY, EPOCH, HOUR, Mask, Times, Whole, midnight, release, stretch
from fulfillment_bi.sample.demand import Calendar
from fulfillment_bi.sample.world import World

STOPPED_SKUS = 10


@dataclass(frozen=True)
class Incident:
    """One disturbance. Times are business-zone seconds; an empty scope means everything."""

    name: str
    zh: str
    en: str
    kind: str  # review, pick, pack, deliver or stock: the station that suffers
    start: float
    end: float
    strength: float  # stretch factor of a station, share of orders behind a gate, or share of lines lost for good
    recovery: float  # seconds until the station has caught up
    channels: tuple[int, ...] = ()
    warehouse: int | None = None
    carrier: int | None = None
    region: int | None = None
    category: int | None = None
    skus: tuple[int, ...] = ()

    def scope(self, world: World) -> dict[str, object]:
        """What it hit, in the words of the files."""
        found: dict[str, object] = {}
        if self.channels:
            found["channel"] = [tables.CHANNELS[c].name for c in self.channels]
        if self.warehouse is not None:
            found["warehouse"] = tables.WAREHOUSES[self.warehouse][0]
        if self.carrier is not None:
            found["carrier"] = tables.CARRIERS[self.carrier][0]
        if self.region is not None:
            found["region"] = world.region_names[self.region][1]
        if self.category is not None:
            found["category"] = tables.CATEGORIES[self.category][0]
        if self.skus:
            found["sku"] = [world.products.code[s] for s in self.skus]
        return found


def clock_text(second: float) -> str:
    """A business-zone time as ISO text without an offset."""
    moment = datetime(EPOCH.year, EPOCH.month, EPOCH.day) + timedelta(seconds=int(second))
    return moment.isoformat(sep=" ")


def plant(world: World, calendar: Calendar) -> tuple[Incident, ...]:
    """The incidents of a window, oldest first. Short windows get the same ones, closer together and shorter."""
    pace = min(1.0, calendar.days / 70)
    last = midnight(calendar.end)

    def before(days: float, hour: float) -> float:
        return last - int(days * pace) * DAY + hour * HOUR

    def lasting(days: float) -> float:
        return max(round(days * pace), 1) * DAY

    warehouse = [w[0] for w in tables.WAREHOUSES].index
    found = [
        Incident(
            "review_queue_jam",
            "审单队列堵塞",
            "Review queue jam",
            "review",
            before(50, 10),
            before(50, 10) + lasting(2),
            0.5,
            14 * HOUR,
            channels=(0, 3),
        ),
        _stock_stop(world, before(37, 6), lasting(8)),
        Incident(
            "carrier_collapse",
            "韵达广东网点瘫痪",
            "Yunda collapse in Guangdong",
            "deliver",
            before(23, 8),
            before(23, 8) + lasting(6),
            0.9,
            2.5 * DAY,
            carrier=[c[0] for c in tables.CARRIERS].index("韵达"),
            region=[p[0] for p in tables.PROVINCES].index("广东省"),
        ),
        Incident(
            "packing_slowdown",
            "广州仓打包缓慢",
            "Slow packing in Guangzhou",
            "pack",
            calendar.as_of - 36 * HOUR,
            calendar.as_of + 12 * HOUR,
            4.0,
            200 * HOUR,
            warehouse=warehouse("广州仓"),
        ),
    ]
    if calendar.promotion is not None:
        start = midnight(calendar.promotion) + 14 * HOUR
        found.append(
            Incident(
                "picking_backlog",
                "大促后杭州仓拣货积压",
                "Picking backlog in Hangzhou after the promotion",
                "pick",
                start,
                start + lasting(3),
                1.75,
                3.0 * DAY,
                warehouse=warehouse("杭州仓"),
            )
        )
    return tuple(sorted(found, key=lambda incident: incident.start))


def _stock_stop(world: World, start: float, seconds: float) -> Incident:
    category = [c[0] for c in tables.CATEGORIES].index("美妆个护")
    best = np.flatnonzero(world.products.category == category)[:STOPPED_SKUS]
    return Incident(
        "supplier_stop",
        "美妆个护供应商停供",
        "Beauty supplier stops",
        "stock",
        start,
        start + seconds,
        0.45,
        1.5 * DAY,
        category=category,
        skus=tuple(int(s) for s in best),
    )


def gate_reviews(active: tuple[Incident, ...], reviewed: Times, channel: Whole, chance: Times, manual: Mask) -> Times:
    """Reviews after the jams: `chance` in [0, 1) decides which automatic ones are stuck with the manual ones."""
    for incident in active:
        if incident.kind == "review":
            hit = np.isin(channel, incident.channels) & (manual | (chance < incident.strength))
            reviewed = np.where(hit, release(reviewed, incident.start, incident.end, incident.recovery), reviewed)
    return reviewed


def slow_station(active: tuple[Incident, ...], kind: str, done: Times, warehouse: Whole) -> Times:
    """Picking or packing after the slowdowns of its warehouse."""
    for incident in active:
        if incident.kind == kind:
            slowed = stretch(done, incident.start, incident.end, incident.strength, incident.recovery)
            done = np.where(warehouse == incident.warehouse, slowed, done)
    return done


def hold_parcels(active: tuple[Incident, ...], delivered: Times, carrier: Whole, region: Whole, chance: Times) -> Times:
    """Deliveries after the carriers' collapses: those due inside wait for the end, then trickle out."""
    for incident in active:
        if incident.kind == "deliver":
            hit = (carrier == incident.carrier) & (region == incident.region) & (chance < incident.strength)
            delivered = np.where(hit, release(delivered, incident.start, incident.end, incident.recovery), delivered)
    return delivered


def is_out_of_stock(incident: Incident, sku: Whole, wanted: Times) -> Mask:
    """Lines that ask for a stopped SKU while there is none."""
    return np.isin(sku, incident.skus) & (wanted >= incident.start) & (wanted < incident.end)
