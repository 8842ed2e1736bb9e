-- The flow through each stage, for each warehouse and for all ('all'): one row per stage and warehouse.
-- Parameters: start, end (UTC, end exclusive). A visit is an order's stay in a stage; open orders are still in theirs.
-- Work in progress is counted at the end of each hour: what was there before, plus arrivals, less completions so far.
WITH bounds AS (
    SELECT CAST(? AS TIMESTAMP) AS first_at, CAST(? AS TIMESTAMP) AS last_at
),

stay AS (
    SELECT stage, warehouse_id, started_at, ended_at, seconds FROM fct_order_stage WHERE seconds >= 0
    UNION ALL
    SELECT current_stage, warehouse_id, waiting_since, NULL, NULL FROM fct_order WHERE is_open = 1
),

visit AS (
    SELECT stay.stage, w.warehouse, stay.started_at, stay.ended_at, stay.seconds
    FROM stay
    INNER JOIN dim_warehouse AS w ON w.warehouse_id = stay.warehouse_id
    CROSS JOIN bounds
    WHERE stay.stage IS NOT NULL
        AND stay.started_at < bounds.last_at
        AND (stay.ended_at IS NULL OR stay.ended_at >= bounds.first_at)
),

either AS (
    SELECT * FROM visit
    UNION ALL
    SELECT stage, 'all' AS warehouse, started_at, ended_at, seconds FROM visit
),

step AS (
    SELECT stage, warehouse, date_trunc('hour', greatest(started_at, first_at)) AS hour, 1 AS change,
        CAST(started_at >= first_at AS INTEGER) AS arrived, 0 AS completed, NULL AS seconds
    FROM either
    CROSS JOIN bounds
    UNION ALL
    SELECT stage, warehouse, date_trunc('hour', ended_at), -1, 0, 1, seconds
    FROM either
    CROSS JOIN bounds
    WHERE ended_at < last_at
),

hourly AS (
    SELECT stage, warehouse, hour, sum(change) AS change, sum(arrived) AS arrived, sum(completed) AS completed,
        sum(seconds) AS seconds
    FROM step
    GROUP BY stage, warehouse, hour
),

grid AS (
    SELECT pair.stage, pair.warehouse, unnest(generate_series(
        date_trunc('hour', first_at), date_trunc('hour', last_at - INTERVAL 1 MICROSECOND), INTERVAL 1 HOUR)) AS hour
    FROM (SELECT DISTINCT stage, warehouse FROM step) AS pair
    CROSS JOIN bounds
),

course AS (
    SELECT grid.stage, grid.warehouse, grid.hour,
        coalesce(hourly.arrived, 0) AS arrived,
        coalesce(hourly.completed, 0) AS completed,
        coalesce(hourly.seconds, 0) AS seconds,
        sum(coalesce(hourly.change, 0)) OVER (
            PARTITION BY grid.stage, grid.warehouse ORDER BY grid.hour ROWS UNBOUNDED PRECEDING) AS waiting
    FROM grid
    LEFT JOIN hourly ON hourly.stage = grid.stage AND hourly.warehouse = grid.warehouse AND hourly.hour = grid.hour
),

peak AS (
    SELECT stage, warehouse, CAST(business_hour AS INTEGER) AS business_hour,
        row_number() OVER (PARTITION BY stage, warehouse ORDER BY avg(waiting) DESC, business_hour) AS place
    FROM (
        SELECT *, date_part('hour', hour AT TIME ZONE 'UTC' AT TIME ZONE (SELECT timezone FROM build_info))
            AS business_hour
        FROM course
    )
    GROUP BY stage, warehouse, business_hour
)

SELECT
    course.stage,
    course.warehouse,
    CAST(sum(arrived) AS BIGINT) AS arrivals,
    CAST(sum(completed) AS BIGINT) AS completions,
    CAST(sum(arrived) - sum(completed) AS BIGINT) AS growth,
    CAST(max_by(waiting, hour) AS BIGINT) AS waiting_at_end,
    avg(waiting) AS waiting_mean,
    sum(seconds) / nullif(sum(completed), 0) AS seconds_mean,
    coalesce(quantile_cont(completed, 0.95) FILTER (WHERE completed > 0), 0) AS capacity_hour,  -- idle hours say nothing
    count(*) AS hours,
    count(*) FILTER (WHERE completed > 0) AS working_hours,
    any_value(peak.business_hour) AS peak_hour,
    any_value(budget.budget_seconds) AS budget_seconds
FROM course
INNER JOIN peak ON peak.stage = course.stage AND peak.warehouse = course.warehouse AND peak.place = 1
INNER JOIN dim_stage AS budget ON budget.stage = course.stage
GROUP BY course.stage, course.warehouse, budget.stage_no
ORDER BY budget.stage_no, course.warehouse
