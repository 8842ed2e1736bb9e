-- One row per order: its lines together. An order is complete at an event when every line with units still to come is,
-- and on time when each of these kept its own promise.
-- The order's ship promise is the one that decides it: the first that a line has missed, else the last still to keep.
-- Grain: order_key.
WITH milestone AS (
    -- A step is done when every fulfilment has done it; one that went on without recording it does not hold it up.
    SELECT
        order_key,
        CASE WHEN bool_and(coalesce(reviewed_at, allocated_at, picked_at, packed_at, at_warehouse, at_platform, at_scan, at_sign) IS NOT NULL)
             THEN max(reviewed_at) END AS reviewed_at,
        CASE WHEN bool_and(coalesce(allocated_at, picked_at, packed_at, at_warehouse, at_platform, at_scan, at_sign) IS NOT NULL)
             THEN max(allocated_at) END AS allocated_at,
        CASE WHEN bool_and(coalesce(picked_at, packed_at, at_warehouse, at_platform, at_scan, at_sign) IS NOT NULL)
             THEN max(picked_at) END AS picked_at,
        CASE WHEN bool_and(coalesce(packed_at, at_warehouse, at_platform, at_scan, at_sign) IS NOT NULL)
             THEN max(packed_at) END AS packed_at,
        CASE WHEN min(warehouse) = max(warehouse) THEN min(warehouse) WHEN count(warehouse) > 0 THEN 'several' END AS warehouse,
        CASE WHEN min(carrier) = max(carrier) THEN min(carrier) WHEN count(carrier) > 0 THEN 'several' END AS carrier
    FROM int_fulfilment
    GROUP BY order_key
)

SELECT
    l.order_key,
    any_value(m.reviewed_at) AS reviewed_at,
    any_value(m.allocated_at) AS allocated_at,
    any_value(m.picked_at) AS picked_at,
    any_value(m.packed_at) AS packed_at,
    coalesce(any_value(m.warehouse), 'unknown') AS warehouse,
    coalesce(any_value(m.carrier), 'unknown') AS carrier,
    sum(e.qty_due) AS qty_due,
    sum(e.qty_sent) AS qty_sent,
    sum(e.qty_coming) AS qty_coming,
    bool_or(e.qty_sent > 0) AND bool_or(e.qty_sent < e.qty_due) AS is_short,
    bool_or(e.is_signed_before_sent) AS is_signed_before_sent,
    coalesce(min(l.promised_ship_at_{promise}) FILTER (WHERE e.qty_due > 0 AND e.qty_coming > 0 AND l.promised_ship_at_{promise} <= info.as_of AND NOT coalesce(e.done_at_ship <= l.promised_ship_at_{promise}, false)), max(l.promised_ship_at_{promise}) FILTER (WHERE e.qty_due > 0), max(l.promised_ship_at_{promise})) AS promised_ship_at_{promise},
    CASE WHEN bool_and(e.done_at_{event} IS NOT NULL OR e.qty_coming = 0) THEN max(e.done_at_{event}) END AS done_at_{event},
    bool_and(e.qty_coming = 0 OR coalesce(e.done_at_{event} <= l.promised_{kind}_at_{promise}, false)) FILTER (WHERE e.qty_due > 0) AND count(e.done_at_{event}) > 0 AS on_time_{event}_{promise},
    bool_and(e.units_{event}_{promise} >= e.qty_due) AS in_full_{event}_{promise},
    bool_and(e.fill_units_{event}_{promise} >= e.qty_due) AS filled_{event}_{promise}
FROM int_line AS l
INNER JOIN int_line_event AS e ON e.order_key = l.order_key AND e.line_no = l.line_no
LEFT JOIN milestone AS m ON m.order_key = l.order_key
CROSS JOIN build_info AS info
GROUP BY l.order_key
