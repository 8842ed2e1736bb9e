-- One row per order and named rule that flags it, with its order's dimensions.
-- Grain: (order_key, risk_rule).
SELECT
    r.risk_rule, o.order_key, o.order_no, o.channel_id, o.shop_id, o.region_id, o.warehouse_id, o.carrier_id,
    o.created_day, o.created_hour, o.delivery_state, o.ship_state, o.status, o.created_at, o.order_value
FROM int_order_risk AS r
INNER JOIN fct_order AS o ON o.order_key = r.order_key
