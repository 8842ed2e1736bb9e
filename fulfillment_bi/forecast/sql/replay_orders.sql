-- Orders through their warehouse and on to the customer: when they came to picking, were packed, sent and signed, and
-- what was promised.
-- Parameters: first day, last day (business days of the order).
-- Grain: order_key. Times are seconds since 1970, UTC; NULL where not known.
SELECT
    o.order_key, o.region_id, w.warehouse, c.carrier,
    o.created_day,
    epoch(o.allocated_at) AS came,
    epoch(o.packed_at) AS packed,
    epoch(coalesce(o.shipped_at_platform, o.shipped_at)) AS shipped,
    epoch(o.promised_ship_at_original) AS promised,
    CAST(epoch(o.delivered_at) AS DOUBLE) AS delivered,
    CAST(epoch(CASE WHEN o.due_sign_original = 1 THEN o.promised_delivery_at_original END) AS DOUBLE) AS due,
    o.is_complete, o.otif_sign_original AS otif
FROM fct_order AS o
INNER JOIN dim_warehouse AS w ON w.warehouse_id = o.warehouse_id AND w.warehouse NOT IN ('unknown', 'several')
INNER JOIN dim_carrier AS c ON c.carrier_id = o.carrier_id
WHERE o.created_day BETWEEN $1 AND $2 AND o.promised_ship_at_original IS NOT NULL
    AND o.allocated_at IS NOT NULL AND o.packed_at >= o.allocated_at AND coalesce(o.shipped_at_platform, o.shipped_at) >= o.packed_at
ORDER BY o.allocated_at, o.order_key
