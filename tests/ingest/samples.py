"""The platforms' sample exports: where they are, what loads them, and how to write a mangled copy."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import openpyxl

_DATA = os.environ.get("FBI_REAL_DATA")
_SHARED = Path(_DATA).parent if _DATA else Path(__file__).parents[3] / "shared"
FORMATS = Path(os.environ.get("FBI_FORMATS") or _SHARED / "formats")
SCMS = (Path(_DATA) if _DATA else _SHARED / "data") / "scms" / "SCMS_Delivery_History_Dataset.csv"
HOURS = 13_200
"""The samples' days are in 2026, so the copies must be younger than that (hours after the bench's standard time)."""

Rows = list[list[str]]


@dataclass(frozen=True)
class Sample:
    """One file: its adapter, its encoding, what each entity reads (and refuses), and which columns are what.

    `title`: the rows before its header. A list between `bars` has rules of dashes besides, and blank outer cells.
    """

    path: str
    adapter: str
    read: dict[str, int]
    refused: tuple[str, int] = ("", 0)
    encoding: str = "utf-8"
    separator: str = ","
    status: str = ""
    reason: str = "unknown_word:status"
    personal: tuple[str, ...] = ()
    root: Path = FORMATS
    title: int = 0
    bars: bool = False

    @property
    def file(self) -> Path:
        return self.root / self.path

    @property
    def name(self) -> str:
        """The name of a copy, which may tell the day of export; workbooks are copied as CSV."""
        return self.file.name.replace(".xlsx", ".csv")

    def rows(self) -> Rows:
        """All rows as text, the header first."""
        if self.file.suffix == ".xlsx":
            sheet = openpyxl.load_workbook(self.file).active
            assert sheet is not None
            return [["" if cell is None else str(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]
        text = self.file.read_bytes().decode("gb18030" if self.encoding == "gb18030" else "utf-8-sig")
        if self.bars:
            lines = [line.strip("|").split("|") for line in text.splitlines() if line.startswith("|")]
            return [line for place, line in enumerate(lines) if not place or line != lines[0]]
        quoting = csv.QUOTE_NONE if self.separator == "\t" else csv.QUOTE_MINIMAL
        rows = [row for row in csv.reader(io.StringIO(text, ""), delimiter=self.separator, quoting=quoting) if row]
        return rows[self.title :]

    def write(self, rows: Rows, encoding: str = "") -> bytes:
        """The rows as a file in the sample's own manner."""
        out = io.StringIO()
        plain = {"quoting": csv.QUOTE_NONE, "quotechar": None} if self.separator == "\t" else {}
        csv.writer(out, delimiter=self.separator, lineterminator="\n", **plain).writerows(rows)  # type: ignore[arg-type]
        return out.getvalue().encode(encoding or self.encoding)


def mangled(sample: Sample) -> bytes:
    """Columns in reverse, headers with blanks, columns added, another encoding: the same records."""
    header, *body = sample.rows()

    def turn(row: Sequence[str], extra: str) -> list[str]:
        return [*reversed([*row, extra]), extra]

    rows = [[f"  {name}　" for name in turn(header, "备 注 X")[:-1]] + ["Zusatz"]]
    rows += [turn(row, "y") if len(row) == len(header) else row for row in body]
    return sample.write(rows, "utf-16" if sample.encoding == "utf-8" else "utf-8")


def changed(sample: Sample, header_name: str, change: Callable[[int, str], str]) -> bytes:
    """The sample with other cells under one header; `change` gets the number of the record and the cell."""
    header, *body = sample.rows()
    place = [name.strip() for name in header].index(header_name)
    for number, row in enumerate(body):
        if len(row) == len(header):
            row[place] = change(number, row[place])
    return sample.write([header, *body])


