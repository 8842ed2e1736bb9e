-- Warehouses that shipped; 'several' stands for orders and lines shipped from more than one.
-- Grain: warehouse.
WITH member AS (
    SELECT warehouse FROM int_order_event
    UNION
    SELECT warehouse FROM int_line_event
)

SELECT 0 AS warehouse_id, 'unknown' AS warehouse
UNION ALL
SELECT CAST(row_number() OVER (ORDER BY warehouse) AS INTEGER) AS warehouse_id, warehouse
FROM member
WHERE warehouse <> 'unknown'
