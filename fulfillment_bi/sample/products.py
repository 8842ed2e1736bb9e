"""What the retailer sells: products with their seasons, their suppliers, and where each is held."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from fulfillment_bi.sample import tables
from fulfillment_bi.sample.clock import Mask, Whole
from fulfillment_bi.sample.text import Choices

Numbers = npt.NDArray[np.float64]
EVERYWHERE, HUBS, ONE_HUB = 0, 1, 2
_HEAD, _MIDDLE, _TAIL = 0.12, 0.40, 0.60


@dataclass(frozen=True)
class Products:
    """One row per SKU, most popular first; prices in cents."""

    code: Choices
    name: Choices
    english: Choices
    category: Whole
    brand: Whole
    price: Whole
    cost: Whole
    pack_size: Whole
    supplier: Whole
    weight: Numbers  # popularity per channel: channels x SKUs, not normalised
    spread: Whole  # EVERYWHERE, HUBS or ONE_HUB: in how many warehouses it is held
    home: Whole  # the hub that holds it, of those held in one
    first_cell: Whole  # index of its first stock cell; a cell is one SKU in one warehouse

    @property
    def count(self) -> int:
        """Number of SKUs."""
        return len(self.code)

    @cached_property
    def cell_sku(self) -> Whole:
        """The SKU of each stock cell."""
        return np.repeat(np.arange(self.count), self._cells)

    @cached_property
    def cell_warehouse(self) -> Whole:
        """The warehouse of each stock cell."""
        place = np.arange(len(self.cell_sku)) - self.first_cell[self.cell_sku]
        spread = self.spread[self.cell_sku]
        hub = np.array(tables.HUBS)[np.minimum(place, len(tables.HUBS) - 1)]
        return np.asarray(np.select([spread == EVERYWHERE, spread == HUBS], [place, hub], self.home[self.cell_sku]))

    @cached_property
    def intermittent(self) -> Mask:
        """SKUs of the tail, which are asked for in some weeks only."""
        return np.arange(self.count) >= self.count * _TAIL

    @cached_property
    def substitute(self) -> Whole:
        """What a customer takes instead: the most popular other SKU of the category that is held everywhere."""
        found = np.zeros(self.count, dtype=np.int64)
        for category in range(len(tables.CATEGORIES)):
            mine = np.flatnonzero(self.category == category)
            if len(mine):
                found[mine] = mine[0]
                found[mine[0]] = mine[min(1, len(mine) - 1)]
        return found

    @property
    def _cells(self) -> Whole:
        return np.array([len(tables.WAREHOUSES), len(tables.HUBS), 1])[self.spread]

    def cells(self, sku: Whole, warehouse: Whole, hub: Whole) -> Whole:
        """The stock cell that serves each line: its order's warehouse, else its hub (0, 1, 2), else its only place."""
        place = np.select([self.spread[sku] == EVERYWHERE, self.spread[sku] == HUBS], [warehouse, hub], 0)
        return np.asarray(self.first_cell[sku] + place)


def make_products(rng: np.random.Generator, count: int) -> Products:
    """`count` invented products."""
    draw = rng.random((8, count))
    weights = np.array([c[1] for c in tables.CATEGORIES], dtype=float)
    shares = np.cumsum(weights / weights.sum())
    category = np.minimum(np.searchsorted(shares, draw[0], side="right"), len(weights) - 1).astype(np.int64)
    category[: len(weights)] = np.arange(len(weights))  # every category has a best-seller
    brand = (draw[1] * len(tables.BRANDS)).astype(np.int64)
    median = np.array([c[2] for c in tables.CATEGORIES], dtype=float)[category]
    yuan = np.maximum(np.round(median * np.exp(0.55 * rng.standard_normal(count))), 6.0)
    price = (yuan * 100).astype(np.int64) - np.where(draw[2] < 0.7, 10, 0)
    names = [_name(rank, int(category[rank]), int(brand[rank]), draw[3:7, rank]) for rank in range(count)]
    rank = np.arange(count, dtype=float)
    taste = np.exp(0.6 * rng.standard_normal((len(tables.CHANNELS), count)))
    spread = np.select([rank < max(count * _HEAD, len(weights)), rank < count * _MIDDLE], [EVERYWHERE, HUBS], ONE_HUB)
    cells = np.array([len(tables.WAREHOUSES), len(tables.HUBS), 1])[spread]
    suppliers = len(SUPPLIERS)
    return Products(
        code=Choices(_code(place) for place in range(count)),
        name=Choices(zh for zh, _ in names),
        english=Choices(en for _, en in names),
        category=category,
        brand=brand,
        price=price,
        cost=(price * (0.45 + 0.2 * draw[7])).astype(np.int64),
        pack_size=np.array([1, 2, 5, 6, 10])[(draw[5] * 5).astype(np.int64)],
        supplier=(category * suppliers // len(weights) + (draw[6] * 4).astype(np.int64)) % suppliers,
        weight=taste / (rank + 9.0)[None, :],
        spread=spread,
        home=np.array(tables.HUBS)[(draw[5] * 997 % 1 * len(tables.HUBS)).astype(np.int64)],
        first_cell=np.cumsum(cells) - cells,
    )


SUPPLIERS = tuple(f"{place}{word}供应链有限公司" for place in tables.SUPPLIER_PLACES for word in tables.SUPPLIER_WORDS)


@dataclass(frozen=True)
class Suppliers:
    """One row per supplier: how long it usually takes, how it spreads, how often it delivers in parts or rejects."""

    lead_days: Numbers
    spread: Numbers
    confirm_hours: Numbers
    partial: Numbers
    rejected: Numbers


def make_suppliers(rng: np.random.Generator) -> Suppliers:
    """The suppliers' habits."""
    draw = rng.random((5, len(SUPPLIERS)))
    return Suppliers(
        lead_days=np.round(4 + 8 * draw[0]),
        spread=0.05 + 0.25 * draw[1] ** 2,
        confirm_hours=1 + 30 * draw[2] ** 2,
        partial=0.05 + 0.2 * draw[3],
        rejected=0.002 + 0.02 * draw[4] ** 2,
    )


def season(day_of_year: int) -> Numbers:
    """Factor on each category's demand on a day of the year."""
    angle = [2 * np.pi * (day_of_year - 30.4 * month + 15) / 365.25 for _, month, _ in tables.SEASONS]
    return np.array([1 + size * np.cos(turn) for turn, (_, _, size) in zip(angle, tables.SEASONS, strict=True)])


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
