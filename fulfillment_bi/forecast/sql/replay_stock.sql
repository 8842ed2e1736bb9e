-- Stock and demand of each series and day of a stretch, and what was received on it.
-- Parameters: first day, last day.
-- Grain: (series, day).
WITH came AS (
    SELECT sku_id, warehouse_id, received_day AS day, sum(qty_received - qty_rejected) AS units
    FROM fct_purchase_line
    WHERE received_day BETWEEN $1 AND $2
    GROUP BY ALL
)

SELECT
    dense_rank() OVER (ORDER BY d.sku_id, d.warehouse_id) - 1 AS series,
    d.sku_id, d.warehouse_id,
    CAST(d.snapshot_day - $1 AS INTEGER) AS day,
    CAST(d.available AS DOUBLE) AS available,
    CAST(d.safety_stock AS DOUBLE) AS safety,
    CAST(d.unit_cost AS DOUBLE) AS unit_cost,
    CAST(d.demand_units AS DOUBLE) AS demand,
    CAST(coalesce(c.units, 0) AS DOUBLE) AS received
FROM fct_stock_day AS d
LEFT JOIN came AS c ON c.sku_id = d.sku_id AND c.warehouse_id = d.warehouse_id AND c.day = d.snapshot_day
WHERE d.is_snapshot = 1 AND d.warehouse_id > 0 AND d.snapshot_day BETWEEN $1 AND $2
ORDER BY series, day
