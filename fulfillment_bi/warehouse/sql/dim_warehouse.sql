-- Warehouses that ship, hold or receive; 'several' stands for orders and lines shipped from more than one.
-- Grain: warehouse.
WITH member AS (
    SELECT warehouse FROM int_order_event
    UNION
    SELECT warehouse FROM int_line_event
    UNION
    SELECT warehouse FROM int_parcel_known
    UNION
    SELECT warehouse FROM state_stock_levels
    UNION
    SELECT warehouse FROM state_stock_counts
    UNION
    SELECT warehouse FROM state_purchase_lines
)

SELECT 0 AS warehouse_id, 'unknown' AS warehouse
UNION ALL
SELECT CAST(row_number() OVER (ORDER BY warehouse) AS INTEGER) AS warehouse_id, warehouse
FROM member
WHERE warehouse <> 'unknown'
