-- One row per SKU, warehouse and month with a snapshot: what was ordered on a day in stock, in units and money.
-- Days out of stock say nothing about demand; the months before help where there are few others. A rate depends on
-- these few months only, so that newer data never change it later.
-- Grain: (sku_id, warehouse_id, month_no).
WITH monthly AS (
    SELECT
        l.sku_id, l.warehouse_id,
        year(l.snapshot_day) * 12 + month(l.snapshot_day) AS month_no,
        count(*) FILTER (WHERE l.is_out = 0) AS in_stock_days,
        coalesce(sum(m.demand_units) FILTER (WHERE l.is_out = 0), 0) AS units,
        coalesce(sum(m.demand_value) FILTER (WHERE l.is_out = 0), 0) AS value
    FROM int_stock_level AS l
    LEFT JOIN int_stock_move AS m
        ON m.sku_id = l.sku_id AND m.warehouse_id = l.warehouse_id AND m.day = l.snapshot_day
    GROUP BY l.sku_id, l.warehouse_id, month_no
),

held AS (
    SELECT
        sku_id, warehouse_id, month_no,
        sum(in_stock_days) OVER recent AS in_stock_days,
        sum(units) OVER recent AS units,
        sum(value) OVER recent AS value
    FROM monthly
    CROSS JOIN int_stock_threshold AS threshold
    WINDOW recent AS (
        PARTITION BY sku_id, warehouse_id ORDER BY month_no
        RANGE BETWEEN threshold.rate_months - 1 PRECEDING AND CURRENT ROW
    )
)

SELECT
    sku_id, warehouse_id, month_no,
    CAST(CASE WHEN in_stock_days > 0 THEN units / in_stock_days ELSE 0 END AS DECIMAL(18, 4)) AS daily_units,
    CAST(CASE WHEN in_stock_days > 0 THEN value / in_stock_days ELSE 0 END AS DECIMAL(18, 4)) AS daily_value
FROM held
