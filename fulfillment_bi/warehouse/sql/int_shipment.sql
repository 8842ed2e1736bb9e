-- One row per line and fulfilment that carried units of it: those that name the line, those that name its SKU, and those
-- that name neither, which share whatever the others leave; so the order is complete only when the last has arrived.
-- Grain: (order_key, line_no, fulfilment_id).
WITH named AS (
    SELECT fulfilment_id, order_key, line_no, qty FROM int_shipment_line
    UNION ALL
    SELECT fulfilment_id, order_key, line_no, qty FROM int_shipment_sku
),

taken AS (
    SELECT order_key, line_no, sum(qty) AS qty FROM named GROUP BY order_key, line_no
),

sharer AS (
    SELECT
        f.fulfilment_id, f.order_key,
        count(*) OVER (PARTITION BY f.order_key) AS sharers,
        row_number() OVER (PARTITION BY f.order_key ORDER BY f.at_ship NULLS FIRST, f.fulfilment_id) AS place
    FROM int_fulfilment AS f
    INNER JOIN int_match AS m ON m.fulfilment_id = f.fulfilment_id AND m.carries = 'order'
),

unnamed AS (
    SELECT
        s.fulfilment_id, l.order_key, l.line_no,
        CAST(share(greatest(l.qty_expected - coalesce(taken.qty, 0), 0), s.sharers, s.place) AS DECIMAL(18, 4)) AS qty
    FROM sharer AS s
    INNER JOIN int_line AS l ON l.order_key = s.order_key
    LEFT JOIN taken ON taken.order_key = l.order_key AND taken.line_no = l.line_no
)

SELECT
    part.order_key, part.line_no, part.fulfilment_id, part.qty,
    f.warehouse, f.carrier, f.at_warehouse, f.at_platform, f.at_scan, f.at_ship, f.at_sign
FROM (SELECT * FROM named UNION ALL SELECT * FROM unnamed) AS part
INNER JOIN int_fulfilment AS f ON f.fulfilment_id = part.fulfilment_id
WHERE part.qty > 0
