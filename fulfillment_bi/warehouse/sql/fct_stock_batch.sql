-- One row per SKU, warehouse and batch in the newest snapshot of the warehouse: how old it is, and how long it keeps.
-- Grain: (sku_id, warehouse_id, batch).
WITH newest AS (
    SELECT warehouse, max("date") AS snapshot_day FROM state_stock_levels GROUP BY warehouse
)

SELECT
    coalesce(sku.sku_id, 0) AS sku_id,
    coalesce(sku.category_id, 0) AS category_id,
    coalesce(warehouse.warehouse_id, 0) AS warehouse_id,
    coalesce(l.batch, '') AS batch,
    l."date" AS snapshot_day,
    l.received_on,
    l.expires_on,
    greatest(l.on_hand, 0) AS qty,
    CAST(greatest(l.on_hand, 0) * coalesce(l.unit_cost, p.cost, 0) AS DECIMAL(18, 4)) AS stock_value,
    CAST(l.received_on IS NOT NULL AS TINYINT) AS has_age,
    CASE WHEN l.received_on IS NOT NULL THEN greatest(l."date" - l.received_on, 0) END AS age_days,
    CASE
        WHEN l.received_on IS NULL THEN 'none'
        WHEN l."date" - l.received_on <= 30 THEN '0-30'
        WHEN l."date" - l.received_on <= 60 THEN '31-60'
        WHEN l."date" - l.received_on <= 90 THEN '61-90'
        WHEN l."date" - l.received_on <= 180 THEN '91-180'
        WHEN l."date" - l.received_on <= 365 THEN '181-365'
        ELSE '>365'
    END AS age_bucket,
    CAST(l.expires_on IS NOT NULL AS TINYINT) AS has_expiry,
    CAST(coalesce(l.expires_on <= l."date" + threshold.expiry_days, false) AS TINYINT) AS is_at_risk
FROM state_stock_levels AS l
INNER JOIN newest ON newest.warehouse = l.warehouse AND newest.snapshot_day = l."date"
CROSS JOIN int_stock_threshold AS threshold
LEFT JOIN state_products AS p ON p.sku = l.sku
LEFT JOIN dim_sku AS sku ON sku.sku = l.sku
LEFT JOIN dim_warehouse AS warehouse ON warehouse.warehouse = l.warehouse
