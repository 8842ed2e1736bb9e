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
    UNION ALL
    SELECT max(greatest(ordered_at, sent_at, confirmed_at, received_at)) FROM state_purchase_lines
    UNION ALL
    SELECT max(greatest(ordered_at, sent_at, confirmed_at)) FROM state_purchase_orders
    UNION ALL
    SELECT max(greatest(allocated_at, picked_at, packed_at, shipped_at_warehouse, shipped_at_platform)) FROM state_deliveries
    UNION ALL
    SELECT max(counted_at) FROM state_stock_counts
    UNION ALL
    -- A level is of the end of its day, but the other data may not reach so far: the day has begun, no more is known.
    SELECT CAST(max("date") AS TIMESTAMP) AT TIME ZONE getvariable('timezone') AT TIME ZONE 'UTC' FROM state_stock_levels
)

SELECT
    max(happened_at) AS as_of,
    CAST(getvariable('timezone') AS VARCHAR) AS timezone,
    CAST(getvariable('unknown_cancellations') AS VARCHAR) AS unknown_cancellations,
    CAST(getvariable('pickup_clock') AS VARCHAR) AS pickup_clock
FROM event
