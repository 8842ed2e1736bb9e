-- Orders sent in a stretch by the warehouse they went from, the one that would have been fastest among those that had
-- everything on the day's stock snapshot, and the one that is fastest if only it had stock.
-- 1. How fast a lane (warehouse to region) is: the median from hand-over to signing of the newest `$3` days, for lanes
--    with at least `$4` signed orders. Orders whose own lane is not known that well are not judged.
-- 2. The warehouse an order went from is always one it could go from; another one needs every SKU of it in stock.
-- 3. Another lane counts as faster only where it saves at least `$5` seconds.
-- Parameters: first day, last day (business days of the order); days of lanes; least orders of a lane; least seconds.
-- Grain: (warehouse, region, best, fastest); an order is judged where `is_judged`.
WITH delivered AS (
    SELECT
        o.warehouse_id, o.region_id, o.due_sign_original AS is_due, o.late_sign_original AS is_late,
        date_diff('second', o.shipped_at, o.delivered_at) AS seconds
    FROM fct_order AS o
    WHERE o.created_day > $2 - CAST($3 AS INTEGER) AND o.created_day <= $2 AND o.is_signed = 1 AND o.sequence_possible = 1
        AND o.shipped_at IS NOT NULL AND o.region_id > 0
),

freight AS (
    SELECT warehouse_id, region_id, avg(CAST(freight_cost AS DOUBLE)) AS freight
    FROM fct_parcel
    WHERE freight_cost IS NOT NULL AND created_day > $2 - CAST($3 AS INTEGER)
    GROUP BY warehouse_id, region_id
),

lane AS (
    SELECT
        d.warehouse_id, d.region_id, median(d.seconds) AS seconds,
        sum(d.is_late) / nullif(sum(d.is_due), 0) AS late_rate,
        any_value(f.freight) AS freight
    FROM delivered AS d
    INNER JOIN dim_warehouse AS w ON w.warehouse_id = d.warehouse_id AND w.warehouse NOT IN ('unknown', 'several')
    LEFT JOIN freight AS f ON f.warehouse_id = d.warehouse_id AND f.region_id = d.region_id
    GROUP BY d.warehouse_id, d.region_id
    HAVING count(*) >= $4
),

sent AS (
    SELECT o.order_key, o.warehouse_id, o.region_id, o.created_day, o.due_sign_original AS is_due, o.late_sign_original AS is_late
    FROM fct_order AS o
    INNER JOIN dim_warehouse AS w ON w.warehouse_id = o.warehouse_id AND w.warehouse NOT IN ('unknown', 'several')
    WHERE o.created_day BETWEEN $1 AND $2 AND o.shipped_at IS NOT NULL AND o.is_cancelled = 0
),

need AS (
    SELECT l.order_key, l.sku_id, sum(l.qty_ordered) AS qty
    FROM fct_order_line AS l
    SEMI JOIN sent AS s ON s.order_key = l.order_key
    GROUP BY l.order_key, l.sku_id
),

needs AS (SELECT order_key, count(*) AS skus FROM need GROUP BY order_key),

-- Warehouses that had every SKU of the order when its day ended.
stocked AS (
    SELECT s.order_key, d.warehouse_id
    FROM sent AS s
    INNER JOIN need AS n ON n.order_key = s.order_key
    INNER JOIN needs AS many ON many.order_key = s.order_key
    INNER JOIN fct_stock_day AS d
        ON d.sku_id = n.sku_id AND d.snapshot_day = s.created_day AND d.is_snapshot = 1 AND d.available >= n.qty
    GROUP BY s.order_key, d.warehouse_id, many.skus
    HAVING count(*) = many.skus
),

judged AS (
    SELECT
        s.order_key, s.warehouse_id, s.region_id, s.is_due, s.is_late,
        arg_min(other.warehouse_id, other.seconds) FILTER (
            WHERE (k.order_key IS NOT NULL OR other.warehouse_id = s.warehouse_id)
                AND (other.warehouse_id = s.warehouse_id OR own.seconds - other.seconds >= $5)
        ) AS best_id,
        arg_min(other.warehouse_id, other.seconds) FILTER (
            WHERE other.warehouse_id = s.warehouse_id OR own.seconds - other.seconds >= $5
        ) AS fastest_id
    FROM sent AS s
    INNER JOIN lane AS own ON own.warehouse_id = s.warehouse_id AND own.region_id = s.region_id
    INNER JOIN lane AS other ON other.region_id = s.region_id
    LEFT JOIN stocked AS k ON k.order_key = s.order_key AND k.warehouse_id = other.warehouse_id
    GROUP BY s.order_key, s.warehouse_id, s.region_id, s.is_due, s.is_late
),

counted AS (
    SELECT s.warehouse_id, s.region_id, j.best_id, j.fastest_id, count(*) AS orders, sum(s.is_due) AS due, sum(s.is_late) AS late
    FROM sent AS s
    LEFT JOIN judged AS j ON j.order_key = s.order_key
    GROUP BY ALL
)

SELECT
    w.warehouse, r.region,
    coalesce(best.warehouse, '') AS best,
    coalesce(fastest.warehouse, '') AS fastest,
    c.best_id IS NOT NULL AS is_judged,
    c.orders,
    CAST(c.due AS BIGINT) AS due,
    CAST(c.late AS BIGINT) AS late,
    CAST(own.seconds AS DOUBLE) AS seconds,
    CAST(there.seconds AS DOUBLE) AS best_seconds,
    CAST(first.seconds AS DOUBLE) AS fastest_seconds,
    CAST(own.late_rate AS DOUBLE) AS late_rate,
    CAST(there.late_rate AS DOUBLE) AS best_late_rate,
    CAST(first.late_rate AS DOUBLE) AS fastest_late_rate,
    CAST(own.freight AS DOUBLE) AS freight,
    CAST(there.freight AS DOUBLE) AS best_freight,
    CAST(first.freight AS DOUBLE) AS fastest_freight
FROM counted AS c
INNER JOIN dim_warehouse AS w ON w.warehouse_id = c.warehouse_id
INNER JOIN dim_region AS r ON r.region_id = c.region_id
LEFT JOIN dim_warehouse AS best ON best.warehouse_id = c.best_id
LEFT JOIN dim_warehouse AS fastest ON fastest.warehouse_id = c.fastest_id
LEFT JOIN lane AS own ON own.warehouse_id = c.warehouse_id AND own.region_id = c.region_id
LEFT JOIN lane AS there ON there.warehouse_id = c.best_id AND there.region_id = c.region_id
LEFT JOIN lane AS first ON first.warehouse_id = c.fastest_id AND first.region_id = c.region_id
ORDER BY c.orders DESC, w.warehouse, r.region, best, fastest
