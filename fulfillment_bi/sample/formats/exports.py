"""Which channels export in a format of their own, and how."""

from __future__ import annotations

from collections.abc import Callable

from fulfillment_bi.sample.exportfile import Columns
from fulfillment_bi.sample.formats import abroad, domestic
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
)
