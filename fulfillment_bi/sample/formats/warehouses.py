"""旺店通 and 菜鸟, as they export what left the warehouse: the hand-overs of the warehouses' own shipping notes."""

from __future__ import annotations

import numpy as np

from fulfillment_bi.sample import tables
from fulfillment_bi.sample.clock import Whole
from fulfillment_bi.sample.exportfile import Columns
from fulfillment_bi.sample.formats import headers
from fulfillment_bi.sample.formats.platform import Slice, export, filled, place_of
from fulfillment_bi.sample.identity import city_names, shop_names, tracking_numbers
from fulfillment_bi.sample.orderfiles import CHANNELS, Pages
from fulfillment_bi.sample.text import Column, constant, digits, join, moments, money, numbers, words

_ZH = "gb18030"
_SERVED = ("jd", "pinduoduo", "douyin")

WANGDIANTONG = export("wdt_outbound.csv", headers.WANGDIANTONG, _ZH)
CAINIAO = export("cainiao_scp_orders.csv", headers.CAINIAO, _ZH)


def wangdiantong_outbound(page: Pages) -> Columns:
    """One row per line that has left, of the channels that 旺店通 serves."""
    rows = _sent(page, _SERVED)
    orders = page.block.orders
    return filled(headers.WANGDIANTONG, {
        "平台": words(CHANNELS, orders.channel[rows.owner]),
        "客户网名": join(constant("tb_"), digits(orders.customer[rows.owner], 10)),
        "订单编号": _document(rows, "JY"),
        "发货时间": moments(page.block.journey.handed[rows.line], page.as_of),
        "付款时间": rows.when(page.found.paid),
        "收货地区": words([r[1] for r in page.world.region_names], orders.region[rows.owner], _ZH),
        "物流单号": _tracking(rows),
        "子单原始单号": rows.number,
        "货品数量": numbers(orders.quantity[rows.line]),
        "货品成交价": money(orders.price[rows.line]),
        "货品名称": words(page.world.products.name, page.block.journey.sku[rows.line], _ZH),
        "商家编码": rows.sku,
        "店铺": shop_names(orders, _ZH).take(rows.owner),
        "物流公司": words([c[0] for c in tables.CARRIERS], orders.carrier[rows.owner], _ZH),
        "仓库": _warehouse(rows),
        "订单类型": constant("网店销售", _ZH),
        "原始子订单号": rows.number,
        "出库单状态": constant("已发货", _ZH),
    })  # fmt: skip


def cainiao_orders(page: Pages) -> Columns:
    """One row per line that has left, of Taobao, with the signature."""
    rows = _sent(page, ("taobao",))
    orders, world = page.block.orders, page.world
    value, _, freight, _ = rows.cents()
    signed = page.found.delivered[rows.line] <= page.as_of
    return filled(headers.CAINIAO, {
        "店铺名称": shop_names(orders, _ZH).take(rows.owner),
        "仓库名称": _warehouse(rows),
        "货到付款": constant("否", _ZH),
        "下单时间": rows.when(orders.created),
        "支付时间": rows.when(page.found.paid),
        "发货时间": moments(page.block.journey.handed[rows.line], page.as_of),
        "签收时间": moments(page.found.delivered[rows.line], page.as_of),
        "状态": words(("运输中", "已签收"), signed.astype(np.int64), _ZH),
        "交易订单号": rows.number,
        "物流订单号": _document(rows, "LP"),
        "快递公司": words([c[0] for c in tables.CARRIERS], orders.carrier[rows.owner], _ZH),
        "运单号": _tracking(rows),
        "省": words([r[1] for r in world.region_names], orders.region[rows.owner], _ZH),
        "市": city_names(world, orders, _ZH).take(rows.owner),
        "订单金额": money(value),
        "快递费用": money(freight),
        "订货数量": numbers(orders.quantity[rows.line]),
        "货品编码": rows.sku,
        "商品名称": words(world.products.name, page.block.journey.sku[rows.line], _ZH),
        "实发数量": numbers(orders.quantity[rows.line]),
    })  # fmt: skip


def _sent(page: Pages, channels: tuple[str, ...]) -> Slice:
    """A row for every line of these channels that has been handed over."""
    orders, journey = page.block.orders, page.block.journey
    mine = np.isin(orders.channel, [place_of(channel) for channel in channels])
    gone = journey.exists & (journey.sent > 0) & (journey.handed <= page.as_of) & ~(journey.given_up <= page.as_of)
    line = np.flatnonzero(mine[orders.line_order] & gone)
    return Slice(page, orders.line_order[line], line)


def _document(rows: Slice, prefix: str) -> Column:
    return join(constant(prefix), digits(_key(rows), 12))


def _tracking(rows: Slice) -> Column:
    return tracking_numbers(rows.page.block.orders.carrier[rows.owner], _key(rows))


def _warehouse(rows: Slice) -> Column:
    warehouse = rows.page.world.products.cell_warehouse[rows.page.block.journey.cell[rows.line]]
    return words([w[0] for w in tables.WAREHOUSES], warehouse, _ZH)


def _key(rows: Slice) -> Whole:
    """The number of each row's parcel."""
    return rows.page.block.orders.number[rows.owner] * 1024 + rows.page.block.journey.slot[rows.line]
