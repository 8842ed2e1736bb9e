"""What happens to an order once it has left, and what its customer makes of it: parcels, tickets, cases, penalties."""

from __future__ import annotations

from fulfillment_bi.metrics.types import Fact, Text, TimeBasis

ORDER_CUBE = ("channel_id", "shop_id", "region_id", "warehouse_id", "carrier_id")

PARCEL = Fact(
    "fct_parcel",
    Text("每包裹一行", "one row per parcel"),
    "created_day",
    "created_hour",
    key=("channel_id", "order_no", "parcel_key"),
    texts=("order_no", "tracking_no"),
    cube=ORDER_CUBE,
)
TICKET = Fact(
    "fct_ticket",
    Text("每工单一行", "one row per ticket"),
    key=("source", "ticket_no"),
    texts=("order_no", "ticket_no"),
    cube=ORDER_CUBE,
)
AFTER_SALE = Fact(
    "fct_after_sale",
    Text("每售后单一行", "one row per after-sales case"),
    "created_day",
    "created_hour",
    key=("channel_id", "case_no"),
    texts=("order_no", "case_no"),
    cube=ORDER_CUBE,
)
CUSTOMER = Fact(
    "fct_customer",
    Text("每客户一行", "one row per customer"),
    key=("customer_key",),
    cube=ORDER_CUBE,
)
RISK = Fact(
    "fct_order_risk",
    Text("每单每条风险规则一行", "one row per order and risk rule"),
    "created_day",
    "created_hour",
    key=("channel_id", "order_no", "risk_rule"),
    cube=ORDER_CUBE,
)
PENALTY = Fact(
    "fct_penalty",
    Text("每笔罚款一行", "one row per amount taken"),
    "created_day",
    "created_hour",
    key=("channel_id", "order_no", "penalty_kind", "booked_at"),
    cube=ORDER_CUBE,
)
PENALTY_RISK = Fact(
    "fct_penalty_risk",
    Text("每张未完成订单每种罚款一行", "one row per open order and kind of penalty"),
    key=("channel_id", "order_no", "penalty_kind"),
    cube=ORDER_CUBE,
)

SERVICE_FACTS = (PARCEL, TICKET, AFTER_SALE, CUSTOMER, RISK, PENALTY, PENALTY_RISK)

PICKUP_DUE_24H = TimeBasis(
    "pickup_due_24h",
    Text("24 小时揽收到期日", "the day the pickup falls due, 24 hours"),
    "pickup_due_24h_day",
    "pickup_due_24h_hour",
)
PICKUP_DUE_48H = TimeBasis(
    "pickup_due_48h",
    Text("48 小时揽收到期日", "the day the pickup falls due, 48 hours"),
    "pickup_due_48h_day",
    "pickup_due_48h_hour",
)
MARKED = TimeBasis("marked", Text("标记发货日", "the day it was marked as shipped"), "marked_day", "marked_hour")
SHIPPED = TimeBasis("shipped", Text("发货日", "the day of shipping"), "shipped_day", "shipped_hour")
FIRST_SENT = TimeBasis(
    "first_sent", Text("首批发货日", "the day of the order's first shipment"), "first_sent_day", "first_sent_hour"
)
SENT = TimeBasis("sent", Text("交寄日", "the day the parcel was handed over"), "sent_day", "sent_hour")
CARRIER_DUE = TimeBasis("carrier_due", Text("承运商承诺日", "the day the carrier promised"), "due_day", "due_hour")
OPENED = TimeBasis("opened", Text("提出日", "the day it was opened"), "opened_day", "opened_hour")
SOLVED = TimeBasis("solved", Text("解决日", "the day it was solved"), "solved_day", "solved_hour")
CLOSED = TimeBasis("closed", Text("完结日", "the day it was closed"), "closed_day", "closed_hour")
FIRST_ORDER = TimeBasis(
    "first_order", Text("首次下单日", "the day of the first order"), "first_order_day", "first_order_hour"
)
STOCKED_OUT = TimeBasis(
    "stocked_out",
    Text("缺货订单下单日", "the day of the order that lacked goods"),
    "stocked_out_day",
    "stocked_out_hour",
)
BOOKED = TimeBasis("booked", Text("扣款日", "the day it was booked"), "booked_day", "booked_hour")
