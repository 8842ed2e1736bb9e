-- The lines of the orders of a stretch, each with the stock series and day it drew on.
-- Parameters: first day, last day (business days of the order).
-- Grain: (order_key, sku_id, warehouse_id).
SELECT order_key, sku_id, warehouse_id, CAST(created_day - $1 AS INTEGER) AS day
FROM fct_order_line
WHERE created_day BETWEEN $1 AND $2 AND warehouse_id > 0 AND sku_id > 0
GROUP BY order_key, sku_id, warehouse_id, created_day
