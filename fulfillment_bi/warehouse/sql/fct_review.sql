-- One row per customer review, with the dimensions of its order (unknown where the order was not loaded).
-- Grain: (channel, order_no, review_no).
SELECT
    r.review_no,
    coalesce(o.order_key, 0) AS order_key,
    r.order_no,
    coalesce(channel.channel_id, 0) AS channel_id,
    coalesce(o.shop_id, 0) AS shop_id,
    coalesce(o.region_id, 0) AS region_id,
    coalesce(o.warehouse_id, 0) AS warehouse_id,
    coalesce(o.carrier_id, 0) AS carrier_id,
    coalesce(o.delivery_state, 'unknown') AS delivery_state,
    coalesce(o.ship_state, 'unknown') AS ship_state,
    CAST(r.score AS DECIMAL(9, 4)) AS score,
    r.created_at,
    business_day(r.created_at) AS created_day,
    business_hour(r.created_at) AS created_hour
FROM state_reviews AS r
LEFT JOIN int_order AS i ON i.channel = r.channel AND i.order_no = r.order_no
LEFT JOIN fct_order AS o ON o.order_key = i.order_key
LEFT JOIN dim_channel AS channel ON channel.channel = r.channel
