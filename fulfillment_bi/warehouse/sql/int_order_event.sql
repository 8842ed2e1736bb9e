-- One row per order: its lines together. An order is complete at an event when every line with units still to come is.
-- Grain: order_key.
WITH milestone AS (
    SELECT
        order_key,
        max(reviewed_at) AS reviewed_at,
        max(allocated_at) AS allocated_at,
        max(picked_at) AS picked_at,
        max(packed_at) AS packed_at,
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
    sum(l.qty_due) AS qty_due,
    sum(e.qty_sent) AS qty_sent,
    bool_or(e.qty_sent > 0) AND bool_or(e.qty_sent < l.qty_due) AS is_short,
    CASE WHEN bool_and(e.done_at_{event} IS NOT NULL OR e.qty_coming = 0) THEN max(e.done_at_{event}) END AS done_at_{event},
    bool_and(e.units_{event}_{promise} >= l.qty_due) AS in_full_{event}_{promise},
    bool_and(e.fill_units_{event}_{promise} >= l.qty_due) AS filled_{event}_{promise}
FROM int_line AS l
INNER JOIN int_line_event AS e ON e.order_key = l.order_key AND e.line_no = l.line_no
LEFT JOIN milestone AS m ON m.order_key = l.order_key
GROUP BY l.order_key
