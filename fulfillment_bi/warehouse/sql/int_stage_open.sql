-- One row per open order: the stage it waits in, since when, and for how long at the as-of moment.
-- Stages that its channel never reports are passed over.
-- Grain: order_key.
WITH reached AS (
    SELECT
        o.*,
        CASE
            WHEN done_at_scan IS NOT NULL THEN 7
            WHEN done_at_warehouse IS NOT NULL OR done_at_platform IS NOT NULL THEN 6
            WHEN packed_at IS NOT NULL THEN 5
            WHEN picked_at IS NOT NULL THEN 4
            WHEN allocated_at IS NOT NULL THEN 3
            WHEN reviewed_at IS NOT NULL THEN 2
            WHEN paid_at IS NOT NULL THEN 1
            ELSE 0
        END AS stage_no,
        coalesce(done_at_scan, done_at_warehouse, done_at_platform, packed_at, picked_at, allocated_at, reviewed_at,
                 paid_at, created_at) AS since
    FROM int_order_flag AS o
    -- Where a channel never reports the signature, an order that was sent is no longer ours to watch; neither is one
    -- that is over, or of which nothing is still to come.
    WHERE NOT is_cancelled AND done_at_sign IS NULL AND (has_sign OR done_at_ship IS NULL) AND created_at IS NOT NULL
        AND NOT is_terminal AND qty_coming > 0
)

SELECT
    order_key,
    CASE
        WHEN stage_no < 1 AND has_pay THEN 'pay'
        WHEN stage_no < 2 AND has_review THEN 'review'
        WHEN stage_no < 3 AND has_allocate THEN 'allocate'
        WHEN stage_no < 4 AND has_pick THEN 'pick'
        WHEN stage_no < 5 AND has_pack THEN 'pack'
        WHEN stage_no < 6 AND (has_warehouse OR has_platform) THEN 'ship'
        WHEN stage_no < 7 AND has_scan THEN 'pickup'
        ELSE 'deliver'
    END AS stage,
    since,
    greatest(date_diff('second', since, as_of), 0) AS seconds,
    -- What is promised next: the hand-over while it is not yet done, then the delivery.
    CASE WHEN done_at_ship IS NULL AND has_ship THEN coalesce(promised_ship_at_original, promised_delivery_at_original)
         ELSE promised_delivery_at_original END AS promised_at
FROM reached
