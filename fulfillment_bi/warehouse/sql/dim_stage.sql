-- The stages of an order in their sequence, each with its budget: what it takes when promises are kept (the median
-- among orders on time and in full, in round numbers; NULL where no such order has the stage).
-- Grain: stage.
WITH running AS (
    SELECT
        stage, seconds,
        sum(orders) OVER (PARTITION BY stage ORDER BY seconds) AS orders_so_far,
        sum(orders) OVER (PARTITION BY stage) AS orders
    FROM int_stage_pace
),

kept AS (
    SELECT stage, min(seconds) AS budget_seconds FROM running WHERE 2 * orders_so_far >= orders GROUP BY stage
)

SELECT stage.stage_no, stage.stage, kept.budget_seconds
FROM (VALUES
    (1, 'pay'), (2, 'review'), (3, 'allocate'), (4, 'pick'), (5, 'pack'), (6, 'ship'), (7, 'pickup'), (8, 'deliver')
) AS stage(stage_no, stage)
LEFT JOIN kept ON kept.stage = stage.stage
