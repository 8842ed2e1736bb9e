"""Taobao, JD, Pinduoduo and Douyin, as their seller centres export them."""

from __future__ import annotations

import numpy as np

from fulfillment_bi.sample import tables
from fulfillment_bi.sample.exportfile import Columns
from fulfillment_bi.sample.formats import headers
from fulfillment_bi.sample.formats.platform import by_line, by_order, dashed, export, filled, place_of
from fulfillment_bi.sample.orderfiles import Pages
from fulfillment_bi.sample.state import CUSTOMER
from fulfillment_bi.sample.text import constant, digits, join, money, numbers, words

_ZH = "gb18030"
_TAOBAO = (
    "等待买家付款", "买家已付款，等待卖家发货",
    "买家已付款，等待卖家发货", "卖家已发货，等待买家确认", "交易成功", "交易关闭",
)  # fmt: skip
_JD = ("等待付款", "等待出库", "等待出库", "等待确认收货", "完成", "已取消")
_PINDUODUO = ("待支付", "待发货", "待发货", "已发货，待签收", "已签收", "已取消")
_DOUYIN = ("待支付", "待发货", "待发货", "已发货", "已完成", "已关闭")


_SHOPS = tables.CHANNELS[place_of("taobao")].shops
TAOBAO_ORDERS = export("ExportOrderList.csv", headers.ORDER_LIST, _ZH, quote='"')
TAOBAO_DETAILS = export("ExportOrderDetailList.csv", headers.DETAIL_LIST, _ZH, quote='"')
JD = export("jd_orders.csv", headers.JD, _ZH)
PINDUODUO = export("pdd_orders_export.csv", headers.PINDUODUO, "utf-8-sig")
DOUYIN = export("douyin_orders.csv", headers.DOUYIN, "utf-8-sig", "\n")


def taobao_orders(page: Pages) -> Columns:
    """One row per order; ids as `="..."`, phones behind an apostrophe, trailing blanks in the header."""
    rows = by_order(page, "taobao")
    orders = page.block.orders
    value, goods, freight, _ = rows.cents()
    people = rows.people(_ZH)
    phone = people["联系手机"]
    by_customer = page.found.cancelled_by[rows.owner] == CUSTOMER
    return filled(headers.ORDER_LIST, {
        "订单编号": join(constant('=""'), rows.number, constant('""')),
        "买家会员名": join(constant("tb_"), digits(orders.customer[rows.owner], 10)),
        "买家应付货款": money(goods),
        "买家应付邮费": money(freight),
        "总金额": money(value),
        "买家实际支付金额": money(value),
        "订单状态": rows.status(_TAOBAO, _ZH),
        "收货人姓名": people["收货人"],
        "收货地址 ": people["收货地址"],
        "运送方式": constant("快递", _ZH),
        "联系手机": phone,
        "订单创建时间": rows.when(orders.created),
        "订单付款时间 ": rows.when(page.found.paid),
        "宝贝标题 ": words(page.world.products.name, page.block.journey.sku[rows.line], _ZH, quoted=True),
        "宝贝种类 ": constant("1"),
        "店铺Id": constant("0"),
        "店铺名称": words(_SHOPS, orders.shop[rows.owner], _ZH),
        "订单关闭原因": words(("订单未关闭", "买家误拍或不想买了"), by_customer.astype(np.int64), _ZH),
        "卖家服务费": constant("0元", _ZH),
        "买家服务费": constant("0元", _ZH),
        "是否手机订单": constant("手机订单", _ZH),
    })  # fmt: skip


def taobao_details(page: Pages) -> Columns:
    """One row per line; the text `null` where there is nothing."""
    rows = by_line(page, "taobao")
    orders = page.block.orders
    return filled(headers.DETAIL_LIST, {
        "订单编号": join(constant('=""'), rows.number, constant('""')),
        "标题": words(page.world.products.name, page.block.journey.sku[rows.line], _ZH, quoted=True),
        "价格": money(orders.price[rows.line]),
        "购买数量": numbers(orders.quantity[rows.line]),
        "外部系统编号": rows.sku,
        "套餐信息": constant("null"),
        "备注": constant("null"),
        "订单状态": rows.status(_TAOBAO, _ZH),
        "商家编码": rows.sku,
    })  # fmt: skip


