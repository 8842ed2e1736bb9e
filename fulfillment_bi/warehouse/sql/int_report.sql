-- What each system says of each hand-over, under the order it belongs to; several may speak of the same one.
-- `system` is the one that knows it best, `place` its rank; rows of no known system are taken for the warehouse's.
-- Grain: (channel, order_no, line_no, fulfilment_no) as reported.
SELECT
    row_number() OVER (ORDER BY o.order_key, f.fulfilment_no, f.line_no, f.sku) AS report_id,
    o.order_key, o.channel, o.order_no,
    nullif(f.line_no, '') AS line_no,
    nullif(f.sku, '') AS sku,
    f.fulfilment_no, f.qty_shipped, f.warehouse, f.carrier,
    nullif(f.tracking_no, '') AS tracking_no,
    f.reviewed_at, f.allocated_at, f.picked_at, f.packed_at,
    f.shipped_at_warehouse AS at_warehouse,
    f.shipped_at_platform AS at_platform,
    coalesce(f._by_platform, false) AS by_platform,
    coalesce(f._by_warehouse, false) AS by_warehouse,
    coalesce(f._by_carrier, false) AS by_carrier,
    CASE WHEN f._by_warehouse THEN 'warehouse' WHEN f._by_platform THEN 'platform' WHEN f._by_carrier THEN 'carrier'
         ELSE 'warehouse' END AS system,
    CASE WHEN f._by_warehouse THEN 1 WHEN f._by_platform THEN 2 WHEN f._by_carrier THEN 3 ELSE 1 END AS place
FROM int_delivery_line AS f
LEFT JOIN int_home AS home ON home.order_no = f.order_no AND f.channel = 'unknown'
INNER JOIN int_order AS o ON o.channel = coalesce(home.channel, f.channel) AND o.order_no = f.order_no
