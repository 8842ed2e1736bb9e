"""What broke the orders that failed, thrown by their numbers: causes in equal shares, stages, short and open lines."""

from __future__ import annotations

from typing import Any

CAUSES = ("review_queue", "line_haul", "purchase_late")
PARTIES = ("us", "carrier", "supplier")


def fill_causes(session: Any) -> None:
    """Write the causes of the failed orders that are there, and the suppliers some are accountable to."""
    session.execute(
        "CREATE TABLE dim_supplier AS SELECT * FROM "
        "(VALUES (0, 'unknown'), (1, 'north'), (2, 'south')) AS s(supplier_id, supplier)"
    )
    listed = ", ".join(
        f"({place}, '{cause}', '{party}')" for place, (cause, party) in enumerate(zip(CAUSES, PARTIES, strict=True))
    )
    session.execute(
        f"""
        CREATE TABLE fct_order_cause AS
        SELECT c.cause, c.accountable, 'by rule' AS cause_rule, o.order_key, o.order_no, o.channel_id, o.shop_id,
            o.region_id, o.warehouse_id, o.carrier_id, o.created_day, o.created_hour, o.sign_due_original_day,
            o.sign_due_original_hour, o.delivery_state, o.ship_state, o.created_at, o.promised_delivery_at_original,
            o.delivered_at, o.order_value,
            CAST(1 + o.order_key % 3 AS TINYINT) AS cause_count,
            CAST(CASE WHEN c.place > 0 OR o.order_key % 3 < 2 THEN 1.0 / (1 + o.order_key % 3)
                 ELSE 0.3334 END AS DECIMAL(18, 4)) AS cause_share,
            CAST(3600 * c.place AS BIGINT) AS over_seconds, CAST(60 AS BIGINT) AS budget_seconds,
            NULL::VARCHAR AS short_sku, NULL::DECIMAL(18, 4) AS qty_short, NULL::VARCHAR AS po_no,
            CASE WHEN c.accountable = 'supplier' THEN 1 + o.order_key % 2 ELSE 0 END AS supplier_id
        FROM fct_order AS o
        INNER JOIN (VALUES {listed}) AS c(place, cause, accountable) ON c.place <= o.order_key % 3
        WHERE o.is_failed = 1
        """
    )
    session.execute(
        """
        CREATE TABLE fct_order_budget AS
        SELECT o.order_key, o.order_no, o.channel_id, o.shop_id, o.region_id, o.warehouse_id, o.carrier_id,
            o.created_day, o.created_hour, o.sign_due_original_day, o.sign_due_original_hour, o.delivery_state,
            o.ship_state, o.promised_delivery_at_original, o.delivered_at,
            s.stage_no, s.stage, s.started_at, s.ended_at,
            s.seconds, CAST(7200 AS BIGINT) AS budget_seconds, CAST(s.seconds - 7200 AS BIGINT) AS over_seconds,
            CAST(100 AS BIGINT) AS late_seconds, CAST(1 AS TINYINT) AS is_spent,
            CAST(s.stage_no = 6 AS TINYINT) AS is_first
        FROM fct_order AS o
        INNER JOIN fct_order_stage AS s ON s.order_key = o.order_key
        WHERE o.is_failed = 1
        """
    )
    session.execute(
        """
        CREATE TABLE fct_short_line AS
        SELECT l.order_key, l.order_no, l.line_no, l.channel_id, l.shop_id, l.region_id, l.warehouse_id, l.carrier_id,
            l.sku_id, l.category_id, l.delivery_state, l.ship_state, l.created_day, l.created_hour,
            l.sign_due_original_day, l.sign_due_original_hour, l.qty_due, l.qty_due AS qty_unfilled, o.created_at,
            CASE l.order_key % 3 WHEN 0 THEN 'purchase_late' WHEN 1 THEN 'oversell' ELSE 'unknown' END AS short_origin,
            CASE WHEN l.order_key % 3 = 0 THEN 'PO' || l.order_key % 2 END AS po_no,
            CASE WHEN l.order_key % 3 = 0 THEN 1 ELSE 0 END AS supplier_id, NULL::DECIMAL(18, 4) AS on_hand,
            NULL::DECIMAL(18, 4) AS available, NULL::VARCHAR AS other_warehouse, NULL::VARCHAR AS taken_by
        FROM fct_order_line AS l
        INNER JOIN fct_order AS o ON o.order_key = l.order_key
        WHERE o.is_failed = 1
        """
    )
    session.execute(
        """
        CREATE TABLE fct_order_open AS
        SELECT o.order_key, o.order_no, o.channel_id, o.shop_id, o.region_id, o.warehouse_id, o.carrier_id,
            o.created_day, o.created_hour, o.delivery_state, o.ship_state, o.current_stage,
            o.promised_delivery_at_original,
            o.order_value, CAST(60 AS BIGINT) AS left_seconds, CAST(90 AS BIGINT) AS need_seconds,
            CAST(-30 AS BIGINT) AS margin_seconds, CAST(o.order_key % 4 > 0 AS TINYINT) AS is_burning,
            CAST(o.order_key % 4 > 1 AS TINYINT) AS is_savable,
            CASE o.order_key % 4 WHEN 0 THEN 'in_time' WHEN 1 THEN 'out_of_reach' ELSE 'savable' END AS burn_state
        FROM fct_order AS o
        WHERE o.is_open = 1
        """
    )