SAMPLES = [
    Sample(
        "taobao_tmall/ExportOrderList201605240001.csv", "taobao_orders", {"orders": 5, "parcels": 2},
        encoding="gb18030", status="订单状态",
        personal=("买家会员名", "买家支付宝账号", "收货人姓名", "收货地址", "联系手机", "联系电话", "买家留言"),
    ),
    Sample(
        "taobao_tmall/ExportOrderDetailList201605240001.csv", "taobao_details", {"order_lines": 3},
        encoding="gb18030",
    ),
    Sample(
        "taobao_tmall/ExportItemList202608111558.xlsx", "taobao_items",
        {"orders": 3, "order_lines": 3, "fulfilments": 3, "parcels": 3}, status="订单状态",
        personal=("联系方式备注", "主订单买家留言"),
    ),
    Sample(
        "taobao_tmall/ExportRefundList_columns.csv", "taobao_refunds", {"after_sales": 1}, encoding="gb18030",
        status="是否需要退货", reason="unknown_word:kind", personal=("卖家真实姓名", "买家退款说明"),
    ),
    Sample(
        "jd/jd_orders.csv", "jd_orders", {"orders": 6, "order_lines": 6}, refused=("id_scientific:order_no", 6),
        encoding="gb18030", status="订单状态", personal=("下单帐号", "客户姓名", "客户地址", "联系电话", "订单备注"),
    ),
    Sample(
        "pinduoduo/pdd_orders_export.csv", "pinduoduo_orders",
        {"orders": 4, "order_lines": 4, "fulfilments": 2, "parcels": 3, "after_sales": 1}, status="订单状态",
        personal=("商家备注",),
    ),
    Sample(
        "douyin/1791430000_orders.csv", "douyin_orders",
        {"orders": 3, "order_lines": 3, "fulfilments": 2, "parcels": 0, "after_sales": 1}, status="订单状态",
        personal=("收件人", "收件人手机号", "详细地址", "商家备注"),
    ),
    Sample(
        "tiktok_shop/tiktok_orders.csv", "tiktok_shop_orders",
        {"orders": 3, "order_lines": 3, "fulfilments": 0, "parcels": 3}, status="Order Status",
        personal=("Buyer Username", "Recipient"),
    ),
    Sample(
        "shopify/orders_export_1.csv", "shopify_orders", {"orders": 2, "order_lines": 3, "fulfilments": 1},
        status="Fulfillment Status",
        personal=(
            "Email", "Billing Name", "Shipping Name", "Shipping Address1", "Shipping Phone", "Notes", "Note Attributes",
        ),
    ),
    Sample(
        "woocommerce/order_export_webtoffee.csv", "woocommerce_orders", {"orders": 2, "order_lines": 2},
        status="status",
        personal=("customer_note", "billing_first_name", "billing_last_name", "billing_phone", "billing_address_1"),
    ),
    Sample(
        "amazon/all_orders_by_order_date.txt", "amazon_orders", {"orders": 5, "order_lines": 5, "parcels": 0},
        separator="\t", status="order-status",
    ),
    Sample("amazon/fba_inventory_history_daily.txt", "amazon_fba_stock", {"stock_levels": 2}, separator="\t"),
    Sample(
        "amazon/fba_returns.txt", "amazon_fba_returns", {"after_sales": 1}, separator="\t",
        personal=("customer-comments",),
    ),
    Sample(
        "ebay/eBay-OrdersReport.csv", "ebay_orders", {"orders": 1, "order_lines": 1, "fulfilments": 1, "parcels": 1},
        personal=(
            "Buyer Username", "Buyer Name", "Buyer Email", "Buyer Note", "Ship To Name", "Ship To Phone",
            "Ship To Address 1",
        ),
    ),
    Sample(
        "etsy/EtsySoldOrders2026-9.csv", "etsy_orders", {"orders": 1, "order_lines": 2, "fulfilments": 1},
        status="Status",
        personal=("Buyer User ID", "Full Name", "First Name", "Last Name", "Street 1", "Buyer"),
    ),
    Sample(
        "etsy/EtsySoldOrderItems2026-9.csv", "etsy_items", {"orders": 2, "order_lines": 2, "fulfilments": 1},
        personal=("Buyer", "Ship Name", "Ship Address1"),
    ),
    Sample(
        "zendesk/zendesk_tickets_export.csv", "zendesk_tickets", {"tickets": 1},
        personal=("Requester", "Requester email", "Submitter", "Assignee", "Subject"),
    ),
    Sample(
        "wangdiantong/出库单明细.xlsx", "wangdiantong_outbound", {"fulfilments": 2, "parcels": 2},
        personal=("客户网名", "收件人", "收货地址", "收件人手机", "买家留言"),
    ),
    Sample("wangdiantong/入库单明细.xlsx", "wangdiantong_inbound", {"purchase_lines": 1}, personal=("经办人",)),
    Sample(
        "cainiao/cainiao_scp_orders.xlsx", "cainiao_orders", {"orders": 1, "fulfilments": 1, "parcels": 1},
        personal=("买家昵称", "收货人姓名", "收货人地址", "街道", "手机", "电话"),
    ),
    Sample("jushuitan/inventory_columns.csv", "jushuitan_stock", {"stock_levels": 2}),
    Sample(
        "chat_sessions/online_chat_sessions.xlsx", "chat_online", {"tickets": 1},
        personal=("接待客服", "访客用户名", "会话内容", "详细地址", "建单手机", "收件人姓名"),
    ),
    Sample("chat_sessions/qidian_sessions.xlsx", "chat_qidian", {"tickets": 1}, personal=("客服", "客户", "会话记录")),
]  # fmt: skip
