"""Attributes of orders, parcels, tickets, cases and penalties: what they can be split and filtered by."""

from __future__ import annotations

from fulfillment_bi.metrics.catalog.facts import ORDER
from fulfillment_bi.metrics.catalog.facts_service import (
    AFTER_SALE,
    CUSTOMER,
    PARCEL,
    PENALTY,
    PENALTY_RISK,
    RISK,
    TICKET,
)
from fulfillment_bi.metrics.types import Dimension, Text

EXCEPTIONS = ("lost", "damaged", "returned", "refused", "none")
PARCEL_STATES = ("not_scanned", "in_transit", "delivered", "lost", "returned", "refused")
CASE_KINDS = ("refund", "return", "exchange", "reship")
CASE_REASONS = (
    "wrong_item",
    "missing",
    "quantity",
    "damaged",
    "late",
    "quality",
    "address",
    "documents",
    "changed_mind",
    "other",
    "none",
)
CASE_TIMES = ("before_shipping", "after_shipping")
DIRECTIONS = ("inbound", "outbound")
RISK_RULES = ("burst", "address", "price", "quantity")
PENALTY_STATES = ("incurred", "threatened")
FIRST_ORDERS = ("kept", "broken", "unknown")


def attribute(
    name: str, label: Text, definition: Text, facts: tuple[str, ...], members: tuple[str, ...] = ()
) -> Dimension:
    """A dimension that is a column of its facts. `members` is its fixed vocabulary, in the order to show."""
    return Dimension(name, label, definition, facts, column=name, members=members)


SERVICE_ATTRIBUTES = (
    attribute(
        "operator",
        Text("操作员", "Operator"),
        Text(
            "配货打包的操作员（代号）；一单多人为 several。", "Who packed it, as a code; 'several' for more than one."
        ),
        (ORDER.name,),
    ),
    attribute(
        "risk_rule",
        Text("风险规则", "Risk rule"),
        Text(
            "标记订单的规则：短时重复下单、地址不可用、价格偏离、数量偏离。",
            "The rule that flags an order: burst of orders, unusable address, price or quantity far from usual.",
        ),
        (RISK.name,),
        RISK_RULES,
    ),
    attribute(
        "origin",
        Text("始发地", "Origin"),
        Text("包裹始发地；未报告时为发货仓。", "Where the parcel starts; the warehouse where not reported."),
        (PARCEL.name,),
    ),
    attribute(
        "destination",
        Text("目的地", "Destination"),
        Text("包裹目的地；未报告时为收货地区。", "Where the parcel goes; the order's region where not reported."),
        (PARCEL.name,),
    ),
    attribute(
        "lane",
        Text("线路", "Lane"),
        Text("始发地到目的地。", "From origin to destination."),
        (PARCEL.name,),
    ),
    attribute(
        "exception",
        Text("物流异常", "Exception"),
        Text(
            "承运商报告的异常：丢失、破损、退回、拒收。", "What the carrier reports: lost, damaged, returned, refused."
        ),
        (PARCEL.name,),
        EXCEPTIONS,
    ),
    attribute(
        "parcel_state",
        Text("包裹状态", "Parcel state"),
        Text("未揽收、运输中、已签收或异常。", "Not scanned yet, in transit, delivered or an exception."),
        (PARCEL.name,),
        PARCEL_STATES,
    ),
    attribute(
        "contact_channel",
        Text("咨询渠道", "Contact channel"),
        Text("客户联系我们的渠道。", "The way the customer got in touch."),
        (TICKET.name,),
    ),
    attribute(
        "ticket_category",
        Text("问题分类", "Ticket category"),
        Text("工单的问题分类。", "What the ticket is about."),
        (TICKET.name,),
    ),
    attribute(
        "responsible",
        Text("责任方", "Responsible party"),
        Text("工单涉及的责任方。", "Whom the ticket is about."),
        (TICKET.name,),
    ),
    attribute(
        "owner",
        Text("处理人", "Owner"),
        Text("处理工单的客服（代号）。", "Who handles the ticket, as a code."),
        (TICKET.name,),
    ),
    attribute(
        "direction",
        Text("发起方", "Direction"),
        Text("由客户发起或由我们主动联系。", "Whether the customer or the shop got in touch."),
        (TICKET.name,),
        DIRECTIONS,
    ),
    attribute(
        "after_sales_kind",
        Text("售后类型", "After-sales kind"),
        Text("仅退款、退货、换货或补发。", "Refund, return, exchange or reship."),
        (AFTER_SALE.name,),
        CASE_KINDS,
    ),
    attribute(
        "after_sales_reason",
        Text("售后原因", "After-sales reason"),
        Text("售后单的原因。", "Why the case was opened."),
        (AFTER_SALE.name,),
        CASE_REASONS,
    ),
    attribute(
        "after_sales_time",
        Text("发货前后", "Before or after shipping"),
        Text("售后在发货前还是发货后提出。", "Whether the case was opened before or after shipping."),
        (AFTER_SALE.name,),
        CASE_TIMES,
    ),
    attribute(
        "first_order_state",
        Text("首单履约", "First order"),
        Text("首单是否按时足量送达。", "Whether the customer's first order was on time and in full."),
        (CUSTOMER.name,),
        FIRST_ORDERS,
    ),
    attribute(
        "penalty_kind",
        Text("罚款类型", "Penalty kind"),
        Text("罚款对应的违规类型。", "The broken rule that costs money."),
        (PENALTY.name, PENALTY_RISK.name),
    ),
    attribute(
        "penalty_state",
        Text("罚款状态", "Penalty state"),
        Text("已触发或 24 小时内将触发。", "Incurred already, or falling due within a day."),
        (PENALTY_RISK.name,),
        PENALTY_STATES,
    ),
)
