"""How orders are handled: picked up, checked, automatic, sold without stock, sent in parts, out of the ordinary."""

from __future__ import annotations

from fulfillment_bi.metrics.catalog.facts import CREATED, LINE, ORDER, WHO
from fulfillment_bi.metrics.catalog.facts_service import (
    FIRST_SENT,
    MARKED,
    PICKUP_DUE_24H,
    PICKUP_DUE_48H,
    RISK,
    SHIPPED,
)
from fulfillment_bi.metrics.types import Measure, Metric, Text, TimeBasis, count

PICKUP_DRILL = (*WHO, "status", "paid_at", "marked_at", "first_scan_at", "delivered_at", "cancelled_by")
HANDLING_DRILL = (*WHO, "status", "operator", "created_at", "shipped_at", "order_value")


def share_of_orders(basis: TimeBasis, among: tuple[str, ...], those: str, drill: tuple[str, ...]) -> Measure:
    """Orders with the flag `those`, of the orders with all flags `among`."""
    return Measure(ORDER, basis, numerator=count(*among, those), denominator=count(*among), drill=drill)


METRICS = (
    Metric(
        "pickup_in_time_rate",
        Text("24 小时揽收及时率", "Pickup-in-time rate, 24 h"),
        Text(
            "揽收到期的订单中，自付款起 24 小时内有首次物流扫描的比例；预售自等待结束起算。",
            "Of the orders due for pickup, the share with a first scan within 24 hours of payment; a pre-sale's time "
            "starts when its wait ends.",
        ),
        {"order": share_of_orders(PICKUP_DUE_24H, ("pickup_due_24h",), "is_picked_up_24h", PICKUP_DRILL)},
        unit="rate",
        direction="up",
        target=0.90,
        warning=0.85,
        critical=0.75,
        area="delay",
    ),
    Metric(
        "pickup_in_time_rate_48h",
        Text("48 小时揽收及时率", "Pickup-in-time rate, 48 h"),
        Text(
            "揽收到期的订单中，自付款起 48 小时内有首次物流扫描的比例；预售自等待结束起算。",
            "Of the orders due for pickup, the share with a first scan within 48 hours of payment; a pre-sale's time "
            "starts when its wait ends.",
        ),
        {"order": share_of_orders(PICKUP_DUE_48H, ("pickup_due_48h",), "is_picked_up_48h", PICKUP_DRILL)},
        unit="rate",
        direction="up",
        target=0.97,
        warning=0.94,
        critical=0.88,
        area="delay",
    ),
    Metric(
        "fake_shipment_rate",
        Text("疑似虚假发货率", "Fake-shipment suspects"),
        Text(
            "标记发货满 24 小时的订单中，24 小时内没有物流扫描的比例。",
            "Of the orders marked as shipped a day ago or more, the share without a scan within 24 hours.",
        ),
        {"order": share_of_orders(MARKED, ("is_marked",), "is_fake_shipment", PICKUP_DRILL)},
        unit="rate",
        direction="down",
        target=0.01,
        warning=0.03,
        critical=0.05,
        area="delay",
    ),
    Metric(
        "backorder_rate",
        Text("缺货待发率", "Backorder rate"),
        Text(
            "已开始发货的订单的订单行中，首批发货时未发足的比例。",
            "Of the lines of orders that began to ship, the share not filled at the first shipment.",
        ),
        {
            "line": Measure(
                LINE,
                FIRST_SENT,
                numerator=count("backorder_known", "is_backordered"),
                denominator=count("backorder_known"),
                drill=(
                    "channel",
                    "order_no",
                    "line_no",
                    "sku",
                    "product_name",
                    "category",
                    "warehouse",
                    "first_sent_at",
                    "shipped_at",
                    "qty_due",
                    "qty_sent",
                ),
            )
        },
        unit="rate",
        direction="down",
        target=0.02,
        warning=0.04,
        critical=0.08,
        area="orders",
    ),
    Metric(
        "oversell_rate",
        Text("超卖率", "Oversell rate"),
        Text(
            "能对照库存的订单中，下单时可用库存为零或负的比例；以下单前一日的库存快照为准，预售不计。",
            "Of the orders that can be held against stock, the share accepted with nothing available at the last stock "
            "snapshot before; pre-sales do not count.",
        ),
        {"order": share_of_orders(CREATED, ("stock_known",), "is_oversold", HANDLING_DRILL)},
        unit="rate",
        direction="down",
        target=0.005,
        warning=0.01,
        critical=0.02,
        area="orders",
    ),
    Metric(
        "risk_order_rate",
        Text("异常订单率", "Risk orders"),
        Text(
            "期间内下单的订单中，被任一规则标记的比例：24 小时内同一客户 5 单以上、地址不可用、价格或数量明显偏离。",
            "Of the orders placed, the share flagged by a rule: five or more of one customer within 24 hours, address "
            "unusable, price or quantity far from usual.",
        ),
        {"order": share_of_orders(CREATED, ("risk_known",), "is_risky", HANDLING_DRILL)},
        unit="rate",
        direction="down",
        target=0.01,
        warning=0.03,
        critical=0.06,
        area="orders",
    ),
    Metric(
        "risk_flags",
        Text("风险标记数", "Risk flags"),
        Text(
            "期间内下单的订单上的风险标记数，可按规则拆分；一单可有多个。",
            "Flags on the orders placed, by the rule that set them; an order can have several.",
        ),
        {
            "order": Measure(
                RISK, CREATED, numerator=count(), drill=(*WHO, "status", "risk_rule", "created_at", "order_value")
            )
        },
        unit="count",
        direction="down",
        splits=("risk_rule",),
        minimum_sample=1,
        area="orders",
    ),
    Metric(
        "automation_rate",
        Text("自动化率", "Automatic processing share"),
        Text(
            "已知审单方式的订单中，审单和配货都无人工参与、未被拦截的比例。",
            "Of the orders whose review is recorded, the share reviewed and allocated without a person or a hold.",
        ),
        {"order": share_of_orders(CREATED, ("automation_known",), "is_automatic", HANDLING_DRILL)},
        unit="rate",
        direction="up",
        target=0.90,
        warning=0.80,
        critical=0.60,
        area="orders",
    ),
    Metric(
        "scan_check_rate",
        Text("扫码核对率", "Scan-check coverage"),
        Text(
            "期间内发货且有核对记录的订单中，每个包裹都经扫码核对的比例。",
            "Of the orders shipped with a record of checking, the share with every hand-over checked by scan.",
        ),
        {"order": share_of_orders(SHIPPED, ("is_sent", "scan_check_known"), "is_scan_checked", HANDLING_DRILL)},
        unit="rate",
        direction="up",
        target=0.99,
        warning=0.97,
        critical=0.90,
        area="orders",
    ),
)
