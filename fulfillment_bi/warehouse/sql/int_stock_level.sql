-- One row per SKU, warehouse and day of a snapshot: its batches together.
-- `available` is what can still be sold; a stock below zero is an error of the books and worth nothing.
-- Most stock is kept without batches and needs no grouping, which is dear over all days of all SKUs.
-- Grain: (sku_id, warehouse_id, snapshot_day).
WITH product AS (
    SELECT
        sku.sku, sku.sku_id, sku.category_id,
        coalesce(p.cost, 0) AS cost,
        coalesce(business_day(p.discontinued_at), DATE '9999-12-31') AS ends_on
    FROM dim_sku AS sku
    LEFT JOIN state_products AS p ON p.sku = sku.sku
),

costed AS (
    SELECT
        coalesce(p.sku_id, 0) AS sku_id,
        coalesce(p.category_id, 0) AS category_id,
        coalesce(warehouse.warehouse_id, 0) AS warehouse_id,
        l."date" AS snapshot_day,
        coalesce(l.batch, '') AS batch,
        l.on_hand,
        coalesce(l.reserved, 0) AS reserved,
        coalesce(l.available, l.on_hand - coalesce(l.reserved, 0)) AS available,
        coalesce(l.in_transit, 0) AS in_transit,
        coalesce(l.safety_stock, 0) AS safety_stock,
        coalesce(l.unit_cost, p.cost, 0) AS unit_cost,
        coalesce(p.ends_on > l."date", true) AS is_listed
    FROM state_stock_levels AS l
    LEFT JOIN product AS p ON p.sku = l.sku
    LEFT JOIN dim_warehouse AS warehouse ON warehouse.warehouse = l.warehouse
),

batched AS (
    SELECT DISTINCT sku_id, warehouse_id, snapshot_day FROM costed WHERE batch <> ''
),

level AS (
    SELECT
        sku_id, category_id, warehouse_id, snapshot_day, on_hand, reserved, available, in_transit, safety_stock,
        unit_cost, greatest(on_hand, 0) * unit_cost AS stock_value, is_listed
    FROM costed
    ANTI JOIN batched USING (sku_id, warehouse_id, snapshot_day)
    UNION ALL
    SELECT
        sku_id,
        any_value(category_id),
        warehouse_id,
        snapshot_day,
        sum(on_hand),
        sum(reserved),
        sum(available),
        sum(in_transit),
        max(safety_stock),
        CASE WHEN sum(greatest(on_hand, 0)) > 0
             THEN sum(greatest(on_hand, 0) * unit_cost) / sum(greatest(on_hand, 0)) ELSE max(unit_cost) END,
        sum(greatest(on_hand, 0) * unit_cost),
        any_value(is_listed)
    FROM costed
    SEMI JOIN batched USING (sku_id, warehouse_id, snapshot_day)
    GROUP BY sku_id, warehouse_id, snapshot_day
)

SELECT
    sku_id, category_id, warehouse_id, snapshot_day,
    CAST(on_hand AS DECIMAL(18, 4)) AS on_hand,
    CAST(reserved AS DECIMAL(18, 4)) AS reserved,
    CAST(available AS DECIMAL(18, 4)) AS available,
    CAST(in_transit AS DECIMAL(18, 4)) AS in_transit,
    CAST(safety_stock AS DECIMAL(18, 4)) AS safety_stock,
    CAST(unit_cost AS DECIMAL(18, 4)) AS unit_cost,
    CAST(stock_value AS DECIMAL(18, 4)) AS stock_value,
    CAST(is_listed AS TINYINT) AS is_listed,
    CAST(is_listed AND available <= 0 AS TINYINT) AS is_out
FROM level
