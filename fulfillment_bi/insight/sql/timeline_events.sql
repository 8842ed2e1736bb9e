-- Everything that any system recorded about one order, in time. Parameters: channel, order_no.
-- The detail is what tells alike events apart: a warehouse, a parcel, a scan, a reason.
-- Grain: (at, system, kind, detail).
WITH step AS (
    SELECT unnest([
        {'at': created_at, 'kind': 'created'}, {'at': paid_at, 'kind': 'paid'},
        {'at': cancelled_at, 'kind': 'cancelled'}
    ], recursive := true), 'order' AS system, '' AS detail
    FROM state_orders WHERE channel = $1 AND order_no = $2
    UNION ALL BY NAME
    SELECT unnest([
        {'at': reviewed_at, 'kind': 'reviewed'}, {'at': allocated_at, 'kind': 'allocated'},
        {'at': picked_at, 'kind': 'picked'}, {'at': packed_at, 'kind': 'packed'},
        {'at': shipped_at_warehouse, 'kind': 'shipped_warehouse'}
    ], recursive := true), 'warehouse' AS system, coalesce(warehouse, '') AS detail
    FROM state_fulfilments WHERE channel = $1 AND order_no = $2
    UNION ALL BY NAME
    SELECT shipped_at_platform AS at, 'shipped_platform' AS kind, 'order' AS system, coalesce(tracking_no, '') AS detail
    FROM state_fulfilments WHERE channel = $1 AND order_no = $2
    UNION ALL BY NAME
    SELECT unnest([
        {'at': first_scan_at, 'kind': 'first_scan'}, {'at': delivered_at, 'kind': 'delivered'}
    ], recursive := true), 'carrier' AS system, concat_ws(' ', nullif(carrier, 'unknown'), tracking_no) AS detail
    FROM state_parcels WHERE channel = $1 AND order_no = $2
    UNION ALL BY NAME
    SELECT e.event_at AS at, 'scan' AS kind, 'carrier' AS system, concat_ws(' ', e.code, e.location, e.description) AS detail
    FROM state_parcel_events AS e
    INNER JOIN state_parcels AS p ON p.carrier = e.carrier AND p.tracking_no = e.tracking_no
    WHERE p.channel = $1 AND p.order_no = $2
    UNION ALL BY NAME
    SELECT unnest([
        {'at': opened_at, 'kind': 'ticket_opened'}, {'at': first_human_reply_at, 'kind': 'ticket_answered'},
        {'at': solved_at, 'kind': 'ticket_solved'}
    ], recursive := true), 'service' AS system, coalesce(category, ticket_no) AS detail
    FROM state_tickets WHERE channel = $1 AND order_no = $2
    UNION ALL BY NAME
    SELECT unnest([
        {'at': opened_at, 'kind': 'after_sale_opened'}, {'at': closed_at, 'kind': 'after_sale_closed'}
    ], recursive := true), 'service' AS system, concat_ws(' ', kind, reason) AS detail
    FROM state_after_sales WHERE channel = $1 AND order_no = $2
    UNION ALL BY NAME
    SELECT created_at AS at, 'reviewed_by_customer' AS kind, 'customer' AS system, CAST(CAST(score AS DOUBLE) AS VARCHAR) AS detail
    FROM state_reviews WHERE channel = $1 AND order_no = $2
)

SELECT DISTINCT "at", system, kind, detail FROM step WHERE "at" IS NOT NULL ORDER BY "at", system, kind, detail
