-- One row per failed order and stage it went through or waits in: its part of the promise, and what it made of it.
-- 1. The promise's window is divided into budgets: each stage but the delivery gets what it takes when promises are kept
--    (`dim_stage`), the delivery what these leave. So the delivery is not blamed for what was lost before it, and what the
--    stages of a delivered order overran (below zero: won back) sums to its lateness exactly.
-- 2. An order that is still open has not spent the budgets of the stages to come.
-- Grain: (order_key, stage).
WITH failed AS (
    SELECT
        o.*, info.as_of,
        date_diff('second', o.promised_delivery_at_original, coalesce(o.delivered_at, info.as_of)) AS late_seconds,
        date_diff('second', o.created_at, o.promised_delivery_at_original) AS window_seconds
    FROM fct_order AS o
    CROSS JOIN build_info AS info
    WHERE o.is_failed = 1
),

spent AS (
    SELECT s.order_key, s.stage_no, s.stage, s.seconds, s.started_at, s.ended_at, 0 AS is_waiting
    FROM fct_order_stage AS s
    INNER JOIN failed AS f ON f.order_key = s.order_key
    UNION ALL
    SELECT f.order_key, b.stage_no, b.stage, date_diff('second', f.waiting_since, f.as_of), f.waiting_since, NULL, 1
    FROM failed AS f
    INNER JOIN dim_stage AS b ON b.stage = f.current_stage
    -- A parcel of several may have been signed while others are still on their way.
    ANTI JOIN fct_order_stage AS s ON s.order_key = f.order_key AND s.stage = f.current_stage
    WHERE f.is_open = 1
),

budgeted AS (
    SELECT
        s.*, f.late_seconds,
        CASE WHEN s.stage = 'deliver'
             THEN f.window_seconds - coalesce(sum(b.budget_seconds) FILTER (WHERE s.stage <> 'deliver') OVER (PARTITION BY s.order_key), 0)
             ELSE coalesce(b.budget_seconds, 0) END AS budget_seconds
    FROM spent AS s
    INNER JOIN failed AS f ON f.order_key = s.order_key
    INNER JOIN dim_stage AS b ON b.stage = s.stage
),

ranked AS (
    SELECT
        *, seconds - budget_seconds AS over_seconds,
        row_number() OVER (PARTITION BY order_key ORDER BY seconds - budget_seconds DESC, stage_no) AS place,
        min(stage_no) FILTER (WHERE seconds - budget_seconds >= t.overrun_least) OVER (PARTITION BY order_key) AS first_no
    FROM budgeted
    CROSS JOIN int_cause_threshold AS t
)

SELECT
    r.stage_no, r.stage,
    f.order_key, f.order_no, f.channel_id, f.shop_id, f.region_id, f.warehouse_id, f.carrier_id,
    f.created_day, f.created_hour, f.sign_due_original_day, f.sign_due_original_hour, f.delivery_state, f.ship_state,
    f.created_at, f.promised_delivery_at_original, f.delivered_at,
    r.started_at, r.ended_at,
    CAST(r.is_waiting AS TINYINT) AS is_waiting,
    r.seconds,
    CAST(r.budget_seconds AS BIGINT) AS budget_seconds,
    CAST(r.over_seconds AS BIGINT) AS over_seconds,
    r.late_seconds,
    CAST(1 AS TINYINT) AS is_spent,
    CAST(r.place = 1 AND r.over_seconds > 0 AS TINYINT) AS is_most,
    CAST(coalesce(r.stage_no = r.first_no, false) AS TINYINT) AS is_first
FROM ranked AS r
INNER JOIN failed AS f ON f.order_key = r.order_key
