"""What broke the orders that failed, thrown by their numbers: one to three causes each, with equal shares."""

from __future__ import annotations

from typing import Any

CAUSES = ("review_queue", "line_haul", "purchase_late")
PARTIES = ("us", "carrier", "supplier")


def fill_causes(session: Any) -> None:
    """Write the causes of the failed orders that are there, and the suppliers some are accountable to."""
    session.execute(
        "CREATE TABLE dim_supplier AS SELECT * FROM (VALUES (0, 'unknown'), (1, 'north'), (2, 'south')) AS s(supplier_id, supplier)"
    )
    listed = ", ".join(f"({place}, '{cause}', '{party}')" for place, (cause, party) in enumerate(zip(CAUSES, PARTIES, strict=True)))
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
        """  # noqa: S608
    )
