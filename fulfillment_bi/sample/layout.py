"""The export files: their entity, encoding and headers, and how many bad rows are planted in them.

Headers are the contracts' column names or their Chinese synonyms; words are those of the platforms.
"""

# fmt: off
from __future__ import annotations

from dataclasses import dataclass

ORDERS_ZH = {
    "channel": "渠道", "shop": "店铺", "order_no": "订单编号", "customer_no": "买家会员名", "name_ok": "收货人姓名",
    "phone_ok": "联系手机", "address_ok": "收货地址", "province": "省份", "city": "城市", "country": "国家",
    "created_at": "下单时间", "paid_at": "付款时间", "promised_ship_at_original": "承诺发货时间",
    "promised_ship_at_current": "最新承诺发货时间", "promised_delivery_at_original": "承诺送达时间",
    "promised_delivery_at_current": "最新承诺送达时间", "status": "订单状态", "cancelled_at": "取消时间",
    "cancelled_by": "取消方", "cancel_reason": "取消原因", "presale": "是否预售", "review_mode": "审单方式",
    "order_value": "订单金额", "freight": "运费", "discount": "优惠金额",
}
LINES_ZH = {
    "channel": "渠道", "order_no": "订单编号", "line_no": "行号", "sku": "商品编码", "product_name": "商品名称",
    "qty_ordered": "数量", "qty_cancelled": "取消数量", "unit_price": "单价",
}
FULFILMENTS_ZH = {
    "fulfilment_no": "出库单号", "channel": "渠道", "order_no": "订单编号", "line_no": "行号", "sku": "商品编码",
    "qty_shipped": "出库数量", "warehouse": "仓库", "reviewed_at": "审单时间", "allocated_at": "分配时间",
    "picked_at": "拣货时间", "packed_at": "打包时间", "shipped_at_warehouse": "出库时间",
    "shipped_at_platform": "平台发货时间", "carrier": "承运商", "tracking_no": "快递单号", "operator_key": "操作员",
}
PARCELS_ZH = {
    "carrier": "承运商", "tracking_no": "快递单号", "channel": "渠道", "order_no": "订单编号", "origin": "始发地",
    "destination": "目的地", "promised_at": "承诺时效", "first_scan_at": "揽收时间", "delivered_at": "签收时间",
    "status": "物流状态", "exception": "异常类型", "weight": "重量", "freight_cost": "运费",
}
STOCK_ZH = {
    "date": "日期", "sku": "商品编码", "warehouse": "仓库", "on_hand": "实际库存", "reserved": "占用库存",
    "available": "可用库存", "in_transit": "在途库存", "safety_stock": "安全库存", "unit_cost": "成本价",
}
TICKETS_ZH = {
    "source": "来源", "ticket_no": "工单号", "channel": "渠道", "order_no": "订单号", "contact_channel": "咨询渠道",
    "category": "问题分类", "complaint": "是否投诉", "subject": "责任方", "opened_at": "创建时间",
    "first_bot_reply_at": "机器人首次回复时间", "first_human_reply_at": "人工首次回复时间", "solved_at": "解决时间",
    "reopened": "重开次数", "owner_key": "客服", "satisfaction": "满意度", "compensation": "赔付金额",
}
REVIEWS_ZH = {
    "channel": "渠道", "order_no": "订单编号", "review_no": "评价编号", "score": "评分", "text": "评价内容",
    "created_at": "评价时间",
}
PRODUCTS_ZH = {
    "sku": "商品编码", "name": "商品名称", "category": "类目", "brand": "品牌", "list_price": "零售价",
    "cost": "成本价", "lead_time_days": "采购周期", "pack_size": "箱规",
}
AFTER_SALES_ZH = {
    "channel": "渠道", "case_no": "售后单号", "order_no": "订单编号", "line_no": "行号", "sku": "商品编码",
    "kind": "售后类型", "reason": "售后原因", "opened_at": "申请时间", "closed_at": "完结时间", "qty": "数量",
    "amount": "退款金额", "before_shipping": "是否发货前",
}


EVENTS_ZH = {
    "carrier": "承运商", "tracking_no": "快递单号", "event_at": "扫描时间", "code": "节点", "location": "网点",
    "description": "轨迹描述",
}
COUNTS_ZH = {
    "counted_at": "盘点时间", "sku": "商品编码", "warehouse": "仓库", "location": "库位", "book_qty": "账面数量",
    "counted_qty": "实盘数量",
}
PURCHASES_ZH = {
    "po_no": "采购单号", "line_no": "行号", "receipt_no": "入库单号", "supplier": "供应商", "sku": "商品编码",
    "warehouse": "仓库", "ordered_at": "采购时间", "sent_at": "发出时间", "confirmed_at": "供应商确认时间",
    "promised_at_original": "承诺交期", "received_at": "入库时间", "qty_ordered": "采购数量",
    "qty_received": "入库数量", "qty_rejected": "不合格数量", "unit_cost": "采购单价",
}
PENALTIES_ZH = {
    "channel": "渠道", "order_no": "订单编号", "kind": "罚款类型", "booked_at": "扣款时间", "amount": "罚款金额",
}
CALENDAR_ZH = {"date": "日期", "kind": "类型", "scope": "范围", "name": "名称"}


