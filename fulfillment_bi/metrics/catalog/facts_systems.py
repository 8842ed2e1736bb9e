"""What several systems say of the same order: which know it, and where they contradict each other."""

from __future__ import annotations

from fulfillment_bi.metrics.catalog.facts_service import ORDER_CUBE
from fulfillment_bi.metrics.types import Fact, Text, TimeBasis

ORDER_SYSTEM = Fact(
    "fct_order_system",
    Text("每单每对系统一行", "one row per order and pair of systems"),
    "created_day",
    "created_hour",
    key=("channel_id", "order_no", "tracking_no", "system_pair"),
    texts=("order_no", "tracking_no"),
    cube=ORDER_CUBE,
)
CONFLICT = Fact(
    "fct_conflict",
    Text("每条落选的数据一行", "one row per value that lost against another system's"),
    "created_day",
    "created_hour",
    key=("channel_id", "entity", "record_key", "conflict_column", "other_system"),
    texts=("order_no", "record_key"),
    cube=ORDER_CUBE,
)
SYSTEM_FACTS = (ORDER_SYSTEM, CONFLICT)

SENT_BY_ANY = TimeBasis(
    "sent_by_any", Text("任一系统的发货日", "the day any system says it was sent"), "sent_day", "sent_hour"
)
CONFLICT_DAY = TimeBasis(
    "conflict_day",
    Text("下单日；无订单时为导出日", "the day of the order; without one, of the export"),
    "created_day",
    "created_hour",
)
