-- One row per SKU: what it cost in its newest snapshot.
-- Grain: sku_id.
SELECT sku_id, arg_max(unit_cost, (snapshot_day, warehouse_id)) AS unit_cost
FROM int_stock_level
GROUP BY sku_id