def jd_orders(page: Pages) -> Columns:
    """One row per line, the order's money on every one of them."""
    rows = by_line(page, "jd")
    orders = page.block.orders
    value, goods, freight, _ = rows.cents()
    people = rows.people(_ZH)
    return filled(headers.JD, {
        "订单号": rows.number,
        "商品ID": rows.sku,
        "商品名称": words(page.world.products.name, page.block.journey.sku[rows.line], _ZH),
        "订购数量": numbers(orders.quantity[rows.line]),
        "支付方式": constant("在线支付", _ZH),
        "下单时间": rows.when(orders.created),
        "京东价": money(orders.price[rows.line]),
        "订单金额": money(value),
        "结算金额": money(goods),
        "余额支付": constant("0.00"),
        "应付金额": money(value),
        "订单状态": rows.status(_JD, _ZH),
        "订单类型": constant("销售订单", _ZH),
        "下单帐号": join(constant("tb_"), digits(orders.customer[rows.owner], 10)),
        "客户姓名": people["收货人"],
        "客户地址": people["收货地址"],
        "联系电话": people["联系电话"],
        "发票类型": constant("不开发票", _ZH),
        "商家备注等级（等级1-5为由高到低）": constant("0"),
        "运费金额": money(freight),
        "付款确认时间": rows.when(page.found.paid),
        "订单完成时间": rows.when(page.block.verdict.signed),
        "订单来源": constant("APP"),
    })  # fmt: skip


def pinduoduo_orders(page: Pages) -> Columns:
    """One row per order, which has one SKU."""
    rows = by_order(page, "pinduoduo")
    orders = page.block.orders
    value, goods, freight, discount = rows.cents()
    return filled(headers.PINDUODUO, {
        "订单成交时间": rows.when(orders.created),
        "商品": words(page.world.products.name, page.block.journey.sku[rows.line]),
        "订单号": rows.number,
        "订单状态": rows.status(_PINDUODUO),
        "商品总价(元)": rows.line_value(),
        "邮费(元)": money(freight),
        "店铺优惠折扣(元)": money(discount),
        "平台优惠折扣(元)": constant("0"),
        "多多支付立减金额(元)": constant("0"),
        "用户实付金额(元)": money(value),
        "商家实收金额(元)": money(goods),
        "商品数量(件)": numbers(orders.quantity[rows.line]),
        "商品id": digits(754_299_520_000 + page.block.journey.sku[rows.line], 12),
        "样式ID": rows.sku,
        "商家编码-规格维度": rows.sku,
        "商家编码-商品维度": rows.sku,
        "售后状态": constant("无售后或售后取消"),
    })  # fmt: skip


def douyin_orders(page: Pages) -> Columns:
    """One row per sub-order; ids behind a tab in quotes, people encrypted by the platform, `-` for nothing."""
    rows = by_line(page, "douyin")
    orders = page.block.orders
    _, _, freight, _ = rows.cents()
    behind, end = constant('"\t'), constant('"')
    return filled(headers.DOUYIN, {
        "主订单编号": join(behind, rows.number, end),
        "子订单编号": join(behind, rows.number, numbers(orders.line_no[rows.line]), end),
        "选购商品": words(page.world.products.name, page.block.journey.sku[rows.line]),
        "商品规格": constant('"\t默认"'),
        "商品数量": numbers(orders.quantity[rows.line]),
        "商家编码": join(behind, rows.sku, end),
        "订单应付金额": rows.line_value(),
        "运费": money(freight),
        "收件人": constant("##aGVsbG8="),
        "收件人手机号": constant("$$MTM4="),
        "详细地址": constant("##d29ybGQ="),
        "订单提交时间": rows.when(orders.created),
        "支付完成时间": dashed(rows.when(page.found.paid)),
        "商家备注": constant("-"),
        "订单完成时间": dashed(rows.when(page.block.verdict.signed)),
        "订单状态": rows.status(_DOUYIN),
        "售后状态": constant("-"),
        "取消原因": constant("-"),
        "发货时间": constant("-"),
        "平台实际承担优惠金额": constant("0.00"),
        "商家实际承担优惠金额": constant("0.00"),
        "达人实际承担优惠金额": constant("0.00"),
    })  # fmt: skip
