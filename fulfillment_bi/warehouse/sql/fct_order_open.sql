-- One row per open order whose promised delivery is still to come: will it be kept at the usual pace?
-- 1. `need_seconds`: what the stages to come take when promises are kept (`dim_stage`), and of the stage it waits in what
--    is left of that.
-- 2. Burning: it needs longer than there is. It can be saved as long as there is a good part of what is usually needed.
-- Grain: order_key.
WITH waiting AS (
    SELECT
        o.*,
        date_diff('second', info.as_of, o.promised_delivery_at_original) AS left_seconds,
        greatest(date_diff('second', o.waiting_since, info.as_of), 0) AS waited_seconds,
        here.stage_no, coalesce(here.budget_seconds, 0) AS here_seconds
    FROM fct_order AS o
    CROSS JOIN build_info AS info
    INNER JOIN dim_stage AS here ON here.stage = o.current_stage
    WHERE o.is_open = 1 AND o.promised_delivery_at_original > info.as_of
),

needed AS (
    SELECT
        w.*,
        greatest(w.here_seconds - w.waited_seconds, 0)
            + (SELECT coalesce(sum(b.budget_seconds), 0) FROM dim_stage AS b WHERE b.stage_no > w.stage_no) AS need_seconds
    FROM waiting AS w
)

SELECT
    n.order_key, n.order_no, n.channel_id, n.shop_id, n.region_id, n.warehouse_id, n.carrier_id,
    n.created_day, n.created_hour, n.delivery_state, n.ship_state, n.status, n.current_stage, n.promise_bucket,
    n.created_at, n.waiting_since, n.promised_delivery_at_original, n.order_value,
    n.left_seconds, n.waited_seconds,
    CAST(n.need_seconds AS BIGINT) AS need_seconds,
    CAST(n.left_seconds - n.need_seconds AS BIGINT) AS margin_seconds,
    CAST(1 AS TINYINT) AS is_running,
    CAST(n.need_seconds > n.left_seconds AS TINYINT) AS is_burning,
    CAST(n.need_seconds > n.left_seconds AND n.left_seconds >= t.save_share * n.need_seconds AS TINYINT) AS is_savable,
    CASE WHEN n.need_seconds <= n.left_seconds THEN 'in_time'
         WHEN n.left_seconds >= t.save_share * n.need_seconds THEN 'savable'
         ELSE 'out_of_reach' END AS burn_state
FROM needed AS n
CROSS JOIN int_cause_threshold AS t
