"""One seeded world: the products, the lanes and the slow swings of every station that all orders share."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fulfillment_bi.sample import tables
from fulfillment_bi.sample.clock import Times, Whole

Numbers = npt.NDArray[np.float64]
_EARTH_KM = 6371.0


@dataclass(frozen=True)
class Products:
    """One row per SKU, most popular first; prices in cents."""

    code: list[str]
    name: list[str]
    english: list[str]
    category: Whole
    brand: Whole
    price: Whole
    cost: Whole
    lead_days: Whole
    pack_size: Whole
    popularity: Numbers  # cumulative share per channel: channels x SKUs


@dataclass(frozen=True)
class World:
    """What does not depend on a single order. Axes: C channels, R regions, W warehouses, K carriers, D days."""

    products: Products
    region_names: list[tuple[str, str, tuple[str, ...]]]  # country, province, cities
    region_share: Numbers  # cumulative, C x R
    warehouse_share: Numbers  # cumulative, R x W
    carrier_share: Numbers  # cumulative, C x R x K
    distance: Numbers  # km, W x R
    warehouse_swing: Numbers  # multiplies work, W x D
    carrier_swing: Numbers  # multiplies transit, K x D
    region_swing: Numbers  # multiplies transit, R x D

    def transit_hours(self, warehouse: Whole, carrier: Whole, region: Whole) -> Times:
        """Usual hours from the first scan to the door on a lane."""
        speed = np.array([c[1] for c in tables.CARRIERS])
        fixed = np.array([c[2] for c in tables.CARRIERS])
        return np.asarray(fixed[carrier] + self.distance[warehouse, region] / speed[carrier])


def build_world(seed: int, skus: int, days: int) -> World:
    """The world of one seed, with `skus` products and swings for `days` days and a margin after them."""
    rng = np.random.default_rng([seed, 1])
    names, share = _regions()
    distance = _distances()
    margin = days + 45
    return World(
        products=_products(rng, skus),
        region_names=names,
        region_share=share,
        warehouse_share=_warehouse_share(distance),
        carrier_share=_carrier_share(),
        distance=distance,
        warehouse_swing=_swings(rng, len(tables.WAREHOUSES), margin, 0.85, 0.22)
        * np.array([w[4] for w in tables.WAREHOUSES])[:, None],
        carrier_swing=_swings(rng, len(tables.CARRIERS), margin, 0.85, 0.07),
        region_swing=_swings(rng, len(names), margin, 0.75, 0.07),
    )


def _swings(rng: np.random.Generator, rows: int, days: int, memory: float, size: float) -> Numbers:
    """Log-normal factors around 1 that remember their yesterday (so that days look alive, not like noise)."""
    steps = rng.standard_normal((days, rows)) * size * np.sqrt(1 - memory**2)
    state = np.zeros((days, rows))
    for day in range(1, days):
        state[day] = memory * state[day - 1] + steps[day]
    return np.asarray(np.exp(state.T))


def _regions() -> tuple[list[tuple[str, str, tuple[str, ...]]], Numbers]:
    names: list[tuple[str, str, tuple[str, ...]]] = [("CN", p[0], p[4]) for p in tables.PROVINCES]
    names += [(a[0], a[1], a[5]) for a in tables.ABROAD]
    home = np.array([p[3] * tables.BUYING_POWER.get(p[0], 1.0) for p in tables.PROVINCES])
    abroad = np.array([a[4] for a in tables.ABROAD], dtype=float)
    rows = [
        np.concatenate([home * 0, abroad]) if channel.is_global else np.concatenate([home, abroad * 0])
        for channel in tables.CHANNELS
    ]
    return names, cumulative(np.array(rows))


def cumulative(weights: Numbers) -> Numbers:
    """Cumulative shares along the last axis, ending at exactly 1."""
    total = np.cumsum(weights, axis=-1)
    shares = total / total[..., -1:]
    shares[..., -1] = 1.0
    return np.asarray(shares)


def pick(shares: Numbers, draws: Numbers) -> Whole:
    """For each draw in [0, 1) the index in its row of cumulative shares (`shares` is one row, or one row per draw)."""
    if shares.ndim == 1:
        return np.searchsorted(shares, draws, side="right").astype(np.int64)
    return np.asarray((draws[:, None] >= shares).sum(axis=1), dtype=np.int64)


def _distances() -> Numbers:
    places = [(p[1], p[2]) for p in tables.PROVINCES] + [(a[2], a[3]) for a in tables.ABROAD]
    there = np.radians(np.array(places))[None, :, :]
    here = np.radians(np.array([(w[1], w[2]) for w in tables.WAREHOUSES]))[:, None, :]
    half = np.sin((there - here) / 2) ** 2
    arc = half[..., 1] + np.cos(there[..., 1]) * np.cos(here[..., 1]) * half[..., 0]
    return np.asarray(2 * _EARTH_KM * np.arcsin(np.sqrt(arc)) + 60.0)


def _warehouse_share(distance: Numbers) -> Numbers:
    size = np.array([w[3] for w in tables.WAREHOUSES])[None, :]
    return cumulative(size * np.exp(-distance.T / 260.0) + size * 0.012)


def _carrier_share() -> Numbers:
    shares = np.array([tables.CARRIER_SHARES[c.name] for c in tables.CHANNELS])[:, None, :]
    lanes = np.repeat(shares, len(tables.PROVINCES) + len(tables.ABROAD), axis=1)
    # 韵达 has the better contract in 广东, so its collapse there is felt.
    guangdong = [p[0] for p in tables.PROVINCES].index("广东省")
    yunda = [c[0] for c in tables.CARRIERS].index("韵达")
    lanes[:, guangdong, yunda] *= 2.6
    return cumulative(lanes)


def _products(rng: np.random.Generator, count: int) -> Products:
    draw = rng.random((8, count))
    weights = np.array([c[1] for c in tables.CATEGORIES], dtype=float)
    category = pick(cumulative(weights), draw[0])
    brand = (draw[1] * len(tables.BRANDS)).astype(np.int64)
    median = np.array([c[2] for c in tables.CATEGORIES], dtype=float)[category]
    yuan = np.maximum(np.round(median * np.exp(0.55 * rng.standard_normal(count))), 6.0)
    price = (yuan * 100).astype(np.int64) - np.where(draw[2] < 0.7, 10, 0)
    names = [_name(rank, int(category[rank]), int(brand[rank]), draw[3:7, rank]) for rank in range(count)]
    rank = np.arange(count, dtype=float)
    zipf = 1.0 / (rank + 9.0)
    taste = np.exp(0.6 * rng.standard_normal((len(tables.CHANNELS), count)))
    return Products(
        code=[_code(rank) for rank in range(count)],
        name=[zh for zh, _ in names],
        english=[en for _, en in names],
        category=category,
        brand=brand,
        price=price,
        cost=(price * (0.45 + 0.2 * draw[7])).astype(np.int64),
        lead_days=(5 + draw[6] * 25).astype(np.int64),
        pack_size=np.array([1, 6, 10, 12, 24])[(draw[5] * 5).astype(np.int64)],
        popularity=cumulative(zipf[None, :] * taste),
    )


def _code(rank: int) -> str:
    """A 13-digit article number with its check digit (invented, in the range for use inside a company)."""
    body = f"2{(rank * 7_919_003 + 48_271_905) % 10**11:011d}"
    check = -sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(body)) % 10
    return f"{body}{check}"


def _name(rank: int, category: int, brand: int, draw: Numbers) -> tuple[str, str]:
    nouns = tables.CATEGORIES[category][3]
    zh_noun, en_noun = nouns[int(draw[0] * len(nouns))]
    style = int(draw[1] * len(tables.STYLES))
    details = tables.CATEGORIES[category][4]
    detail = details[int(draw[2] * len(details))]
    zh = f"{tables.BRANDS[brand]} {tables.STYLES[style]}{zh_noun} {detail}"
    en = f"{tables.BRANDS_ENGLISH[brand]} {en_noun}, {tables.STYLES_ENGLISH[style]}, No. {rank + 101}"
    if draw[3] < 0.02:
        zh = f'【{"】【".join(tables.SELLING_WORDS)}】{zh} "{tables.SELLING_WORDS[rank % 9]}" 顺手买一件,更划算'
    return zh, en
