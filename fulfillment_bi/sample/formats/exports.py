"""Which systems export in a format of their own, and how."""

from __future__ import annotations

from collections.abc import Callable

from fulfillment_bi.sample.exportfile import Columns
from fulfillment_bi.sample.formats import abroad, domestic, handmade, shops, warehouses
from fulfillment_bi.sample.layout import Export
from fulfillment_bi.sample.orderfiles import Pages

PLATFORM_EXPORTS: tuple[tuple[Export, Callable[[Pages], Columns]], ...] = (
    (domestic.TAOBAO_ORDERS, domestic.taobao_orders),
    (domestic.TAOBAO_DETAILS, domestic.taobao_details),
    (domestic.JD, domestic.jd_orders),
    (domestic.PINDUODUO, domestic.pinduoduo_orders),
    (domestic.DOUYIN, domestic.douyin_orders),
    (abroad.TIKTOK_SHOP, abroad.tiktok_orders),
    (abroad.AMAZON, abroad.amazon_orders),
    (shops.SHOPIFY, shops.shopify_orders),
    (shops.WOOCOMMERCE, shops.woocommerce_orders),
    (handmade.EBAY, handmade.ebay_orders),
    (handmade.ETSY_ORDERS, handmade.etsy_orders),
    (handmade.ETSY_ITEMS, handmade.etsy_items),
    (warehouses.WANGDIANTONG, warehouses.wangdiantong_outbound),
    (warehouses.CAINIAO, warehouses.cainiao_orders),
)
