-- One row per open order and promise whose breaking would cost money by the platform's rules: broken already, or due
-- within the horizon. Rules are data that the user loads; without any nothing is at risk.
-- Grain: (order_key, penalty_kind).
WITH exposed AS (
    SELECT
        o.order_key, rule.kind, rule.amount,
        CASE rule.kind
            WHEN 'late_ship' THEN CASE WHEN o.shipped_at IS NULL THEN o.promised_ship_at_original END
            WHEN 'late_delivery' THEN o.promised_delivery_at_original
            WHEN 'fake_shipment' THEN CASE WHEN o.first_scan_at IS NULL THEN o.marked_at + threshold.fake_after END
            WHEN 'out_of_stock' THEN CASE WHEN o.shipped_at IS NULL AND o.is_oversold = 1 THEN o.promised_ship_at_original END
        END + CAST(rule.grace_hours * 3600 AS BIGINT) * INTERVAL 1 SECOND AS falls_due_at,
        threshold.penalty_horizon, info.as_of
    FROM int_penalty_rule AS rule
    INNER JOIN fct_order AS o ON o.order_key = rule.order_key
    CROSS JOIN int_threshold AS threshold
    CROSS JOIN build_info AS info
    WHERE o.is_open = 1 AND rule.amount > 0
)

SELECT
    e.order_key, o.order_no, o.channel_id, o.shop_id, o.region_id, o.warehouse_id, o.carrier_id,
    o.delivery_state, o.ship_state, o.status, o.current_stage, o.created_at, o.created_day, o.created_hour,
    e.kind AS penalty_kind,
    CASE WHEN e.falls_due_at <= e.as_of THEN 'incurred' ELSE 'threatened' END AS penalty_state,
    e.falls_due_at,
    e.amount
FROM exposed AS e
INNER JOIN fct_order AS o ON o.order_key = e.order_key
WHERE e.falls_due_at <= e.as_of + e.penalty_horizon
