"""Parcels, tickets, cases, customers and penalties of the star schema, and the flags that orders have from them.

Everything is thrown by the orders' numbers: here it matters what is counted; what facts mean, the models' tests say.
"""

from __future__ import annotations

from typing import Any

OWN = "o.order_key, o.order_no, o.channel_id, o.shop_id, o.region_id, o.warehouse_id, o.carrier_id"
STATES = "o.delivery_state, o.ship_state"
DAYS = "CAST(o.created_at + INTERVAL 8 HOUR + INTERVAL {0} HOUR AS DATE) AS {1}_day"
HOURS = "CAST(hour(o.created_at + INTERVAL 8 HOUR + INTERVAL {0} HOUR) AS TINYINT) AS {1}_hour"


def clock(name: str, hours: int) -> str:
    """Day and hour, on the clock of Shanghai, of a moment so long after the order."""
    return f"{DAYS.format(hours, name)}, {HOURS.format(hours, name)}"


def flag(name: str, share: float, within: str = "1") -> str:
    """A flag that so many rows have, of those that have `within`."""
    chosen = f"hash({'{key}'}, '{name}') % 1000 < {round(share * 1000)}"
    return f"CAST({within} = 1 AND {chosen} AS TINYINT) AS {name}"


ORDER_MARKS = (
    "cycle_seconds - CASE WHEN order_key % 6 = 0 THEN 3600 ELSE 0 END AS net_cycle_seconds",
    "CAST(shipped_at IS NOT NULL AS TINYINT) AS is_sent",
    flag("pickup_due_24h", 0.8),
    flag("is_picked_up_24h", 0.8),
    clock("pickup_due_24h", 24),
    flag("pickup_due_48h", 0.7),
    flag("is_picked_up_48h", 0.9),
    clock("pickup_due_48h", 48),
    "o.created_at + INTERVAL 9 HOUR AS marked_at",
    clock("marked", 9),
    flag("is_marked", 0.7),
    flag("is_fake_shipment", 0.2),
    "CAST(channel_id < 3 AS TINYINT) AS cases_known",
    "CAST(channel_id < 3 AS TINYINT) AS reasons_known",
    flag("has_after_sales", 0.5),
    flag("has_return", 0.3),
    flag("has_refund", 0.4),
    flag("has_refund_before_shipping", 0.2),
    flag("is_misorder", 0.2),
    flag("is_right", 0.9),
    flag("is_undamaged", 0.9),
    "CAST(channel_id < 3 AS TINYINT) AS complaints_known",
    "CAST(hash(order_key, 'complaint') % 3 AS BIGINT) AS complaint_count",
    "CAST(channel_id < 3 AS TINYINT) AS compensation_known",
    "CAST(hash(order_key, 'compensation') % 500 / 4 AS DECIMAL(38, 4)) AS compensation",
    flag("proactive_known", 0.7),
    flag("is_contacted_first", 0.4),
    flag("stock_known", 0.7),
    flag("is_oversold", 0.2),
    flag("is_stocked_out", 0.2),
    flag("risk_known", 0.9),
    flag("is_risky", 0.3),
    flag("automation_known", 0.8),
    flag("is_automatic", 0.6),
    "CASE order_key % 4 WHEN 0 THEN NULL WHEN 1 THEN 'several' ELSE 'op' || (order_key % 3) END AS operator",
    flag("scan_check_known", 0.8),
    flag("is_scan_checked", 0.7),
)
LINE_MARKS = (
    "qty_due AS qty_sent",
    "CAST(shipped_at IS NOT NULL AS TINYINT) AS is_sent",
    "CAST(channel_id < 3 AS TINYINT) AS cases_known",
    flag("has_after_sales", 0.5),
    flag("has_return", 0.3),
    flag("has_refund", 0.4),
    "CAST(hash({key}, 'all') % 3 AS DECIMAL(18, 4)) AS qty_after_sales",
    "CAST(hash({key}, 'back') % 2 AS DECIMAL(18, 4)) AS qty_returned",
    "CAST(hash({key}, 'money') % 2 AS DECIMAL(18, 4)) AS qty_refunded",
    "CAST(hash({key}, 'all') % 900 / 7 AS DECIMAL(18, 4)) AS amount_after_sales",
    "CAST(hash({key}, 'back') % 900 / 7 AS DECIMAL(18, 4)) AS amount_returned",
    "CAST(hash({key}, 'money') % 900 / 7 AS DECIMAL(18, 4)) AS amount_refunded",
    "shipped_at AS first_sent_at",
    "shipped_day AS first_sent_day",
    "shipped_hour AS first_sent_hour",
    flag("backorder_known", 0.8),
    flag("is_backordered", 0.3),
)
TABLES = {
    "fct_parcel": (
        "o.order_key AS parcel_key",
        OWN,
        STATES,
        "'T' || o.order_key AS tracking_no",
        "['GZ', 'SH'][1 + o.order_key % 2] AS origin",
        "['北京', 'Berlin', 'unknown'][1 + o.order_key % 3] AS destination",
        "['GZ', 'SH'][1 + o.order_key % 2] || ' → ' || ['北京', 'Berlin', 'unknown'][1 + o.order_key % 3] AS lane",
        "[NULL, 'lost', 'damaged', 'returned', 'refused'][1 + o.order_key % 5] AS exception",
        "['in_transit', 'delivered'][1 + o.order_key % 2] AS parcel_state",
        "o.created_at AS marked_at, o.first_scan_at, o.first_scan_at AS last_scan_at, o.delivered_at",
        "o.created_at AS promised_at, CASE WHEN o.order_key % 9 > 0 THEN o.created_at END AS sent_at",
        "o.created_day, o.created_hour",
        clock("sent", 10),
        "o.signed_day, o.signed_hour",
        clock("due", 90),
        "CASE WHEN o.order_key % 7 > 0 THEN date_diff('second', o.created_at, o.delivered_at) END AS transit_seconds",
        "o.sequence_possible",
        flag("is_due", 0.8),
        flag("is_on_time", 0.8),
        flag("is_in_transit", 0.8),
        flag("is_stalled", 0.3),
        flag("exceptions_known", 0.9),
        flag("is_lost", 0.2),
        flag("is_damaged", 0.2),
        flag("is_returned", 0.2),
        flag("claims_known", 0.8),
        flag("is_claimed", 0.2),
        flag("tracking_due", 0.8),
        flag("has_scan", 0.9),
    ),
    "fct_ticket": (
        "'desk' AS source, 'K' || o.order_key AS ticket_no",
        OWN,
        STATES,
        "[NULL, '在线', '电话'][1 + o.order_key % 3] AS contact_channel",
        "['late', 'broken', NULL, 'quality'][1 + o.order_key % 4] AS ticket_category",
        "['carrier', 'warehouse'][1 + o.order_key % 2] AS responsible",
        "'agent' || (o.order_key % 5) AS owner",
        "['inbound', 'outbound'][1 + o.order_key % 2] AS direction",
        "o.created_at AS opened_at, o.created_at AS first_human_reply_at, o.created_at AS solved_at",
        "o.created_at AS called_back_at",
        clock("opened", 5),
        clock("solved", 30),
        "CASE WHEN o.order_key % 6 > 0 THEN CAST(hash(o.order_key, 'reply') % 9000 AS BIGINT) END AS response_seconds",
        "CASE WHEN o.order_key % 5 > 0 THEN CAST(hash(o.order_key, 'end') % 90000 AS BIGINT) END AS resolution_seconds",
        "CAST(o.order_key % 11 > 0 AS TINYINT) AS sequence_possible",
        "CAST(1 AS TINYINT) AS is_ticket",
        flag("reply_due", 0.8),
        flag("is_answered_fast", 0.6),
        flag("is_solved", 0.9),
        flag("reopening_known", 0.9),
        flag("is_reopened", 0.2),
        flag("rating_known", 0.9),
        flag("is_rated", 0.5),
        flag("is_satisfied", 0.7),
        "CASE WHEN o.order_key % 2 = 0 THEN CAST(o.order_key % 6 AS DECIMAL(18, 4)) END AS satisfaction",
        flag("is_complaint", 0.5),
        flag("is_repeated_complaint", 0.4),
        flag("call_back_known", 0.9),
        flag("is_called_back", 0.6),
        flag("is_call_back_rated", 0.7),
        flag("is_call_back_satisfied", 0.6),
        "CASE WHEN o.order_key % 3 > 0 THEN CAST(o.order_key % 40 / 8 AS DECIMAL(18, 4)) END AS compensation",
    ),
    "fct_after_sale": (
        "'C' || o.order_key AS case_no",
        OWN,
        STATES,
        "CAST(o.order_key % 4 AS INTEGER) AS sku_id, CAST([0, 1, 1, 2][1 + o.order_key % 4] AS INTEGER) AS category_id",
        "['refund', 'return', 'exchange', 'reship'][1 + o.order_key % 4] AS after_sales_kind",
        "['missing', 'damaged', NULL][1 + o.order_key % 3] AS after_sales_reason",
        "['before_shipping', 'after_shipping'][1 + o.order_key % 2] AS after_sales_time",
        "o.created_at AS opened_at, o.created_at AS closed_at, o.created_at AS reshipped_at",
        clock("opened", 100),
        clock("closed", 130),
        "o.created_day, o.created_hour",
        "CAST(1 AS DECIMAL(18, 4)) AS qty",
        "CASE WHEN o.order_key % 4 < 2 THEN CAST(o.order_key % 90 / 8 AS DECIMAL(18, 4)) END AS amount",
        "CAST(1 AS TINYINT) AS is_case",
        flag("is_accepted", 0.9),
        "CASE WHEN o.order_key % 3 > 0 THEN CAST(hash(o.order_key, 'again') % 90000 AS BIGINT) END AS reship_seconds",
        "CAST(o.order_key % 11 > 0 AS TINYINT) AS sequence_possible",
    ),
    "fct_customer": (
        "'c' || o.order_key AS customer_key",
        OWN,
        STATES,
        "['kept', 'broken', 'unknown'][1 + o.order_key % 3] AS first_order_state",
        "o.created_at AS first_order_at, o.created_at AS next_order_at, o.created_at AS stocked_out_at",
        "CAST(1 AS BIGINT) AS order_count",
        clock("first_order", 0),
        clock("stocked_out", 3),
        flag("is_matured", 0.8),
        flag("has_repurchased", 0.3),
        flag("is_stockout_matured", 0.6),
        flag("is_lost", 0.4),
    ),
    "fct_order_risk": (
        "['burst', 'address', 'price', 'quantity'][1 + o.order_key % 4] AS risk_rule",
        OWN,
        STATES,
        "o.status, o.created_at, o.created_day, o.created_hour, o.order_value",
    ),
    "fct_penalty": (
        "['late_ship', 'fake_shipment'][1 + o.order_key % 2] AS penalty_kind",
        OWN,
        STATES,
        "o.created_at AS booked_at, o.created_day, o.created_hour",
        clock("booked", 200),
        "CAST(o.order_key % 30 AS DECIMAL(18, 4)) AS amount",
        "CAST(10 AS DECIMAL(38, 4)) AS rule_amount",
        "CASE WHEN o.order_key % 2 = 0 THEN greatest(o.order_key % 30 - CAST(10 AS DECIMAL(38, 4)), 0) END"
        " AS overcharge",
    ),
    "fct_penalty_risk": (
        "['late_ship', 'out_of_stock'][1 + o.order_key % 2] AS penalty_kind",
        "['incurred', 'threatened'][1 + o.order_key % 2] AS penalty_state",
        OWN,
        STATES,
        "o.status, o.current_stage, o.created_at AS falls_due_at",
        "CAST(o.order_key % 50 / 4 AS DECIMAL(38, 4)) AS amount",
    ),
}


def fill_service(session: Any) -> None:
    """Add the flags to the orders and lines that are there, and write the facts of these orders."""
    for table, marks, key in (
        ("fct_order", ORDER_MARKS, "order_key"),
        ("fct_order_line", LINE_MARKS, "order_key * 10 + CAST(line_no AS INTEGER)"),
    ):
        added = ", ".join(marks).replace("{key}", key)
        session.execute(f"CREATE OR REPLACE TABLE {table} AS SELECT *, {added} FROM {table} AS o")
    for name, columns in TABLES.items():
        listed = ", ".join(columns).replace("{key}", "o.order_key")
        kept = "o.order_key % 5 < 4"  # not every order has one
        session.execute(f"CREATE TABLE {name} AS SELECT {listed} FROM fct_order AS o WHERE {kept}")