def _english(chinese: dict[str, str], *dropped: str) -> dict[str, str]:
    return {name: name for name in chinese if name not in dropped}


@dataclass(frozen=True)
class BadRow:
    """A row to be refused with the code `reason`: a copy of a good row under a new key, with one value spoilt."""

    reason: str
    column: str
    value: str
    per_thousand: float  # of the file's orders


@dataclass(frozen=True)
class Export:
    """One file of the sample."""

    name: str
    entity: str
    encoding: str
    headers: dict[str, str]
    bad: tuple[BadRow, ...] = ()
    own_key: str = ""  # the column that gets a new value in bad rows
    separator: str = ","
    quote: str = ""
    newline: str = "\n"
    preamble: str = ""
    trailer: str = ""  # `{rows}` stands for their number

    @property
    def plain_encoding(self) -> str:
        """The encoding of all but the first bytes."""
        return "utf-8" if self.encoding == "utf-8-sig" else self.encoding


_BAD_ORDERS = (
    BadRow("not_a_time:created_at", "created_at", "2026-02-30 10:00:00", 0.7),
    BadRow("unknown_word:status", "status", "处理异常-待确认", 0.6),
    BadRow("id_scientific:order_no", "order_no", "4.31093E+18", 0.5),
    BadRow("missing:order_no", "order_no", "", 0.2),
)
EXPORTS = (
    Export("orders_cn.csv", "orders", "gb18030", ORDERS_ZH, bad=_BAD_ORDERS, own_key="order_no"),
    Export(
        "orders_global.csv", "orders", "utf-8", _english(ORDERS_ZH, "name_ok", "phone_ok", "address_ok", "customer_no"),
        bad=(BadRow("unknown_word:status", "status", "on_fire", 0.9),), own_key="order_no",
    ),
    Export(
        "order_lines_cn.csv", "order_lines", "gb18030", LINES_ZH,
        (BadRow("out_of_range:qty_ordered", "qty_ordered", "-1", 0.6),
         BadRow("not_a_number:qty_ordered", "qty_ordered", "两件", 0.3)),
        "line_no",
    ),
    Export(
        "fulfilments.csv", "fulfilments", "gb18030", FULFILMENTS_ZH,
        bad=(BadRow("not_a_time:packed_at", "packed_at", "2026-13-01 08:00:00", 0.3),), own_key="fulfilment_no",
    ),
    Export(
        "parcels.csv", "parcels", "utf-8", PARCELS_ZH,
        bad=(BadRow("unknown_word:exception", "exception", "被风吹走", 0.2),), own_key="tracking_no",
    ),
    Export("parcel_events.csv", "parcel_events", "gb18030", EVENTS_ZH),
    Export("stock_levels.csv", "stock_levels", "gb18030", STOCK_ZH),
    Export("stock_counts.csv", "stock_counts", "gb18030", COUNTS_ZH),
    Export("purchase_lines.csv", "purchase_lines", "gb18030", PURCHASES_ZH),
    Export(
        "tickets.csv", "tickets", "utf-8-sig", TICKETS_ZH,
        bad=(BadRow("not_a_time:opened_at", "opened_at", "昨天下午", 0.1),), own_key="ticket_no",
    ),
    Export("reviews.csv", "reviews", "utf-8", REVIEWS_ZH),
    Export("products.csv", "products", "utf-8-sig", PRODUCTS_ZH),
    Export("after_sales.csv", "after_sales", "gb18030", AFTER_SALES_ZH),
    Export("penalties.csv", "penalties", "gb18030", PENALTIES_ZH),
    Export("calendar.csv", "calendar", "utf-8-sig", CALENDAR_ZH),
)

STATUS_ZH = ("等待买家付款", "买家已付款", "配货中", "已发货", "交易成功", "已取消")
CANCELLED_BY_ZH = ("", "买家", "卖家", "平台", "超时未付款", "未知")
CANCEL_REASONS = {
    "customer": ("不想要了", "拍错/重拍", "等太久"), "seller": ("缺货",), "platform": ("风控拦截",),
    "timeout": ("超时未付款",), "unknown": ("",),
}
EXCEPTION_ZH = ("", "丢失", "破损", "拒收", "退回")
PARCEL_STATUS_ZH = ("待揽收", "运输中", "已签收", "异常")
