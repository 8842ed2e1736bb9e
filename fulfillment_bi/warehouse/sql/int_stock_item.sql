-- One row per SKU and warehouse in the newest snapshot of the warehouse: its stock, and how it sold up to then.
-- `is_known_long`: in the books for long enough to say that it does not sell.
-- Grain: (sku_id, warehouse_id).
WITH newest AS (
    SELECT warehouse_id, max(snapshot_day) AS snapshot_day FROM dim_snapshot GROUP BY warehouse_id
),

history AS (
    SELECT
        d.sku_id, d.warehouse_id,
        max(d.snapshot_day) FILTER (WHERE d.demand_units > 0) AS last_sale_day,
        min(d.snapshot_day) FILTER (WHERE d.is_snapshot = 1) AS first_seen_day,
        coalesce(sum(d.demand_units) FILTER (WHERE d.snapshot_day > n.snapshot_day - t.recent_days), 0) AS units_recent,
        coalesce(sum(d.demand_units) FILTER (WHERE d.snapshot_day > n.snapshot_day - t.rate_days), 0) AS units_rated,
        coalesce(sum(d.demand_units) FILTER (
            WHERE d.snapshot_day > n.snapshot_day - t.rate_days AND d.is_snapshot = 1 AND d.is_out = 0), 0) AS units_in_stock,
        count(*) FILTER (
            WHERE d.snapshot_day > n.snapshot_day - t.rate_days AND d.is_snapshot = 1 AND d.is_out = 0) AS in_stock_days,
        count(*) FILTER (WHERE d.snapshot_day > n.snapshot_day - t.recent_days AND d.is_listed = 1) AS listed_days,
        count(*) FILTER (WHERE d.snapshot_day > n.snapshot_day - t.recent_days AND d.is_out = 1) AS out_days
    FROM fct_stock_day AS d
    INNER JOIN newest AS n ON n.warehouse_id = d.warehouse_id AND d.snapshot_day <= n.snapshot_day
    CROSS JOIN int_stock_threshold AS t
    GROUP BY d.sku_id, d.warehouse_id
)

SELECT
    d.sku_id, d.category_id, d.warehouse_id, d.snapshot_day,
    d.is_listed, d.is_out, d.is_negative, d.is_below_safety,
    d.on_hand, d.available, d.in_transit, d.safety_stock, d.unit_cost, d.stock_value,
    h.last_sale_day, h.first_seen_day, h.units_recent, h.units_rated, h.in_stock_days, h.listed_days, h.out_days,
    CAST(CASE WHEN h.in_stock_days > 0 THEN h.units_in_stock / h.in_stock_days ELSE 0 END AS DECIMAL(18, 4)) AS daily_units,
    d.snapshot_day - h.first_seen_day >= t.slow_days AS is_known_long,
    d.on_hand > 0 AND d.snapshot_day - h.first_seen_day >= t.slow_days
        AND coalesce(h.last_sale_day <= d.snapshot_day - t.slow_days, true) AS is_slow
FROM fct_stock_day AS d
INNER JOIN newest AS n ON n.warehouse_id = d.warehouse_id AND n.snapshot_day = d.snapshot_day
INNER JOIN history AS h ON h.sku_id = d.sku_id AND h.warehouse_id = d.warehouse_id
CROSS JOIN int_stock_threshold AS t
WHERE d.is_snapshot = 1
