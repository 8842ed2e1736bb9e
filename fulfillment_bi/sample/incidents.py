"""The disturbances that can be planted: where, when, how strong. Their effect is not set but measured."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from fulfillment_bi.errors import UsageError
from fulfillment_bi.sample import tables
from fulfillment_bi.sample.calendar import FLASH_DAYS, Calendar
from fulfillment_bi.sample.clock import DAY, EPOCH, HOUR, midnight
from fulfillment_bi.sample.demand import FLASH_CHANNEL, Market, expected_units
from fulfillment_bi.sample.products import SUPPLIERS
from fulfillment_bi.sample.world import World

NAMES = (
    "review_queue_jam", "supplier_stop", "promotion_without_stock", "picking_backlog", "carrier_collapse",
    "oversell_sync_lag", "phantom_stock", "wrong_address_batch",
)  # fmt: skip
FLASH_LEAD_DAYS = 12
ROOMY_DAYS = 112  # windows in which an incident can be kept clear of the others


@dataclass(frozen=True)
class Incident:
    """One disturbance. Times are business-zone seconds; an empty scope means everything."""

    name: str
    zh: str
    en: str
    metric: str  # that shows it best
    start: float
    end: float
    reach: float  # seconds before its start from which an order can still be hit
    strength: float
    channels: tuple[int, ...] = ()
    warehouse: int | None = None
    carrier: int | None = None
    region: int | None = None
    supplier: int | None = None
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
        if self.supplier is not None:
            found["supplier"] = SUPPLIERS[self.supplier]
        if self.skus:
            found["sku"] = [world.products.code[s] for s in self.skus]
        return found


def clock_text(second: float) -> str:
    """A business-zone time as ISO text without an offset."""
    moment = datetime(EPOCH.year, EPOCH.month, EPOCH.day) + timedelta(seconds=int(second))
    return moment.isoformat(sep=" ")


def named(text: str) -> tuple[str, ...] | None:
    """The incidents meant by `all` (None), `none`, or names with commas between them."""
    names = tuple(name.strip() for name in text.split(",") if name.strip())
    if names == ("all",):
        return None
    return () if names == ("none",) else names


def plant(world: World, market: Market, calendar: Calendar, wanted: Collection[str] | None) -> tuple[Incident, ...]:
    """The incidents of a window in the order in which they can first be felt; `wanted` None means all of them.

    Short windows get the same ones, closer together and shorter. Raises UsageError for an unknown name.
    """
    for name in wanted or ():
        if name not in NAMES:
            raise UsageError(f"There is no incident '{name}'.", where="--incidents", hint=f"Use {', '.join(NAMES)}.")
    found = [incident for incident in _all(world, market, calendar) if wanted is None or incident.name in wanted]
    return tuple(sorted(found, key=lambda incident: incident.start - incident.reach))


def _all(world: World, market: Market, calendar: Calendar) -> list[Incident]:
    pace = min(1.0, calendar.days / 70)
    last = midnight(calendar.end)

    def span(days: float, hour: float, length: float) -> tuple[float, float]:
        start = last - int(days * pace) * DAY + hour * HOUR
        return start, start + max(round(length * pace), 1) * DAY

    warehouse = [w[0] for w in tables.WAREHOUSES].index
    channel = [c.name for c in tables.CHANNELS].index
    supplier, goods = _largest_supplier(world, market)
    home = tuple(place for place, c in enumerate(tables.CHANNELS) if not c.is_global)
    yunda = [c[0] for c in tables.CARRIERS].index("韵达")
    province = [p[0] for p in tables.PROVINCES].index("广东省")
    found = [
        Incident("review_queue_jam", "审单队列堵塞", "Review queue jam", "ship_delay_rate", *span(63, 10, 2),
                 DAY, 0.85, channels=(channel("tmall"), channel("taobao"), channel("douyin"), channel("kuaishou"))),
        Incident("supplier_stop", "供应商停供", "A supplier stops", "otif", *span(56, 6, 14),
                 0.0, 1.0, supplier=supplier, skus=goods),
        Incident("carrier_collapse", "韵达广东网点瘫痪", "Yunda collapse in Guangdong", "delivery_delay_rate",
                 *span(33, 8, 6), 12 * DAY, 0.9, carrier=yunda, region=province),
        Incident("oversell_sync_lag", "库存同步延迟超卖", "Oversell by stock sync lag", "otif",
                 *span(25, 0, 7), 0.0, 1.0, channels=home),
        Incident("phantom_stock", "武汉仓虚库存", "Phantom stock in Wuhan", "otif",
                 *span(84 if calendar.days >= ROOMY_DAYS else 16, 0, 6),
                 0.0, 0.3, warehouse=warehouse("武汉仓")),
        Incident("wrong_address_batch", "拼多多地址批量导错", "A batch of wrong addresses on Pinduoduo", "otif",
                 *span(9, 0, 2), 0.0, 0.35, channels=(channel("pinduoduo"),)),
    ]  # fmt: skip
    if calendar.flash is not None:
        start = calendar.day_at(calendar.flash)
        found.append(
            Incident("promotion_without_stock", "直播秒杀未备货", "A flash sale without stock", "otif",
                     start, start + FLASH_DAYS * DAY, (FLASH_LEAD_DAYS + 1) * DAY, 1.0, channels=(FLASH_CHANNEL,),
                     skus=tuple(int(sku) for sku in market.flash))
        )  # fmt: skip
    if calendar.promotion is not None:
        start = midnight(calendar.promotion.day) + 7 * HOUR
        found.append(
            Incident("picking_backlog", "大促后杭州仓拣货积压", "Picking backlog in Hangzhou after the promotion",
                     "ship_delay_rate", start, start + max(round(3 * pace), 1) * DAY, 4 * DAY, 0.16,
                     warehouse=warehouse("杭州仓"))
        )  # fmt: skip
    return found


def _largest_supplier(world: World, market: Market) -> tuple[int, tuple[int, ...]]:
    """The supplier of the most units that go out on an ordinary day, and its SKUs."""
    units, _ = expected_units(world, market)
    busy = np.bincount(world.products.supplier, weights=units, minlength=len(SUPPLIERS))
    busiest = int(busy.argmax())
    return busiest, tuple(int(sku) for sku in np.flatnonzero(world.products.supplier == busiest))
