-- Open orders with their promise to come: their names, where they are and what they are worth.
-- Grain: order_key.
SELECT o.order_key, o.order_no, c.channel, w.warehouse, o.promised_delivery_at_original, CAST(o.order_value AS DOUBLE) AS value
FROM fct_order_open AS o
INNER JOIN dim_channel AS c ON c.channel_id = o.channel_id
INNER JOIN dim_warehouse AS w ON w.warehouse_id = o.warehouse_id
