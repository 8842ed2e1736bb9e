"""The ways to split and to filter, and which tables carry each.

Attributes of lines (sku, category, brand) split lines only; as a filter on orders they keep the orders that contain
such a line. Attributes of orders filter everything that belongs to an order.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from fulfillment_bi.metrics.attributes import SERVICE_ATTRIBUTES, attribute
from fulfillment_bi.metrics.attributes_causes import CAUSE_ATTRIBUTES
from fulfillment_bi.metrics.attributes_stock import STOCK_ATTRIBUTES
from fulfillment_bi.metrics.attributes_systems import SYSTEM_ATTRIBUTES
from fulfillment_bi.metrics.catalog.facts import (
    FACTS,
    ISSUE,
    LINE,
    ORDER,
    PURCHASE,
    STAGE,
    STOCK_BATCH,
    STOCK_COUNT,
    STOCK_DAY,
    STOCK_ITEM,
    SUPPLIER,
    SUPPLY,
)
from fulfillment_bi.metrics.catalog.facts_causes import BUDGET, CAUSE, OPEN, SHORT
from fulfillment_bi.metrics.catalog.facts_service import AFTER_SALE
from fulfillment_bi.metrics.types import Dimension, Text

EVERYWHERE = tuple(FACTS)
OF_ORDERS = tuple(name for name, fact in FACTS.items() if fact.of_order)
OF_STOCK = (STOCK_DAY.name, STOCK_ITEM.name, STOCK_BATCH.name, STOCK_COUNT.name)
OF_SKUS = (LINE.name, *OF_STOCK, PURCHASE.name, SUPPLY.name, AFTER_SALE.name, SHORT.name)
OF_SUPPLIERS = (PURCHASE.name, SUPPLY.name, SUPPLIER.name, CAUSE.name, SHORT.name)
STAGES = ("pay", "review", "allocate", "pick", "pack", "ship", "pickup", "deliver")
BUCKETS = ("overdue", "0-2", "2-6", "6-12", "12-24", ">24", "none")


def _member(
    name: str,
    label: Text,
    definition: Text,
    *,
    facts: tuple[str, ...] = OF_ORDERS,
    of: str = "",
    parent: str = "",
    search: tuple[str, ...] = (),
) -> Dimension:
    """A dimension whose members are listed in the table of `of` (itself unless it is an attribute of another)."""
    owner = of or name
    return Dimension(
        name,
        label,
        definition,
        facts,
        column=f"{owner}_id",
        table=f"dim_{owner}",
        member=name,
        parent=parent,
        search=search,
    )


def _sku_class(name: str, label: Text, definition: Text, members: tuple[str, ...]) -> Dimension:
    """A class of SKUs, kept beside them: it follows from what was sold."""
    return Dimension(
        name, label, definition, OF_SKUS, column="sku_id", table="dim_sku_class", member=name, members=members
    )


def _calendar(
    name: str,
    label: Text,
    definition: Text,
    expression: str,
    *,
    parent: str = "",
    members: tuple[str, ...] = (),
    type: Literal["text", "date", "integer"] = "text",
    moves: bool = True,
) -> Dimension:
    return Dimension(
        name,
        label,
        definition,
        EVERYWHERE,
        expression=expression,
        parent=parent,
        members=members,
        type=type,
        moves=moves,
    )


_ORDERS = (ORDER.name,)

_ALL = (
    _member("channel", Text("渠道", "Channel"), Text("下单的平台或渠道。", "The platform the order came from.")),
    _member(
        "shop",
        Text("店铺", "Shop"),
        Text("店铺或卖家；一单多店为 several。", "Shop or seller; 'several' when an order has more than one."),
        parent="channel",
        search=("name",),
    ),
    _member(
        "region",
        Text("地区", "Region"),
        Text("收货省份或州。", "Province or state of delivery."),
        parent="country",
    ),
    _member("country", Text("国家", "Country"), Text("收货国家。", "Country of delivery."), of="region"),
    _member(
        "warehouse",
        Text("仓库", "Warehouse"),
        Text(
            "发货、存货或收货的仓库；一单多仓为 several。",
            "Warehouse that ships, holds or receives; 'several' when an order has more than one.",
        ),
        facts=(*OF_ORDERS, *OF_STOCK, PURCHASE.name),
    ),
    _member(
        "carrier",
        Text("承运商", "Carrier"),
        Text("承运商；一单多家为 several。", "Carrier; 'several' when an order has more than one."),
    ),
    _member(
        "sku",
        Text("商品", "SKU"),
        Text("商品编码（按行）。", "Stock-keeping unit, of the line."),
        facts=OF_SKUS,
        parent="category",
        search=("product_name",),
    ),
    _member(
        "category",
        Text("品类", "Category"),
        Text("商品品类（按行）。", "Product category, of the line."),
        facts=OF_SKUS,
    ),
    _member(
        "brand",
        Text("品牌", "Brand"),
        Text("商品品牌（按行）。", "Brand, of the line."),
        facts=OF_SKUS,
        of="sku",
    ),
    _sku_class(
        "abc",
        Text("ABC 分类", "ABC class"),
        Text(
            "按近一年销售额累计占比：A 为前 80%，B 至 95%，C 为其余。",
            "By value sold in the last year: A makes the first 80 %, B up to 95 %, C the rest.",
        ),
        ("A", "B", "C"),
    ),
    _sku_class(
        "xyz",
        Text("XYZ 分类", "XYZ class"),
        Text(
            "按近 26 周周需求的变异系数：X 平稳，Y 波动，Z 不规则或无需求。",
            "By the variation of weekly demand in the last 26 weeks: X steady, Y varying, Z irregular or none.",
        ),
        ("X", "Y", "Z"),
    ),
    _member(
        "supplier",
        Text("供应商", "Supplier"),
        Text(
            "供应商；按商品统计时为其最大供应商。",
            "Supplier; where SKUs are counted, the one most is bought from.",
        ),
        facts=OF_SUPPLIERS,
    ),
    _calendar(
        "day",
        Text("日", "Day"),
        Text("业务时区的日期。", "Day in the business time zone."),
        "CAST({day} AS DATE)",
        parent="week",
        type="date",
    ),
    _calendar(
        "week",
        Text("周", "Week"),
        Text("以周一日期表示的周。", "Week, named by its Monday."),
        "CAST(date_trunc('week', {day}) AS DATE)",
        parent="month",
        type="date",
    ),
    _calendar(
        "month",
        Text("月", "Month"),
        Text("月份，如 2026-01。", "Month, such as 2026-01."),
        "strftime({day}, '%Y-%m')",
        parent="quarter",
    ),
    _calendar(
        "quarter",
        Text("季度", "Quarter"),
        Text("季度，如 2026-Q1。", "Quarter, such as 2026-Q1."),
        "concat(year({day}), '-Q', quarter({day}))",
    ),
    _calendar(
        "weekday",
        Text("星期", "Weekday"),
        Text("1 为周一，7 为周日。", "1 is Monday, 7 is Sunday."),
        "CAST(isodow({day}) AS INTEGER)",
        members=tuple("1234567"),
        type="integer",
        moves=False,
    ),
    _calendar(
        "hour",
        Text("小时", "Hour"),
        Text("业务时区的小时，0 至 23。", "Hour of the day in the business time zone, 0 to 23."),
        "CAST({hour} AS INTEGER)",
        members=tuple(str(hour) for hour in range(24)),
        type="integer",
        moves=False,
    ),
    attribute(
        "delivery_state",
        Text("送达状态", "Delivery state"),
        Text("已送达、未完成或已取消。", "Delivered, open or cancelled."),
        OF_ORDERS,
        ("delivered", "open", "cancelled"),
    ),
    attribute(
        "ship_state",
        Text("发货状态", "Ship state"),
        Text("已发货、未发货或已取消。", "Shipped, open or cancelled."),
        OF_ORDERS,
        ("shipped", "open", "cancelled"),
    ),
    attribute(
        "status",
        Text("订单状态", "Order status"),
        Text("来源系统给出的订单状态。", "The order's status as its source states it."),
        (ORDER.name, ISSUE.name),
    ),
    attribute(
        "cancelled_by",
        Text("取消方", "Cancelled by"),
        Text("取消订单的一方。", "Who cancelled the order."),
        _ORDERS,
        ("customer", "seller", "platform", "timeout", "unknown", "none"),
    ),
    attribute(
        "stage",
        Text("环节", "Stage"),
        Text("履约环节：从付款到签收。", "Stage of fulfilment, from payment to delivery."),
        (STAGE.name, BUDGET.name),
        STAGES,
    ),
    attribute(
        "current_stage",
        Text("当前环节", "Current stage"),
        Text("未完成订单正在等待的环节。", "The stage an open order waits in."),
        (ORDER.name, OPEN.name),
        (*STAGES, "none"),
    ),
    attribute(
        "promise_bucket",
        Text("距承诺小时数", "Hours to promise"),
        Text("未完成订单距承诺到期的小时数。", "Hours left until an open order's promise falls due."),
        _ORDERS,
        BUCKETS,
    ),
    attribute(
        "break_stage",
        Text("断点环节", "Where it broke"),
        Text("未满足订单的主要断点。", "What broke the promise: short, cancelled, or the stage that overran most."),
        _ORDERS,
        ("short", "cancelled", *STAGES, "unknown", "none"),
    ),
    attribute(
        "issue",
        Text("数据问题", "Data issue"),
        Text("订单数据中的异常类型。", "Kind of contradiction in an order's data."),
        (ISSUE.name,),
    ),
    *CAUSE_ATTRIBUTES,
    *SERVICE_ATTRIBUTES,
    *SYSTEM_ATTRIBUTES,
    *STOCK_ATTRIBUTES,
)

DIMENSIONS: Mapping[str, Dimension] = MappingProxyType({dimension.name: dimension for dimension in _ALL})
BASE = ("channel", "shop", "region", "warehouse", "carrier")
