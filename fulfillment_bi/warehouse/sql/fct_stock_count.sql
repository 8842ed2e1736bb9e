-- One row per count of a SKU in a location: what the books said and what was there.
-- Grain: (counted_at, sku_id, warehouse_id, location).
SELECT
    c.counted_at,
    business_day(c.counted_at) AS counted_day,
    business_hour(c.counted_at) AS counted_hour,
    coalesce(sku.sku_id, 0) AS sku_id,
    coalesce(sku.category_id, 0) AS category_id,
    coalesce(warehouse.warehouse_id, 0) AS warehouse_id,
    coalesce(c.location, '') AS location,
    dense_rank() OVER (ORDER BY c.warehouse, coalesce(c.location, ''), c.sku) AS place_key,
    c.book_qty,
    c.counted_qty,
    abs(c.counted_qty - c.book_qty) AS qty_off,
    abs(c.book_qty) AS qty_held,
    CAST(abs(c.counted_qty - c.book_qty) <= abs(c.book_qty) * threshold.count_tolerance AS TINYINT) AS is_accurate
FROM state_stock_counts AS c
CROSS JOIN int_stock_threshold AS threshold
LEFT JOIN dim_sku AS sku ON sku.sku = c.sku
LEFT JOIN dim_warehouse AS warehouse ON warehouse.warehouse = c.warehouse
