-- One row per after-sales case, with the dimensions of its order (unknown where the order was not loaded).
-- Grain: (channel, case_no).
SELECT
    c.case_no,
    coalesce(c.order_key, 0) AS order_key,
    coalesce(o.order_no, c.order_no) AS order_no,
    coalesce(o.channel_id, channel.channel_id, 0) AS channel_id,
    coalesce(o.shop_id, 0) AS shop_id,
    coalesce(o.region_id, 0) AS region_id,
    coalesce(o.warehouse_id, 0) AS warehouse_id,
    coalesce(o.carrier_id, 0) AS carrier_id,
    coalesce(sku.sku_id, 0) AS sku_id,
    coalesce(sku.category_id, 0) AS category_id,
    coalesce(o.delivery_state, 'unknown') AS delivery_state,
    coalesce(o.ship_state, 'unknown') AS ship_state,
    c.kind AS after_sales_kind,
    c.reason AS after_sales_reason,
    CASE WHEN c.is_before_shipping THEN 'before_shipping' ELSE 'after_shipping' END AS after_sales_time,
    c.opened_at, c.closed_at, c.reshipped_at,
    business_day(c.opened_at) AS opened_day,
    business_hour(c.opened_at) AS opened_hour,
    o.created_day, o.created_hour,
    c.qty,
    c.amount,
    CAST(1 AS TINYINT) AS is_case,
    CAST(c.is_accepted AS TINYINT) AS is_accepted,
    CAST(c.is_before_shipping AS TINYINT) AS is_before_shipping,
    date_diff('second', c.opened_at, c.closed_at) AS case_seconds,
    -- Goods sent again: when they left, else when the case that sends them was closed.
    CASE WHEN c.kind IN ('reship', 'exchange') AND c.is_accepted THEN date_diff('second', c.opened_at, coalesce(c.reshipped_at, c.closed_at)) END AS reship_seconds,
    business_day(coalesce(c.reshipped_at, c.closed_at)) AS closed_day,
    business_hour(coalesce(c.reshipped_at, c.closed_at)) AS closed_hour,
    CAST(coalesce(c.closed_at >= c.opened_at, true) AND coalesce(c.reshipped_at >= c.opened_at, true) AS TINYINT) AS sequence_possible
FROM int_after_sale AS c
LEFT JOIN fct_order AS o ON o.order_key = c.order_key
LEFT JOIN dim_channel AS channel ON channel.channel = c.channel
LEFT JOIN dim_sku AS sku ON sku.sku = c.sku
