-- Orders through the picking queue of their warehouse: when they came to it, when they were packed, sent and promised.
-- Parameters: first day, last day (business days of the order).
-- Grain: order_key. Times are seconds since 1970.
SELECT
    o.warehouse_id,
    epoch(o.allocated_at) AS came,
    epoch(o.packed_at) AS packed,
    epoch(coalesce(o.shipped_at_platform, o.shipped_at)) AS shipped,
    epoch(o.promised_ship_at_original) AS promised
FROM fct_order AS o
WHERE o.created_day BETWEEN $1 AND $2 AND o.warehouse_id > 0 AND o.promised_ship_at_original IS NOT NULL
    AND o.allocated_at IS NOT NULL AND o.packed_at >= o.allocated_at AND coalesce(o.shipped_at_platform, o.shipped_at) >= o.packed_at
ORDER BY o.warehouse_id, o.allocated_at, o.order_key
