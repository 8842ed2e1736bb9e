"""What every platform's export is made of: some channel's orders of a block, as rows per order or per line."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fulfillment_bi.sample import tables
from fulfillment_bi.sample.clock import Times, Whole
from fulfillment_bi.sample.exportfile import Columns
from fulfillment_bi.sample.identity import missing_field, receivers
from fulfillment_bi.sample.journey import some
from fulfillment_bi.sample.layout import Export
from fulfillment_bi.sample.orderfiles import ABROAD, Pages, amounts
from fulfillment_bi.sample.text import ISO, Column, constant, moments, money, words

BLANK = pa.scalar(None, pa.binary())


@dataclass(frozen=True)
class Slice:
    """One channel's orders of a block (`owner`: order of each row, `line`: line of each row)."""

    page: Pages
    owner: Whole
    line: Whole

    @property
    def number(self) -> Column:
        """Order numbers."""
        return self.page.order_no.take(self.owner)

    def when(self, times: Times, *, form: str = ISO, after: bytes = b"") -> Column:
        """Times of orders."""
        return moments(times[self.owner], self.page.as_of, form=form, after=after)

    def people(self, encoding: str) -> dict[str, Column]:
        """Receiver, address and phone (two ways) of each row's order; nobody of this name lives there."""
        orders, world = self.page.block.orders, self.page.world
        chosen = np.zeros(orders.count, dtype=bool)
        chosen[self.owner] = True
        mine = some(orders, chosen, chosen[orders.line_order])
        row = (np.cumsum(chosen) - 1)[self.owner]
        found = receivers(world, mine, missing_field(world, mine.number, ABROAD[mine.channel]), encoding)
        phone = found["phone_ok"].take(row)
        return {
            "收货人": found["name_ok"].take(row),
            "收货地址": found["address_ok"].take(row),
            "联系电话": phone,
            "联系手机": pc.binary_join_element_wise(constant("'"), phone, constant("")),
        }

    def status(self, choices: tuple[str, ...], encoding: str = "utf-8") -> Column:
        """The status of each row's order in the platform's words, in the order of `record.STATUSES`."""
        return words(choices, self.page.found.status[self.owner], encoding)

    def cents(self) -> tuple[Whole, Whole, Whole, Whole]:
        """Value, goods, freight and discount of each row's order, in cents."""
        goods, freight, discount = (part[self.owner] for part in amounts(self.page.block))
        return goods + freight - discount, goods, freight, discount

    def line_value(self) -> Column:
        """Price of all units of each row's line."""
        orders = self.page.block.orders
        return money(orders.price[self.line] * orders.quantity[self.line])

    @property
    def sku(self) -> Column:
        """Article numbers."""
        return words(self.page.world.products.code, self.page.block.journey.sku[self.line])


def by_line(page: Pages, channel: str) -> Slice:
    """A row for every line of the channel's orders."""
    orders = page.block.orders
    mine = orders.channel == place_of(channel)
    line = np.flatnonzero(mine[orders.line_order] & page.block.journey.exists)
    return Slice(page, orders.line_order[line], line)


def by_order(page: Pages, channel: str) -> Slice:
    """A row for every order of the channel, with its first line."""
    found = by_line(page, channel)
    first = np.diff(found.owner, prepend=-1) != 0
    return Slice(page, found.owner[first], found.line[first])


def place_of(channel: str) -> int:
    """The number of a channel."""
    return [c.name for c in tables.CHANNELS].index(channel)


def filled(headers: tuple[str, ...], cells: Columns) -> Columns:
    """All columns of a file: those given, the others blank."""
    unknown = cells.keys() - set(headers)
    if unknown:
        raise KeyError(*unknown)
    return {header: cells.get(header, BLANK) for header in headers}


def dashed(column: Column) -> Column:
    """The column with a dash for nothing."""
    return pc.fill_null(column, b"-")


def export(name: str, header: tuple[str, ...], encoding: str, newline: str = "\r\n", quote: str = "") -> Export:
    """The layout of one platform's order file."""
    return Export(name, "orders", encoding, {cell: cell for cell in header}, newline=newline, quote=quote)
