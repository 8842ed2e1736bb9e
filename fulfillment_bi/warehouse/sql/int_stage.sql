-- One row per order and stage it has finished: the gap from its previous known milestone to this one.
-- The gaps of an order telescope: they sum to the time from creation to its last milestone, whatever is missing between.
-- A gap can be negative where systems recorded steps out of order (shipped before the payment was approved).
-- Grain: (order_key, stage).
WITH milestone AS (
    SELECT
        order_key, created_at, paid_at, reviewed_at, allocated_at, picked_at, packed_at,
        coalesce(done_at_warehouse, done_at_platform) AS handed_at,
        done_at_scan AS scanned_at,
        done_at_sign AS signed_at
    FROM int_order_flag
    WHERE created_at IS NOT NULL
),

gap AS (
    SELECT order_key, 1 AS stage_no, 'pay' AS stage, created_at AS started_at, paid_at AS ended_at FROM milestone
    UNION ALL
    SELECT order_key, 2, 'review', coalesce(paid_at, created_at), reviewed_at FROM milestone
    UNION ALL
    SELECT order_key, 3, 'allocate', coalesce(reviewed_at, paid_at, created_at), allocated_at FROM milestone
    UNION ALL
    SELECT order_key, 4, 'pick', coalesce(allocated_at, reviewed_at, paid_at, created_at), picked_at FROM milestone
    UNION ALL
    SELECT order_key, 5, 'pack', coalesce(picked_at, allocated_at, reviewed_at, paid_at, created_at), packed_at
    FROM milestone
    UNION ALL
    SELECT order_key, 6, 'ship', coalesce(packed_at, picked_at, allocated_at, reviewed_at, paid_at, created_at), handed_at
    FROM milestone
    UNION ALL
    SELECT
        order_key, 7, 'pickup',
        coalesce(handed_at, packed_at, picked_at, allocated_at, reviewed_at, paid_at, created_at), scanned_at
    FROM milestone
    UNION ALL
    SELECT
        order_key, 8, 'deliver',
        coalesce(scanned_at, handed_at, packed_at, picked_at, allocated_at, reviewed_at, paid_at, created_at), signed_at
    FROM milestone
)

SELECT order_key, stage_no, stage, started_at, ended_at, date_diff('second', started_at, ended_at) AS seconds
FROM gap
WHERE ended_at IS NOT NULL
