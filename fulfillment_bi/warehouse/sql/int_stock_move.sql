-- One row per stocked SKU, warehouse and day on which it was ordered or sent.
-- 1. Demand counts on the day of the order; it is due once its ship promise has passed, and unmet as far as it has not
--    been sent by now, however late.
-- 2. Units sent count on the day their line was complete, or while it is not, on the day of the order.
-- 3. A line that nothing was sent for has no warehouse: it is held against the only one that stocks its SKU, else 0.
-- Grain: (sku_id, warehouse_id, day).
WITH home AS (
    SELECT sku_id, CASE WHEN min(warehouse_id) = max(warehouse_id) THEN min(warehouse_id) ELSE 0 END AS warehouse_id
    FROM int_stock_level
    GROUP BY sku_id
),

line AS (
    SELECT
        l.sku_id,
        l.category_id,
        CASE WHEN l.warehouse_id = 0 THEN home.warehouse_id ELSE l.warehouse_id END AS warehouse_id,
        l.created_day, l.shipped_day, l.qty_ordered, l.qty_sent,
        l.qty_ordered * coalesce(l.unit_price, 0) AS demand_value,
        CASE WHEN l.due_ship_original = 1 THEN l.qty_due ELSE 0 END AS due_units,
        CASE WHEN l.due_ship_original = 1 THEN greatest(l.qty_due - l.qty_sent, 0) ELSE 0 END AS unmet_units
    FROM fct_order_line AS l
    INNER JOIN home ON home.sku_id = l.sku_id
    WHERE l.created_day IS NOT NULL
),

moved AS (
    SELECT
        sku_id, category_id, warehouse_id, created_day AS day,
        qty_ordered AS demand_units, demand_value, due_units, unmet_units, 0 AS shipped_units
    FROM line
    UNION ALL
    SELECT sku_id, category_id, warehouse_id, coalesce(shipped_day, created_day), 0, 0, 0, 0, qty_sent
    FROM line
    WHERE qty_sent > 0
)

SELECT
    sku_id, warehouse_id, day,
    any_value(category_id) AS category_id,
    CAST(sum(demand_units) AS DECIMAL(18, 4)) AS demand_units,
    CAST(sum(demand_value) AS DECIMAL(18, 4)) AS demand_value,
    CAST(sum(due_units) AS DECIMAL(18, 4)) AS due_units,
    CAST(sum(unmet_units) AS DECIMAL(18, 4)) AS unmet_units,
    CAST(sum(shipped_units) AS DECIMAL(18, 4)) AS shipped_units
FROM moved
GROUP BY sku_id, warehouse_id, day
