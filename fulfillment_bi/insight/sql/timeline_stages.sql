-- The finished stages of one order, in sequence, each with its budget. Parameter: order_key.
-- Grain: stage.
SELECT s.stage, s.started_at, s.ended_at, s.seconds, stage.budget_seconds
FROM fct_order_stage AS s
INNER JOIN dim_stage AS stage USING (stage)
WHERE s.order_key = ?
ORDER BY s.stage_no
