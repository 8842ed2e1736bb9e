"""What carriers do with a parcel: first scan, way, delivery, and now and then trouble."""

from __future__ import annotations

import numpy as np

from fulfillment_bi.sample import tables
from fulfillment_bi.sample.clock import DAY, HOUR, NEVER, Times, Whole, within_hours
from fulfillment_bi.sample.demand import Orders
from fulfillment_bi.sample.scene import Scene
from fulfillment_bi.sample.world import MARGIN_DAYS, World

EXCEPTIONS = ("", "lost", "damaged", "refused", "returned")
LOST, DAMAGED, REFUSED, RETURNED = 1, 2, 3, 4


def carry(
    world: World, scene: Scene, orders: Orders, whose: Whole, warehouse: Whole, key: Whole, handed: Times
) -> tuple[Times, Times, Whole]:
    """First scan, delivery and exception (index into `EXCEPTIONS`) of each parcel.

    `whose` is the order of each parcel, `key` what its luck belongs to.
    """
    luck = world.luck
    region, carrier = orders.region[whose], orders.carrier[whose]
    horizon = scene.calendar.days + MARGIN_DAYS - 1
    finite = np.where(np.isfinite(handed), handed, scene.calendar.as_of)
    day = np.clip((finite - scene.calendar.day_at(0)) // DAY, 0, horizon).astype(np.int64)
    scanned = np.ceil(handed + 1.9 * HOUR * np.exp(0.75 * luck.normal(key, 70)))
    spread = np.array([c[3] for c in tables.CARRIERS])[carrier]
    swing = world.carrier_swing[carrier, day] * world.region_swing[region, day]
    hours = world.transit_hours(warehouse, carrier, region) * swing * np.exp(spread * luck.normal(key, 71))
    door = luck.uniform(key, 72)
    # The occasional parcel goes astray and turns up days later.
    astray = np.where(luck.uniform(key, 73) < 0.009, 30 + 90 * door, 0.0)
    wrong = scene.misaddressed(orders.channel[whose], orders.created[whose], luck.uniform(orders.number[whose], 74))
    astray = np.where(wrong, 100 + 60 * door, astray)
    arrival = np.where(np.isfinite(scanned), scanned + (hours + astray) * HOUR, NEVER)
    round_of_day = np.floor(door * 3.5 * HOUR)
    delivered = within_hours(arrival, 8.5, 21.0, round_of_day)
    delivered = scene.hold(delivered, carrier, region, luck.uniform(key, 75))
    delivered = within_hours(delivered, 8.5, 21.0, round_of_day)
    fate = luck.uniform(key, 76)
    exception = np.select([fate < 0.0008, fate < 0.0014, fate < 0.0032], [LOST, DAMAGED, REFUSED], default=0)
    exception = np.where(wrong & (fate > 0.7), RETURNED, exception)
    exception = np.where(np.isfinite(delivered), exception, 0)
    return scanned, np.where(exception > 0, NEVER, delivered), exception


def closing(world: World, key: Whole, scanned: Times, exception: Whole) -> Times:
    """When the order of a parcel that got lost, damaged, refused or returned is refunded and closed."""
    wait = (7 + 6 * world.luck.uniform(key, 77)) * DAY
    return np.where(exception > 0, np.ceil(scanned + wait), NEVER)
