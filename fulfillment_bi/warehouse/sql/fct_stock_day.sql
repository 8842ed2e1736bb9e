-- One row per SKU, warehouse and day: the stock at its end, and what was ordered and sent on it.
-- Days without a snapshot on which a stocked SKU moved are rows too, with `is_snapshot` 0 and no stock.
-- Grain: (sku_id, warehouse_id, snapshot_day).
WITH day AS (
    SELECT
        coalesce(l.sku_id, m.sku_id) AS sku_id,
        coalesce(l.category_id, m.category_id) AS category_id,
        coalesce(l.warehouse_id, m.warehouse_id) AS warehouse_id,
        coalesce(l.snapshot_day, m.day) AS snapshot_day,
        l.* EXCLUDE (sku_id, category_id, warehouse_id, snapshot_day),
        m.* EXCLUDE (sku_id, category_id, warehouse_id, day)
    FROM int_stock_level AS l
    FULL JOIN int_stock_move AS m
        ON m.sku_id = l.sku_id AND m.warehouse_id = l.warehouse_id AND m.day = l.snapshot_day
)

SELECT
    d.sku_id,
    d.category_id,
    d.warehouse_id,
    d.snapshot_day,
    CAST(d.on_hand IS NOT NULL AS TINYINT) AS is_snapshot,
    coalesce(d.is_listed, CAST(0 AS TINYINT)) AS is_listed,
    coalesce(d.is_out, CAST(0 AS TINYINT)) AS is_out,
    CAST(coalesce(d.on_hand < 0, false) AS TINYINT) AS is_negative,
    CAST(coalesce(d.is_listed = 1 AND d.available < d.safety_stock, false) AS TINYINT) AS is_below_safety,
    coalesce(d.on_hand, 0) AS on_hand,
    coalesce(d.reserved, 0) AS reserved,
    coalesce(d.available, 0) AS available,
    coalesce(d.in_transit, 0) AS in_transit,
    coalesce(d.safety_stock, 0) AS safety_stock,
    coalesce(d.unit_cost, cost.unit_cost, 0) AS unit_cost,
    coalesce(d.stock_value, 0) AS stock_value,
    CASE WHEN d.is_listed = 1 THEN coalesce(rate.daily_units, 0) ELSE 0 END AS daily_units,
    CASE WHEN d.is_listed = 1 THEN coalesce(rate.daily_value, 0) ELSE 0 END AS daily_value,
    coalesce(d.demand_units, 0) AS demand_units,
    coalesce(d.due_units, 0) AS due_units,
    coalesce(d.unmet_units, 0) AS unmet_units,
    coalesce(d.shipped_units, 0) AS shipped_units,
    CAST(coalesce(d.shipped_units, 0) * coalesce(d.unit_cost, cost.unit_cost, 0) AS DECIMAL(18, 4)) AS cost_of_goods
FROM day AS d
LEFT JOIN int_stock_cost AS cost ON cost.sku_id = d.sku_id
LEFT JOIN int_stock_rate AS rate
    ON rate.sku_id = d.sku_id AND rate.warehouse_id = d.warehouse_id
    AND rate.month_no = year(d.snapshot_day) * 12 + month(d.snapshot_day)
ORDER BY d.snapshot_day, d.warehouse_id, d.sku_id
