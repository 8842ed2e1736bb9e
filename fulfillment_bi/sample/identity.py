"""Order, parcel and customer numbers as the platforms print them, and receivers who do not exist."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fulfillment_bi.sample import tables
from fulfillment_bi.sample.clock import Times, Whole
from fulfillment_bi.sample.columns import Column, blank, dates, digits, join, words
from fulfillment_bi.sample.demand import Orders
from fulfillment_bi.sample.world import World

# Multipliers without a common factor with ten: running numbers become unique numbers that look random.
_LONG, _SHORT = 86_028_121_367, 7_368_787
_FIRST = 4_391


def order_numbers(channel: Whole, number: Whole, created: Times) -> Column:
    """Order numbers in each platform's form; unique because the running number is."""
    day = pc.strftime(dates(created), format="%y%m%d")
    shifted = number + _FIRST
    spread = shifted * _LONG % 10**15
    tail = shifted * _LONG % 10**14
    forms = [
        digits(4_310_000_000_000_000_000 + spread, 19),
        digits(310_000_000_000 + shifted * _SHORT % 10**10, 12),
        join(day, "-", digits(spread, 15)),
        digits(6_930_000_000_000_000_000 + spread, 19),
        join("#", (10_001 + number).astype(str)),
        join(digits(111 + number % 4, 3), "-", digits(tail // 10**7, 7), "-", digits(tail % 10**7, 7)),
    ]
    made = forms[0]
    for index in range(1, len(forms)):
        made = pc.if_else(pa.array(channel == index), forms[index], made)
    return made


def tracking_numbers(carrier: Whole, key: Whole) -> Column:
    """Parcel numbers: the carrier's prefix and twelve digits."""
    prefixes = [c[4] for c in tables.CARRIERS]
    return join(words(prefixes, carrier), digits((key + _FIRST) * _LONG % 10**12, 12))


def shop_names(orders: Orders) -> Column:
    """The shop of each order."""
    offsets = np.cumsum([0] + [len(c.shops) for c in tables.CHANNELS])[:-1]
    names = [shop for channel in tables.CHANNELS for shop in channel.shops]
    return words(names, offsets[orders.channel] + orders.shop)


def city_names(world: World, orders: Orders) -> Column:
    """The city of each order."""
    sizes = [len(region[2]) for region in world.region_names]
    offsets = np.cumsum([0, *sizes])[:-1]
    return words([city for region in world.region_names for city in region[2]], offsets[orders.region] + orders.city)


def receivers(world: World, orders: Orders, luck: Times) -> dict[str, Column]:
    """Name, phone and address of invented receivers; a few are missing, as `missing_field` says."""
    seed = orders.customer * 48_271 % 2_147_483_647
    name = join(words(list(tables.SURNAMES), seed % 20), words(tables.GIVEN_NAMES, seed // 20 % 18))
    phone = join(words(("138", "139", "150", "177", "186"), seed % 5), digits(seed * 31 % 10**8, 8))
    province = words([region[1] for region in world.region_names], orders.region)
    street = words(tables.STREETS, seed // 7 % 10)
    house = join(
        (seed % 880 + 1).astype(str),
        "号",
        (seed % 30 + 1).astype(str),
        "栋",
        (seed % 18 + 1).astype(str),
        "0",
        (seed % 4 + 1).astype(str),
        "室",
    )
    missing = missing_field(luck)
    address = join(province, city_names(world, orders), street, house)
    return {
        "name_ok": blank(name, missing != 1),
        "phone_ok": blank(phone, missing != 2),
        "address_ok": blank(address, missing != 3),
    }


def missing_field(luck: Times) -> Whole:
    """Which personal field of each order was left empty: 0 none, 1 name, 2 phone, 3 address."""
    return np.select([luck < 0.004, luck < 0.011, luck < 0.017], [1, 2, 3], default=0)
