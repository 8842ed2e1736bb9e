-- How many SKU-warehouses have taken stock at least once.
SELECT count(*) AS series
FROM (SELECT DISTINCT sku_id, warehouse_id FROM fct_stock_day WHERE is_snapshot = 1 AND warehouse_id > 0 AND sku_id > 0)
