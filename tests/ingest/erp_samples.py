"""Small made-up extracts of enterprise systems, in `erp/`: what each holds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.ingest.samples import Sample

ERP = Path(__file__).parent / "erp"


def _erp(path: str, adapter: str, read: dict[str, int], **more: Any) -> Sample:
    return Sample(path, adapter, read, root=ERP, **more)


ERP_SAMPLES = [
    _erp("VBAK.csv", "sap_vbak", {"orders": 3}, personal=("BNAME", "TELF1", "KUNNR", "ERNAM")),
    _erp("VBAP.csv", "sap_vbap", {"order_lines": 4}, separator=";"),
    _erp("VBEP.txt", "sap_vbep", {"order_lines": 4}, separator="|", bars=True),
    _erp("LIPS.csv", "sap_lips", {"fulfilments": 3}),
    _erp("LIKP.csv", "sap_likp", {"deliveries": 2, "parcels": 2}, personal=("KUNNR",)),
    _erp("EKKO.csv", "sap_ekko", {"purchase_orders": 2}, personal=("ERNAM", "TELF1")),
    _erp("EKPO.csv", "sap_ekpo", {"purchase_lines": 3}),
    _erp("EKET.csv", "sap_eket", {"purchase_lines": 3}),
    _erp("EKBE.csv", "sap_ekbe", {"purchase_lines": 5}),
    _erp("MARD_20260510.csv", "sap_mard", {"stock_levels": 3}, separator=";"),
    _erp("LFA1.csv", "sap_lfa1", {"suppliers": 3}, personal=("NAME2", "STRAS", "TELF1", "TELFX")),
    _erp("EKKO_de.csv", "sap_ekko_de", {"purchase_orders": 1}, separator=";", personal=("AnlageUser",)),
    _erp("EKPO_de.csv", "sap_ekpo_de", {"purchase_lines": 1}, separator=";"),
    _erp("EKBE_de.csv", "sap_ekbe_de", {"purchase_lines": 4}, separator=";"),
    _erp("Dispositionsliste.csv", "sap_dispo_de", {"purchase_lines": 2}, separator=";"),
    _erp("ME2N.csv", "sap_me2n", {"purchase_lines": 1}, title=1),
    _erp("MB51.txt", "sap_mb51", {"purchase_lines": 2}, separator="|", bars=True, personal=("User Name",)),
    _erp("MB52_20260510.csv", "sap_mb52", {"stock_levels": 2}),
    _erp(
        "sales_list.csv", "sap_sales_list", {"orders": 2, "order_lines": 2, "fulfilments": 1},
        personal=("Sold-to Party",),
    ),
    _erp(
        "OE_ORDER_HEADERS_ALL.csv", "oracle_ebs_order_headers", {"orders": 4}, status="FLOW_STATUS_CODE",
        personal=("SOLD_TO_ORG_ID", "CREDIT_CARD_HOLDER_NAME"),
    ),
    _erp("OE_ORDER_LINES_ALL.csv", "oracle_ebs_order_lines", {"order_lines": 2, "fulfilments": 1}),
    _erp("WSH_DELIVERY_DETAILS.csv", "oracle_delivery_details", {"parcels": 1}, personal=("SHIP_TO_CONTACT_ID",)),
    _erp(
        "DOO_HEADERS_ALL.csv", "oracle_fusion_order_headers", {"orders": 3}, status="STATUS_CODE",
        personal=("SOLD_TO_PARTY_ID", "COMMENTS"),
    ),
    _erp("DOO_LINES_ALL.csv", "oracle_fusion_order_lines", {"order_lines": 2}),
    _erp("DOO_FULFILL_LINES_ALL.csv", "oracle_fusion_fulfill_lines", {"order_lines": 2, "fulfilments": 1}),
    _erp("PO_HEADERS_ALL.csv", "oracle_po_headers", {"purchase_orders": 1}, personal=("NOTE_TO_VENDOR",)),
    _erp("PO_LINES_ALL.csv", "oracle_po_lines", {"purchase_lines": 2}),
    _erp("PO_LINE_LOCATIONS_ALL.csv", "oracle_po_line_locations", {"purchase_lines": 2}),
    _erp("RCV_TRANSACTIONS.csv", "oracle_receipts", {"purchase_lines": 2}, personal=("COMMENTS",)),
    _erp(
        "U8_销售订单列表.csv", "yonyou_u8_sales", {"orders": 3, "order_lines": 3},
        personal=("客户编码", "客户简称", "业务员", "发货地址"),
    ),
    _erp(
        "U8_采购订单列表.csv", "yonyou_u8_purchases", {"purchase_lines": 2}, encoding="gb18030",
        personal=("业务员", "制单人"),
    ),
    _erp("U8_发货单列表.csv", "yonyou_u8_dispatch", {"fulfilments": 2}, personal=("客户简称", "收货地址")),
    _erp("U8_现存量_20260510.csv", "yonyou_u8_stock", {"stock_levels": 2}),
    _erp(
        "Kingdee_销售订单.csv", "kingdee_sales", {"orders": 2, "order_lines": 2}, personal=("客户", "销售员", "创建人"),
    ),
    _erp("Kingdee_采购订单.csv", "kingdee_purchases", {"purchase_lines": 1}, personal=("采购员", "创建人")),
    _erp("Kingdee_采购入库单.csv", "kingdee_receipts", {"purchase_lines": 2}, personal=("仓管员",)),
    _erp("Kingdee_销售出库单.csv", "kingdee_shipments", {"fulfilments": 1}, personal=("客户", "收货方地址")),
    _erp("Kingdee_即时库存_20260510.csv", "kingdee_stock", {"stock_levels": 2}),
    _erp(
        "jiandaoyun_orders.csv", "jiandaoyun_orders", {"orders": 2}, status="订单状态",
        personal=("收货人", "联系电话", "收货地址", "提交人"),
    ),
    _erp("jiandaoyun_tickets.csv", "jiandaoyun_tickets", {"tickets": 1}, personal=("问题描述", "处理人", "提交人")),
]  # fmt: skip
