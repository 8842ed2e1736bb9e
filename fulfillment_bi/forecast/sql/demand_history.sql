-- Demand per stocked SKU, warehouse and business day before `$1`, and how much of the day there was stock to sell.
-- 1. A series is a SKU in a warehouse that has taken stock of it at least once; a day without a snapshot says nothing
--    about stock, and so nothing about demand.
-- 2. `exposure` is 1 with stock at both ends of the day, 0 with none at either, and half when stock came within it.
--    Where it ran out within the day the day counts whole, and what was sold is the least that was asked for.
-- 3. SKUs that are no longer listed have no exposure: nothing is expected of them.
-- Parameters: the day after the last; a channel, or NULL for all of them.
-- Grain: (sku_id, warehouse_id, day).
WITH asked AS (
    SELECT l.sku_id, l.warehouse_id, l.created_day AS day, sum(l.qty_ordered) AS units
    FROM fct_order_line AS l
    INNER JOIN dim_channel AS c ON c.channel_id = l.channel_id AND c.channel = $2
    GROUP BY ALL
),

level AS (
    SELECT
        d.sku_id, d.warehouse_id, d.category_id, d.snapshot_day, d.is_listed,
        CASE WHEN $2 IS NULL THEN d.demand_units ELSE coalesce(a.units, 0) END AS units,
        d.available > 0 AS has_after,
        coalesce(lag(d.available > 0) OVER (PARTITION BY d.sku_id, d.warehouse_id ORDER BY d.snapshot_day), d.available > 0) AS has_before
    FROM fct_stock_day AS d
    LEFT JOIN asked AS a ON a.sku_id = d.sku_id AND a.warehouse_id = d.warehouse_id AND a.day = d.snapshot_day
    WHERE d.is_snapshot = 1 AND d.warehouse_id > 0 AND d.sku_id > 0 AND d.snapshot_day < $1
)

SELECT
    dense_rank() OVER (ORDER BY sku_id, warehouse_id) - 1 AS series,
    sku_id, warehouse_id, category_id,
    CAST(snapshot_day - DATE '1970-01-01' AS INTEGER) AS day,
    CAST(greatest(units, 0) AS DOUBLE) AS units,
    CASE WHEN is_listed = 0 THEN 0.0 WHEN has_after AND NOT has_before THEN 0.5 WHEN has_after OR has_before THEN 1.0 ELSE 0.0 END AS exposure,
    is_listed = 1 AND has_before AND NOT has_after AS is_least
FROM level
ORDER BY series, day
