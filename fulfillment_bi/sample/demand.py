"""When, where and what customers order: the calendar of volumes, and the orders of one block of days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

from fulfillment_bi.sample import tables
from fulfillment_bi.sample.clock import DAY, HOUR, Mask, Times, Whole, midnight
from fulfillment_bi.sample.world import Numbers, World, cumulative, pick

BLOCK_ORDERS = 20_000
PROMOTIONS = ((11, 11, "双11", "Double 11"), (6, 18, "618", "618"))
AS_OF_HOUR = 18
_QUANTITIES = cumulative(np.array([0.82, 0.115, 0.035, 0.012, 0.008, 0.004, 0.002, 0.002, 0.001, 0.001]))
_SPREADER = 2_654_435_761  # odd, so multiplying by it is a bijection modulo a power of two


@dataclass(frozen=True)
class Calendar:
    """The simulated window and how many orders are created on each of its days."""

    start: date
    end: date
    as_of: float
    promotion: date | None
    promotion_name: tuple[str, str]
    counts: Whole
    as_of_hour: int

    @property
    def days(self) -> int:
        """Length of the window in days, both ends included."""
        return len(self.counts)

    def load(self) -> Numbers:
        """Work of each day relative to an ordinary day, smoothed over three days, with a margin after the end."""
        smooth = np.convolve(self.counts, (0.5, 0.3, 0.2))[: self.days]
        return np.asarray(np.concatenate([smooth / np.median(self.counts), np.ones(45)]))


@dataclass(frozen=True)
class Orders:
    """One block of orders (arrays of n) and its lines (arrays of m, `line_order` ascending)."""

    number: Whole  # running number over the whole sample
    created: Times
    channel: Whole
    shop: Whole
    region: Whole
    city: Whole
    customer: Whole
    presale_seconds: Times  # 0 unless sold before it can ship
    line_order: Whole
    line_no: Whole
    sku: Whole
    quantity: Whole
    price: Whole  # cents

    @property
    def count(self) -> int:
        """Number of orders."""
        return len(self.number)


def plan(seed: int, orders: int, days: int, end: date, as_of_hour: int = AS_OF_HOUR) -> Calendar:
    """Spread `orders` over `days` days up to `end`: growth, paydays, one promotion, days that remember each other."""
    start = end - timedelta(days=days - 1)
    promotion, name = _promotion(start, end)
    rng = np.random.default_rng([seed, 2])
    weights = np.ones(days)
    mood = 0.0
    for index in range(days):
        day = start + timedelta(days=index)
        mood = 0.7 * mood + 0.05 * float(rng.standard_normal())
        weights[index] = (1 + 0.25 * index / days) * np.exp(mood) * _payday(day)
        if promotion is not None:
            weights[index] *= _lift((day - promotion).days)
    weights[-1] *= 0.06 + 0.94 * as_of_hour / 24  # the last day ends at the as-of moment
    edges = np.round(cumulative(weights) * orders).astype(np.int64)
    counts = np.diff(np.concatenate([[0], edges]))
    return Calendar(start, end, midnight(end) + as_of_hour * HOUR, promotion, name, counts, as_of_hour)


def _promotion(start: date, end: date) -> tuple[date | None, tuple[str, str]]:
    """A real shopping festival if the window holds one with room after it, else the house's own sale."""
    if (end - start).days < 13:
        return None, ("", "")
    for month, day, zh, en in PROMOTIONS:
        for year in (start.year, end.year):
            candidate = date(year, month, day)
            if start + timedelta(days=7) <= candidate <= end - timedelta(days=9):
                return candidate, (zh, en)
    back = min(34, (end - start).days * 2 // 5)
    return end - timedelta(days=back), ("店庆大促", "Anniversary sale")


def _payday(day: date) -> float:
    return 1.12 if day.day >= 25 or day.day <= 2 else (1.06 if 10 <= day.day <= 15 else 0.97)


def _lift(days_after: int) -> float:
    around = {-3: 0.92, -2: 0.82, -1: 0.66, 0: 4.6, 1: 2.0, 2: 1.3, 3: 1.05, 4: 0.85, 5: 0.85, 6: 0.9}
    return around.get(days_after, 1.0)


def blocks(calendar: Calendar) -> list[tuple[int, int]]:
    """Consecutive days, first and one past the last, with about `BLOCK_ORDERS` orders (one day at least)."""
    found: list[tuple[int, int]] = []
    first, held = 0, 0
    for index, count in enumerate(calendar.counts.tolist()):
        if index > first and held + count > BLOCK_ORDERS:
            found.append((first, index))
            first, held = index, 0
        held += count
    found.append((first, calendar.days))
    return found


def orders_of(world: World, calendar: Calendar, seed: int, first: int, last: int) -> Orders:
    """The orders created on days `first` up to but not including `last`, in the order of their creation."""
    rng = np.random.default_rng([seed, 3, first])
    counts = calendar.counts[first:last]
    day = np.repeat(np.arange(first, last), counts)
    total = len(day)
    draw = rng.random((9, total))
    channel = _channels(calendar, day, draw[0])
    second = _moments(calendar, day, channel, draw[1])
    order = np.argsort(second, kind="stable")
    channel, second = channel[order], second[order]
    created = midnight(calendar.start) + second
    if last == calendar.days and total:
        created[-1] = calendar.as_of  # the export is made at this moment: its newest event
    region = pick(world.region_share[channel], draw[2])
    cities = np.array([len(names[2]) for names in world.region_names])
    shops = np.array([len(c.shops) for c in tables.CHANNELS])
    # A few customers buy often, most once.
    pool = max(int(calendar.counts.sum() * 0.7), 1)
    abroad = np.array([c.is_global for c in tables.CHANNELS])[channel]
    lines = _lines(world, channel, draw[7], rng)
    return Orders(
        number=int(calendar.counts[:first].sum()) + np.arange(total, dtype=np.int64),
        created=created,
        channel=channel,
        shop=(draw[3] ** 1.5 * shops[channel]).astype(np.int64),
        region=region,
        city=(draw[4] ** 1.6 * cities[region]).astype(np.int64),
        customer=(pool * draw[5] ** 1.35).astype(np.int64) * _SPREADER % 2**32,
        presale_seconds=np.where((draw[6] < 0.015) & ~abroad, np.ceil((2 + 4 * draw[8]) * DAY), 0.0),
        line_order=lines[0],
        line_no=lines[1],
        sku=lines[2],
        quantity=lines[3],
        price=lines[4],
    )


def _channels(calendar: Calendar, day: Whole, draw: npt.NDArray[np.float64]) -> Whole:
    weekday = (calendar.start.weekday() + np.arange(calendar.days)) % 7
    weekend = np.where(weekday >= 5, 1.0, 0.0)[:, None]
    weights = np.array([c.weight for c in tables.CHANNELS])[None, :]
    factor = 1 + weekend * (np.array([c.weekend for c in tables.CHANNELS])[None, :] - 1)
    shares = cumulative(weights * factor)
    return pick(shares[day], draw)


def _moments(calendar: Calendar, day: Whole, channel: Whole, draw: npt.NDArray[np.float64]) -> Times:
    """Seconds since the window's first midnight; on the last day nothing after the as-of hour."""
    hours = np.array([c.hours for c in tables.CHANNELS])
    usual = cumulative(hours)
    sale_hours = np.zeros(24)
    sale_hours[[0, 1, 20, 21, 22]] = 9.0, 3.6, 9.0, 9.0, 9.0
    rush = cumulative(hours + sale_hours)
    short = cumulative(np.where(np.arange(24) < calendar.as_of_hour, hours, 0.0))
    promoted = day == ((calendar.promotion - calendar.start).days if calendar.promotion else -1)
    is_last: Mask = day == calendar.days - 1
    shares = np.where(is_last[:, None], short[channel], np.where(promoted[:, None], rush[channel], usual[channel]))
    hour = pick(shares, draw)
    before = np.where(hour > 0, np.take_along_axis(shares, np.maximum(hour - 1, 0)[:, None], axis=1)[:, 0], 0.0)
    width = np.take_along_axis(shares, hour[:, None], axis=1)[:, 0] - before
    within = np.clip((draw - before) / width, 0.0, 0.999999)
    return np.asarray(day * DAY + hour * HOUR + np.floor(within * HOUR))


def _lines(
    world: World, channel: Whole, draw: npt.NDArray[np.float64], rng: np.random.Generator
) -> tuple[Whole, Whole, Whole, Whole, Whole]:
    extra = np.array([c.extra_lines for c in tables.CHANNELS])[channel]
    more = np.floor(np.log1p(-draw) / np.log(extra / (1 + extra)))
    size = 1 + np.minimum(more, 11).astype(np.int64)
    owner = np.repeat(np.arange(len(channel)), size)
    starts = np.cumsum(size) - size
    number = np.arange(len(owner)) - starts[owner] + 1
    chance = rng.random((3, len(owner)))
    sku = np.zeros(len(owner), dtype=np.int64)
    for index in range(len(tables.CHANNELS)):
        mine = channel[owner] == index
        sku[mine] = pick(world.products.popularity[index], chance[0][mine])
    discount = np.where(chance[2] < 0.25, 90, 100)
    return owner, number, sku, pick(_QUANTITIES, chance[1]) + 1, world.products.price[sku] * discount // 100
