-- Orders that came to a warehouse, and that it packed, by business day and hour. Where no system says when an order was
-- packed, its hand-over stands for it.
-- Parameters: first day, last day.
-- Grain: (warehouse, day, hour).
WITH clock AS (SELECT timezone FROM build_info),

step AS (
    SELECT warehouse_id, created_day AS day, CAST(created_hour AS INTEGER) AS hour, 1 AS came, 0 AS packed
    FROM fct_order
    WHERE is_cancelled = 0 AND created_day BETWEEN $1 AND $2
    UNION ALL
    SELECT
        warehouse_id, CAST(date_trunc('day', moment) AS DATE) AS day, CAST(date_part('hour', moment) AS INTEGER) AS hour, 0 AS came, 1 AS packed
    FROM (
        SELECT o.warehouse_id, coalesce(o.packed_at, o.shipped_at) AT TIME ZONE 'UTC' AT TIME ZONE clock.timezone AS moment
        FROM fct_order AS o
        CROSS JOIN clock
        WHERE coalesce(o.packed_at, o.shipped_at) IS NOT NULL
    )
    WHERE moment >= CAST($1 AS TIMESTAMP) AND moment < CAST($2 AS TIMESTAMP) + INTERVAL 1 DAY
)

SELECT w.warehouse, CAST(s.day - $1 AS INTEGER) AS day, s.hour, sum(s.came) AS came, sum(s.packed) AS packed
FROM step AS s
INNER JOIN dim_warehouse AS w ON w.warehouse_id = s.warehouse_id AND w.warehouse NOT IN ('unknown', 'several')
GROUP BY w.warehouse, s.day, s.hour
ORDER BY w.warehouse, s.day, s.hour
