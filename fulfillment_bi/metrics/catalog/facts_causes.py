"""Why promises break: causes, what each stage made of the promise, lines that wanted stock, open orders that burn."""

from __future__ import annotations

from fulfillment_bi.metrics.catalog.facts_service import ORDER_CUBE
from fulfillment_bi.metrics.types import Fact, Text

CAUSE = Fact(
    "fct_order_cause",
    Text("每张未满足订单每个原因一行", "one row per failed order and cause"),
    "created_day",
    "created_hour",
    key=("channel_id", "order_no", "cause"),
    texts=("order_no", "short_sku", "po_no"),
    cube=ORDER_CUBE,
)
BUDGET = Fact(
    "fct_order_budget",
    Text("每张未满足订单每个环节一行", "one row per failed order and stage"),
    "created_day",
    "created_hour",
    key=("channel_id", "order_no", "stage_no"),
    cube=ORDER_CUBE,
)
SHORT = Fact(
    "fct_short_line",
    Text("每个缺货订单行一行", "one row per order line that wanted stock"),
    "created_day",
    "created_hour",
    key=("channel_id", "order_no", "line_no"),
    texts=("order_no", "po_no"),
    cube=ORDER_CUBE,
)
OPEN = Fact(
    "fct_order_open",
    Text("每张承诺未到期的未完成订单一行", "one row per open order whose promise is still to come"),
    "created_day",
    "created_hour",
    cube=ORDER_CUBE,
)

CAUSE_FACTS = (CAUSE, BUDGET, SHORT, OPEN)
