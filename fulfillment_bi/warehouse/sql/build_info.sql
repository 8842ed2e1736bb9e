-- One row: the moment up to which the data speak. Recorded data end at their newest event, not at the wall clock.
WITH event AS (
    SELECT max(greatest(created_at, paid_at, cancelled_at)) AS happened_at FROM state_orders
    UNION ALL
    SELECT max(greatest(reviewed_at, allocated_at, picked_at, packed_at, shipped_at_warehouse, shipped_at_platform))
    FROM state_fulfilments
    UNION ALL
    SELECT max(greatest(first_scan_at, delivered_at)) FROM state_parcels
    UNION ALL
    SELECT max(event_at) FROM state_parcel_events
    UNION ALL
    SELECT max(greatest(opened_at, first_human_reply_at, solved_at)) FROM state_tickets
    UNION ALL
    SELECT max(greatest(opened_at, closed_at)) FROM state_after_sales
    UNION ALL
    SELECT max(created_at) FROM state_reviews
)

SELECT
    max(happened_at) AS as_of,
    CAST(getvariable('timezone') AS VARCHAR) AS timezone,
    CAST(getvariable('unknown_cancellations') AS VARCHAR) AS unknown_cancellations
FROM event
