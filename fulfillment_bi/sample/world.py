"""One seeded world: the products, the lanes and the slow swings of every station that all orders share."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from fulfillment_bi.sample import tables
from fulfillment_bi.sample.clock import Times, Whole
from fulfillment_bi.sample.luck import Luck
from fulfillment_bi.sample.products import Numbers, Products, Suppliers, make_products, make_suppliers

__all__ = ["Numbers", "World", "build_world", "cumulative", "lookup", "pick"]

Small = npt.NDArray[np.int16]
_EARTH_KM = 6371.0
_BINS = 4096
MARGIN_DAYS = 45  # swings and capacities go on for so long after the window


@dataclass(frozen=True)
class World:
    """What does not depend on a single order. Axes: C channels, R regions, W warehouses, K carriers, D days."""

    luck: Luck
    products: Products
    suppliers: Suppliers
    region_names: list[tuple[str, str, tuple[str, ...]]]  # country, province, cities
    region_share: Numbers  # cumulative, C x R
    warehouse_share: Numbers  # cumulative, R x W
    carrier_share: Numbers  # cumulative, C x R x K
    distance: Numbers  # km, W x R
    warehouse_swing: Numbers  # multiplies work, W x D
    carrier_swing: Numbers  # multiplies transit, K x D
    region_swing: Numbers  # multiplies transit, R x D

    @cached_property
    def usual_hours(self) -> Numbers:
        """Usual hours from the first scan to the door: W x K x R."""
        speed = np.array([c[1] for c in tables.CARRIERS])[None, :, None]
        fixed = np.array([c[2] for c in tables.CARRIERS])[None, :, None]
        return np.asarray(fixed + self.distance[:, None, :] / speed)

    def transit_hours(self, warehouse: Whole, carrier: Whole, region: Whole) -> Times:
        """Usual hours from the first scan to the door on a lane."""
        return np.asarray(self.usual_hours[warehouse, carrier, region])

    @cached_property
    def region_table(self) -> Small:
        """Region by channel and draw (see `lookup`)."""
        return lookup(self.region_share)

    @cached_property
    def warehouse_table(self) -> Small:
        """Warehouse by region and draw."""
        return lookup(self.warehouse_share)

    @cached_property
    def carrier_table(self) -> Small:
        """Carrier by channel, region and draw."""
        return lookup(self.carrier_share)

    @cached_property
    def hub_of_region(self) -> Whole:
        """Index into `tables.HUBS` of the nearest hub of each region."""
        return np.asarray(np.argmin(self.distance[list(tables.HUBS)], axis=0), dtype=np.int64)

    @cached_property
    def warehouse_load(self) -> Numbers:
        """Share of all orders that each warehouse is asked first."""
        weights = np.array([c.weight for c in tables.CHANNELS])
        regions = np.diff(self.region_share, axis=1, prepend=0.0)
        places = np.diff(self.warehouse_share, axis=1, prepend=0.0)
        return np.asarray((weights / weights.sum()) @ regions @ places)

    @cached_property
    def hub_load(self) -> Numbers:
        """Share of all orders whose nearest hub is each hub."""
        weights = np.array([c.weight for c in tables.CHANNELS])
        regions = (weights / weights.sum()) @ np.diff(self.region_share, axis=1, prepend=0.0)
        return np.bincount(self.hub_of_region, weights=regions, minlength=len(tables.HUBS)).astype(np.float64)


def build_world(seed: int, skus: int, days: int) -> World:
    """The world of one seed, with `skus` products and swings for `days` days and a margin after them."""
    rng = np.random.default_rng([seed, 1])
    names, share = _regions()
    distance = _distances()
    margin = days + MARGIN_DAYS
    return World(
        luck=Luck(seed),
        products=make_products(rng, skus),
        suppliers=make_suppliers(rng),
        region_names=names,
        region_share=share,
        warehouse_share=_warehouse_share(distance),
        carrier_share=_carrier_share(),
        distance=distance,
        warehouse_swing=_swings(rng, len(tables.WAREHOUSES), margin, 0.85, 0.16)
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
    """For each draw in [0, 1) its index in one row of cumulative shares."""
    return np.searchsorted(shares, draws, side="right").astype(np.int64)


def lookup(shares: Numbers) -> Small:
    """Cumulative shares (... x n) as a table (... x bins) of indices, so that a draw costs one look-up.

    Use: `table[row, in_bins(draw)]`. Shares are rounded to whole bins.
    """
    flat = shares.reshape(-1, shares.shape[-1])
    middles = (np.arange(_BINS) + 0.5) / _BINS
    rows = [np.searchsorted(row, middles, side="right") for row in flat]
    return np.array(rows, dtype=np.int16).reshape(*shares.shape[:-1], _BINS)


def in_bins(draws: Numbers) -> Whole:
    """The bin of each draw, for `lookup`."""
    return np.asarray(draws * _BINS, dtype=np.int64)


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
    shares = np.array([tables.CARRIER_SHARES.get(c.name, tables.ABROAD_SHARE) for c in tables.CHANNELS])[:, None, :]
    lanes = np.repeat(shares, len(tables.PROVINCES) + len(tables.ABROAD), axis=1)
    # 韵达 has the better contract in 广东, so its collapse there is felt.
    guangdong = [p[0] for p in tables.PROVINCES].index("广东省")
    yunda = [c[0] for c in tables.CARRIERS].index("韵达")
    lanes[:, guangdong, yunda] *= 2.6
    return cumulative(lanes)
