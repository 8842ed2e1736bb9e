-- What became of each SKU and warehouse since a day: what was asked for, days without stock, and what was bought.
-- Parameters: first day; last day; days after the first within which a purchase answers a proposal.
-- Grain: (sku, warehouse).
WITH stock AS (
    SELECT sku_id, warehouse_id, sum(demand_units) AS units, count(*) FILTER (WHERE available <= 0) AS days_out
    FROM fct_stock_day
    WHERE is_snapshot = 1 AND warehouse_id > 0 AND sku_id > 0 AND snapshot_day BETWEEN $1 AND $2
    GROUP BY sku_id, warehouse_id
),

bought AS (
    SELECT sku_id, warehouse_id, sum(qty_ordered) AS units
    FROM fct_purchase_line
    WHERE ordered_day BETWEEN $1 AND least($1 + CAST($3 AS INTEGER), $2)
    GROUP BY sku_id, warehouse_id
)

SELECT
    s.sku, w.warehouse,
    CAST(stock.units AS DOUBLE) AS units,
    stock.days_out,
    CAST(coalesce(bought.units, 0) AS DOUBLE) AS bought
FROM stock
INNER JOIN dim_sku AS s ON s.sku_id = stock.sku_id
INNER JOIN dim_warehouse AS w ON w.warehouse_id = stock.warehouse_id
LEFT JOIN bought ON bought.sku_id = stock.sku_id AND bought.warehouse_id = stock.warehouse_id
