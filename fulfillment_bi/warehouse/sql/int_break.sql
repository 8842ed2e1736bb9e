-- One row per order whose promise is broken (not on time and in full): the one reason that weighs most.
-- 1. Withdrawn by us: 'cancelled'.
-- 2. Something was sent, but not everything that was owed: 'short'.
-- 3. Otherwise the stage that overran its budget most, the one it still waits in included; ties go to the earlier stage.
-- 4. No stage known, or none over budget: 'unknown'.
-- Grain: order_key.
WITH failed AS (
    SELECT order_key, is_cancelled, cancellation_fails, is_short, qty_sent, qty_due
    FROM int_order_flag
    WHERE due_sign_original AND NOT (on_time_sign_original AND in_full_sign_original)
),

spent AS (
    SELECT order_key, stage, seconds FROM int_stage
    UNION ALL
    SELECT order_key, stage, seconds FROM int_stage_open
),

overrun AS (
    SELECT
        failed.order_key, spent.stage,
        row_number() OVER (PARTITION BY failed.order_key
                           ORDER BY spent.seconds - coalesce(budget.budget_seconds, 0) DESC, budget.stage_no) AS place
    FROM failed
    INNER JOIN spent ON spent.order_key = failed.order_key
    LEFT JOIN dim_stage AS budget ON budget.stage = spent.stage
    WHERE spent.seconds > coalesce(budget.budget_seconds, 0)
)

SELECT
    failed.order_key,
    CASE
        WHEN failed.is_cancelled AND failed.cancellation_fails THEN 'cancelled'
        WHEN failed.is_short OR (failed.qty_sent > 0 AND failed.qty_sent < failed.qty_due) THEN 'short'
        ELSE coalesce(overrun.stage, 'unknown')
    END AS break_stage
FROM failed
LEFT JOIN overrun ON overrun.order_key = failed.order_key AND overrun.place = 1
