-- The stages of an order in their sequence, each with its budget: what it takes when promises are kept (the median
-- among orders on time and in full; NULL where no such order has the stage).
-- Grain: stage.
WITH kept AS (
    SELECT s.stage, CAST(quantile_cont(s.seconds, 0.5) AS BIGINT) AS budget_seconds
    FROM int_stage AS s
    INNER JOIN int_order_flag AS o ON o.order_key = s.order_key
    WHERE o.due_sign_original AND o.on_time_sign_original AND o.in_full_sign_original
    GROUP BY s.stage
)

SELECT stage.stage_no, stage.stage, kept.budget_seconds
FROM (VALUES
    (1, 'pay'), (2, 'review'), (3, 'allocate'), (4, 'pick'), (5, 'pack'), (6, 'ship'), (7, 'pickup'), (8, 'deliver')
) AS stage(stage_no, stage)
LEFT JOIN kept ON kept.stage = stage.stage
