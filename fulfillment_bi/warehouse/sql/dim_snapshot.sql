-- The days on which each warehouse took stock.
-- Grain: (warehouse_id, snapshot_day).
SELECT DISTINCT warehouse_id, snapshot_day
FROM fct_stock_day
WHERE is_snapshot = 1
