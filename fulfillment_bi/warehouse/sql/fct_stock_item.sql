-- One row per SKU and warehouse in the newest snapshot of the warehouse: how long it lasts, whether it sells, and how
-- healthy it is. Points are 0 to 100, NULL where nothing is known; their weighted mean is over the known ones.
-- Grain: (sku_id, warehouse_id).
WITH counted AS (
    SELECT c.sku_id, c.warehouse_id, sum(c.qty_off) AS qty_off, sum(c.qty_held) AS qty_held
    FROM fct_stock_count AS c
    CROSS JOIN build_info AS info
    CROSS JOIN int_stock_threshold AS t
    WHERE c.counted_day > business_day(info.as_of) - t.count_days
    GROUP BY c.sku_id, c.warehouse_id
),

covered AS (
    SELECT
        i.*,
        -- Without sales, stock lasts for ever once it has been there for long enough to tell; before, nobody knows.
        CASE WHEN i.daily_units > 0 THEN CAST(greatest(i.available, 0) / i.daily_units AS DECIMAL(18, 4)) END AS cover_days,
        i.daily_units = 0 AND i.available > 0 AND i.is_known_long AS is_endless,
        c.qty_off, c.qty_held
    FROM int_stock_item AS i
    LEFT JOIN counted AS c ON c.sku_id = i.sku_id AND c.warehouse_id = i.warehouse_id
),

pointed AS (
    SELECT
        c.*,
        c.on_hand > 0 AND coalesce(c.cover_days > t.excess_days, c.is_endless) AS is_excess,
        CAST(CASE
            WHEN c.is_listed = 0 THEN NULL
            WHEN c.cover_days IS NULL AND c.available > 0 AND NOT c.is_endless THEN NULL
            WHEN c.available <= 0 OR c.is_endless OR c.cover_days >= t.excess_days THEN 0
            WHEN c.cover_days < t.cover_least THEN 100 * c.cover_days / t.cover_least
            WHEN c.cover_days <= t.cover_most THEN 100
            ELSE 100 * (t.excess_days - c.cover_days) / (t.excess_days - t.cover_most)
        END AS DECIMAL(9, 4)) AS cover_points,
        CAST(CASE WHEN c.on_hand > 0 AND c.is_known_long THEN CASE WHEN c.is_slow THEN 0 ELSE 100 END END AS DECIMAL(9, 4)) AS slow_points,
        CAST(CASE WHEN c.listed_days > 0 THEN 100.0 * (c.listed_days - c.out_days) / c.listed_days END AS DECIMAL(9, 4)) AS stockout_points,
        CAST(CASE WHEN c.qty_held > 0 THEN 100 * greatest(1 - c.qty_off / c.qty_held, 0) WHEN c.qty_off > 0 THEN 0 WHEN c.qty_off = 0 THEN 100 END AS DECIMAL(9, 4)) AS accuracy_points,
        t.health_cover_weight, t.health_slow_weight, t.health_stockout_weight, t.health_accuracy_weight
    FROM covered AS c
    CROSS JOIN int_stock_threshold AS t
),

weighed AS (
    SELECT
        *,
        CASE WHEN cover_points IS NULL THEN 0 ELSE health_cover_weight END
            + CASE WHEN slow_points IS NULL THEN 0 ELSE health_slow_weight END
            + CASE WHEN stockout_points IS NULL THEN 0 ELSE health_stockout_weight END
            + CASE WHEN accuracy_points IS NULL THEN 0 ELSE health_accuracy_weight END AS weight,
        coalesce(cover_points * health_cover_weight, 0) + coalesce(slow_points * health_slow_weight, 0)
            + coalesce(stockout_points * health_stockout_weight, 0)
            + coalesce(accuracy_points * health_accuracy_weight, 0) AS points
    FROM pointed
)

SELECT
    sku_id, category_id, warehouse_id, snapshot_day,
    is_listed, is_out, is_negative, is_below_safety,
    CAST(is_slow AS TINYINT) AS is_slow,
    CAST(is_known_long AS TINYINT) AS is_known_long,
    CAST(is_excess AS TINYINT) AS is_excess,
    on_hand, available, in_transit, safety_stock, unit_cost, stock_value,
    last_sale_day, first_seen_day, units_recent, units_rated, in_stock_days, listed_days, out_days,
    daily_units,
    cover_days,
    CASE
        WHEN available <= 0 THEN '0'
        WHEN cover_days IS NULL THEN 'none'
        WHEN cover_days <= 7 THEN '0-7'
        WHEN cover_days <= 30 THEN '7-30'
        WHEN cover_days <= 90 THEN '30-90'
        WHEN cover_days <= 180 THEN '90-180'
        ELSE '>180'
    END AS cover_bucket,
    cover_points, slow_points, stockout_points, accuracy_points,
    CAST(CASE WHEN weight > 0 THEN points / weight END AS DECIMAL(9, 4)) AS health_points
FROM weighed
