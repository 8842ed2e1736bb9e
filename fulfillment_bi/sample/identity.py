"""Order, parcel and customer numbers as the platforms print them, and receivers who do not exist."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from fulfillment_bi.sample import tables
from fulfillment_bi.sample.clock import Mask, Times, Whole
from fulfillment_bi.sample.demand import Orders
from fulfillment_bi.sample.text import Column, blank, constant, dates, digits, figures, join, numbers, of_width, words
from fulfillment_bi.sample.world import World

# Multipliers without a common factor with ten: running numbers become unique numbers that look random.
_LONG, _SHORT = 86_028_121_367, 7_368_787
_FIRST = 4_391
_PREFIXED = {"tmall": "4310", "taobao": "1930", "douyin": "6917", "kuaishou": "2531", "tiktok_shop": "5838"}


def order_numbers(orders: Orders) -> Column:
    """Order numbers in each platform's form; unique because the running number is."""
    made: Column = None
    for place, channel in enumerate(tables.CHANNELS):
        mine = np.flatnonzero(orders.channel == place)
        if len(mine):
            cells = _numbered(channel.name, orders.number[mine], orders.created[mine])
            made = _spread(made, cells, mine, orders.count)
    return pa.array([], pa.binary()) if made is None else made


def _spread(made: Column, cells: Column, mine: Whole, count: int) -> Column:
    """The cells of some rows put in their places among the others'."""
    if len(mine) == count:
        return cells
    before = pa.nulls(count, pa.binary()) if made is None else made
    place = np.full(count, -1)
    place[mine] = np.arange(len(mine))
    return pa.compute.if_else(pa.array(place >= 0), cells.take(pa.array(np.maximum(place, 0), mask=place < 0)), before)


def _numbered(channel: str, number: Whole, created: Times) -> Column:
    shifted = number + _FIRST
    spread = shifted * _LONG % 10**15
    if channel in _PREFIXED:
        return join(constant(_PREFIXED[channel]), digits(spread, 15))
    if channel == "jd":
        return digits(310_000_000_000 + shifted * _SHORT % 10**10, 12)
    if channel == "pinduoduo":
        return join(dates(created, form="%y%m%d"), constant("-"), digits(spread, 15))
    if channel == "shopify":
        return join(constant("#"), numbers(10_001 + number))
    if channel == "amazon":
        tail = figures(spread % 10**14, 14)
        dash = np.full((len(number), 1), ord("-"), dtype=np.uint8)
        return of_width(np.hstack([figures(111 + number % 4, 3), dash, tail[:, :7], dash, tail[:, 7:]]))
    if channel == "ebay":
        tail = figures(spread % 10**10, 10)
        dash = np.full((len(number), 1), ord("-"), dtype=np.uint8)
        return of_width(np.hstack([figures(10 + number % 20, 2), dash, tail[:, :5], dash, tail[:, 5:]]))
    return digits(3_000_000_000 + number, 10) if channel == "etsy" else numbers(20_001 + number)


def tracking_numbers(carrier: Whole, key: Whole) -> Column:
    """Parcel numbers: the carrier's prefix and twelve digits."""
    prefixes = [c[4] for c in tables.CARRIERS]
    return join(words(prefixes, carrier), digits((key + _FIRST) * _SHORT % 10**12, 12))


def shop_names(orders: Orders, encoding: str) -> Column:
    """The shop of each order."""
    offsets = np.cumsum([0] + [len(c.shops) for c in tables.CHANNELS])[:-1]
    names = [shop for channel in tables.CHANNELS for shop in channel.shops]
    return words(names, offsets[orders.channel] + orders.shop, encoding)


def city_names(world: World, orders: Orders, encoding: str) -> Column:
    """The city of each order."""
    sizes = [len(region[2]) for region in world.region_names]
    offsets = np.cumsum([0, *sizes])[:-1]
    cities = [city for region in world.region_names for city in region[2]]
    return words(cities, offsets[orders.region] + orders.city, encoding)


def receivers(world: World, orders: Orders, missing: Whole, encoding: str) -> dict[str, Column]:
    """Name, phone and address of invented receivers; a few are missing, as `missing_field` says."""
    seed = orders.customer * 48_271 % 2_147_483_647
    surname = words(list(tables.SURNAMES), seed % 20, encoding)
    name = join(surname, words(tables.GIVEN_NAMES, seed // 20 % 18, encoding))
    phone = join(words(("138", "139", "150", "177", "186"), seed % 5), digits(seed * 31 % 10**8, 8))
    return {
        "name_ok": blank(name, missing != 1),
        "phone_ok": blank(phone, missing != 2),
        "address_ok": blank(addresses(world, orders, seed, encoding), missing != 3),
    }


def addresses(world: World, orders: Orders, seed: Whole, encoding: str) -> Column:
    """Addresses that do not exist, in places that do."""
    return join(
        words([region[1] for region in world.region_names], orders.region, encoding),
        city_names(world, orders, encoding),
        words(tables.STREETS, seed // 7 % 10, encoding),
        numbers(seed % 880 + 1),
        constant("号", encoding),
        numbers(seed % 30 + 1),
        constant("栋", encoding),
        numbers(seed % 18 + 1),
        constant("0"),
        numbers(seed % 4 + 1),
        constant("室", encoding),
    )


def missing_field(world: World, number: Whole, abroad: Mask) -> Whole:
    """Which personal field of each order was left empty: 0 none, 1 name, 2 phone, 3 address."""
    luck = world.luck.uniform(number, 30)
    return np.where(abroad, 0, np.select([luck < 0.004, luck < 0.011, luck < 0.017], [1, 2, 3], default=0))
