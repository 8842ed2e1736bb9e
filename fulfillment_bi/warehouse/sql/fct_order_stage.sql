-- One row per order and finished stage, with its order's dimensions.
-- Grain: (order_key, stage).
SELECT
    s.order_key, o.order_no, o.channel_id, o.shop_id, o.region_id, o.warehouse_id, o.carrier_id,
    s.stage, s.stage_no, s.started_at, s.ended_at, s.seconds,
    business_day(s.ended_at) AS ended_day,
    business_hour(s.ended_at) AS ended_hour,
    o.created_day,
    o.created_hour,
    o.delivery_state,
    o.ship_state,
    o.sequence_possible
FROM int_stage AS s
INNER JOIN fct_order AS o ON o.order_key = s.order_key
