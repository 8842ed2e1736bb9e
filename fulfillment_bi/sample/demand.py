"""When, where and what customers order: the orders created on one day, with what is promised to them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from fulfillment_bi.sample import tables
from fulfillment_bi.sample.calendar import FLASH_DAYS, Calendar
from fulfillment_bi.sample.clock import DAY, HOUR, NEVER, Mask, Times, Whole
from fulfillment_bi.sample.products import Numbers, season
from fulfillment_bi.sample.world import World, cumulative, in_bins, pick

FLASH_CHANNEL = [c.name for c in tables.CHANNELS].index("douyin")
_AT_ONCE = [c.name for c in tables.CHANNELS].index("pinduoduo")  # where an order exists once it is paid
FLASH_SKUS = 4
FLASH_SHARE = 0.6  # of the channel's lines while the flash sale lasts
_QUANTITIES = cumulative(np.array([0.82, 0.115, 0.035, 0.012, 0.008, 0.004, 0.002, 0.002, 0.001, 0.001]))
MEAN_QUANTITY = float(np.diff(_QUANTITIES, prepend=0.0) @ np.arange(1, 11))
_SPREADER = 2_654_435_761  # odd, so multiplying by it is a bijection modulo a power of two
_DUTY = 0.4  # share of the weeks in which a SKU of the tail is asked for
_WEEKLY = 31


@dataclass(frozen=True)
class Orders:
    """The orders of a day or more (arrays of n) and their lines (arrays of m, `line_order` ascending)."""

    number: Whole  # running number over the whole sample
    created: Times
    channel: Whole
    shop: Whole
    region: Whole
    city: Whole
    customer: Whole
    presale_seconds: Times  # 0 unless sold before it can ship
    paid: Times
    warehouse: Whole  # where it is looked for first
    carrier: Whole
    line_order: Whole
    line_no: Whole
    sku: Whole
    quantity: Whole
    price: Whole  # cents
    forced: Mask  # sold whether there is stock or not

    @property
    def count(self) -> int:
        """Number of orders."""
        return len(self.number)


@dataclass(frozen=True)
class Market:
    """How orders are spread over SKUs, prepared once for a world: SKUs stand category by category."""

    order: Whole  # SKUs by category, most popular first
    edges: Numbers  # channels x (SKUs + 1): running popularity, row c lies in [c, c + 1)
    first: Whole  # of each category, and the end: places in `order`
    flash: Whole  # the SKUs of the flash sale


def open_market(world: World) -> Market:
    """Prepare the market of a world."""
    products = world.products
    order = np.argsort(products.category, kind="stable")
    shares = cumulative(products.weight[:, order])
    edges = np.concatenate([np.zeros((len(shares), 1)), shares], axis=1) * (1 - 1e-9)
    first = np.searchsorted(products.category[order], np.arange(len(tables.CATEGORIES) + 1))
    head = np.flatnonzero(products.spread == 0)
    return Market(order, edges + np.arange(len(shares))[:, None], first, head[-FLASH_SKUS:])


def orders_of(world: World, market: Market, calendar: Calendar, seed: int, day: int) -> Orders:
    """The orders created on the day with index `day`, in the order of their creation."""
    rng = np.random.default_rng([seed, 3, day])
    total = int(calendar.counts[day])
    draw = rng.random((9, total))
    channel = _channels(calendar, day, draw[0])
    second = _moments(calendar, day, channel, draw[1])
    order = np.argsort(second, kind="stable")
    channel = channel[order]
    created = calendar.day_at(day) + second[order]
    if day == calendar.days - 1 and total:
        created[-1] = calendar.as_of  # the export is made at this moment: its newest event
    region = world.region_table[channel, in_bins(draw[2])].astype(np.int64)
    cities = np.array([len(names[2]) for names in world.region_names])
    shops = np.array([len(c.shops) for c in tables.CHANNELS])
    number = int(calendar.counts[:day].sum()) + np.arange(total, dtype=np.int64)
    abroad = np.array([c.is_global for c in tables.CHANNELS])[channel]
    luck = world.luck
    # A few customers buy often, most once.
    pool = max(int(calendar.counts.sum() * 0.7), 1)
    lines = _lines(world, market, calendar, day, channel, draw[7], rng)
    return Orders(
        number=number,
        created=created,
        channel=channel,
        shop=(draw[3] ** 1.5 * shops[channel]).astype(np.int64),
        region=region,
        city=(draw[4] ** 1.6 * cities[region]).astype(np.int64),
        customer=(pool * draw[5] ** 1.35).astype(np.int64) * _SPREADER % 2**32,
        presale_seconds=np.where((draw[6] < 0.015) & ~abroad, np.ceil((2 + 4 * draw[8]) * DAY), 0.0),
        paid=np.where(channel == _AT_ONCE, created, _pay(created, draw[8], rng)),
        warehouse=world.warehouse_table[region, in_bins(luck.uniform(number, 1))].astype(np.int64),
        carrier=world.carrier_table[channel, region, in_bins(luck.uniform(number, 2))].astype(np.int64),
        line_order=lines[0],
        line_no=lines[1],
        sku=lines[2],
        quantity=lines[3],
        price=lines[4],
        forced=lines[5],
    )


def _pay(created: Times, draw: Numbers, rng: np.random.Generator) -> Times:
    """Payment times; about 1.3 % never pay."""
    median = np.where(draw > 0.86, 900.0, 45.0)
    seconds = np.minimum(median * np.exp(0.9 * rng.standard_normal(len(created))), 6 * HOUR)
    return np.where(rng.random(len(created)) < 0.013, NEVER, np.ceil(created + seconds + 3))


def _channels(calendar: Calendar, day: int, draw: Numbers) -> Whole:
    weekend = (calendar.start.weekday() + day) % 7 >= 5
    weights = [c.weight * (c.weekend if weekend else 1.0) for c in tables.CHANNELS]
    return pick(cumulative(np.array(weights)), draw)


def _moments(calendar: Calendar, day: int, channel: Whole, draw: Numbers) -> Times:
    """Seconds since midnight; on the last day nothing after the as-of hour."""
    hours = np.array([c.hours for c in tables.CHANNELS])
    if day == calendar.days - 1:
        hours = np.where(np.arange(24) < calendar.as_of_hour, hours, 0.0)
    elif any((promotion.day - calendar.start).days == day for promotion in calendar.promotions):
        sale_hours = np.zeros(24)
        sale_hours[[0, 1, 20, 21, 22]] = 9.0, 3.6, 9.0, 9.0, 9.0
        hours = hours + sale_hours
    shares = cumulative(hours) * (1 - 1e-9) + np.arange(len(hours))[:, None]
    place = np.searchsorted(shares.ravel(), channel + draw, side="right")
    hour = np.minimum(place - channel * 24, 23)
    edges = np.concatenate([np.arange(len(hours))[:, None].astype(float), shares], axis=1)
    before = edges[channel, hour]
    within = np.clip((channel + draw - before) / (edges[channel, hour + 1] - before), 0.0, 0.999999)
    return np.asarray(hour * HOUR + np.floor(within * HOUR))


def _lines(
    world: World, market: Market, calendar: Calendar, day: int, channel: Whole, draw: Numbers, rng: np.random.Generator
) -> tuple[Whole, Whole, Whole, Whole, Whole, Mask]:
    extra = np.array([max(c.extra_lines, 1e-9) for c in tables.CHANNELS])[channel]
    more = np.floor(np.log1p(-draw) / np.log(extra / (1 + extra)))
    size = 1 + np.minimum(more, 11).astype(np.int64)
    owner = np.repeat(np.arange(len(channel)), size)
    chance = rng.random((5, len(owner)))
    seller = channel[owner]
    sku = _choose(world, market, calendar, day, seller, chance[0], chance[3])
    forced = np.zeros(len(owner), dtype=bool)
    if calendar.flash is not None and 0 <= day - calendar.flash < FLASH_DAYS:
        forced = (seller == FLASH_CHANNEL) & (chance[4] < FLASH_SHARE)
        which = (chance[4] / FLASH_SHARE * len(market.flash)).astype(np.int64) % len(market.flash)
        sku = np.where(forced, market.flash[which], sku)
    kept = _first_of_its_kind(owner, sku, size)
    owner, sku, chance, forced = owner[kept], sku[kept], chance[:, kept], forced[kept]
    size = np.bincount(owner, minlength=len(channel))
    number = np.arange(len(owner)) - (np.cumsum(size) - size)[owner] + 1
    discount = np.where(chance[2] < 0.25, 90, 100)
    price = world.products.price[sku] * discount // 100
    return owner, number, sku, pick(_QUANTITIES, chance[1]) + 1, price, forced


def _choose(
    world: World, market: Market, calendar: Calendar, day: int, seller: Whole, first: Numbers, second: Numbers
) -> Whole:
    """The SKU of each line: its category by season, then by popularity on the channel; the tail comes and goes."""
    # What a category weighs is what its SKUs weigh, moved by the season.
    usual = np.diff(market.edges[:, market.first], axis=1).mean(axis=0)
    seasonal = season((calendar.start + timedelta(days=day)).timetuple().tm_yday)
    category = pick(cumulative(usual * seasonal), first)
    low = market.edges[seller, market.first[category]]
    high = market.edges[seller, market.first[category + 1]]
    place = np.searchsorted(market.edges.ravel(), low + second * (high - low), side="right") - 1
    place = np.clip(place - seller * market.edges.shape[1], market.first[category], market.first[category + 1] - 1)
    sku = market.order[place]
    tail = np.flatnonzero(world.products.intermittent[sku])
    asleep = world.luck.uniform(sku[tail] * 1000 + day // 7, _WEEKLY) > _DUTY
    sku[tail[asleep]] = world.products.substitute[sku[tail[asleep]]]
    return np.asarray(sku, dtype=np.int64)


def _first_of_its_kind(owner: Whole, sku: Whole, size: Whole) -> Mask:
    """Lines whose SKU no earlier line of their order has."""
    kept = np.ones(len(owner), dtype=bool)
    several = np.flatnonzero(size[owner] > 1)
    key = owner[several] * 2**20 + sku[several]
    order = np.argsort(key, kind="stable")
    again = np.diff(key[order], prepend=-1) == 0
    kept[several[order[again]]] = False
    return kept


def expected_units(world: World, market: Market) -> tuple[Numbers, Numbers]:
    """Units per order that each SKU and each stock cell is asked for on an ordinary day, tails averaged."""
    products = world.products
    weights = np.array([c.weight for c in tables.CHANNELS])
    lines = np.array([1 + c.extra_lines for c in tables.CHANNELS])
    per_channel = np.diff(market.edges, axis=1)
    share = np.zeros(products.count)
    share[market.order] = (weights / weights.sum() * lines * MEAN_QUANTITY) @ per_channel
    tail = products.intermittent
    moved = np.bincount(products.substitute[tail], weights=share[tail] * (1 - _DUTY), minlength=products.count)
    share = np.where(tail, share * _DUTY, share) + moved
    spread = products.spread[products.cell_sku]
    hub = np.zeros(len(tables.WAREHOUSES))
    hub[list(tables.HUBS)] = world.hub_load
    place = products.cell_warehouse
    part = np.select([spread == 0, spread == 1], [world.warehouse_load[place], hub[place]], 1.0)
    return share, share[products.cell_sku] * part
