-- Units of fulfilments that name only a SKU, poured over what is left of the order's lines of that SKU, in line order:
-- the overlap of the two running totals, so that no unit is counted twice. Those without a quantity share the rest.
-- Grain: (order_key, line_no, fulfilment_id).
WITH taken AS (
    SELECT order_key, line_no, sum(qty) AS qty FROM int_shipment_line GROUP BY order_key, line_no
),

remaining AS (
    SELECT
        l.order_key, l.line_no, l.sku,
        greatest(l.qty_asked - coalesce(taken.qty, 0), 0) AS qty_open,
        greatest(l.qty_expected - coalesce(taken.qty, 0), 0) AS qty_expected
    FROM int_line AS l
    LEFT JOIN taken ON taken.order_key = l.order_key AND taken.line_no = l.line_no
    WHERE l.sku IS NOT NULL
),

line_range AS (
    SELECT *, sum(qty_open) OVER (PARTITION BY order_key, sku ORDER BY line_no) AS range_end FROM remaining
),

notice AS (
    SELECT f.fulfilment_id, f.order_key, f.sku, f.qty_shipped, f.at_ship
    FROM int_fulfilment AS f
    INNER JOIN int_match AS m ON m.fulfilment_id = f.fulfilment_id AND m.carries = 'sku'
),

stated AS (
    SELECT *, sum(qty_shipped) OVER (PARTITION BY order_key, sku ORDER BY at_ship NULLS LAST, fulfilment_id) AS range_end
    FROM notice
    WHERE qty_shipped IS NOT NULL
),

poured AS (
    SELECT
        s.fulfilment_id, s.order_key, l.line_no,
        least(l.range_end, s.range_end) - greatest(l.range_end - l.qty_open, s.range_end - s.qty_shipped) AS qty
    FROM stated AS s
    INNER JOIN line_range AS l ON l.order_key = s.order_key AND l.sku = s.sku
),

poured_line AS (
    SELECT order_key, line_no, sum(qty) AS qty FROM poured WHERE qty > 0 GROUP BY order_key, line_no
),

sharer AS (
    SELECT
        *,
        count(*) OVER (PARTITION BY order_key, sku) AS sharers,
        row_number() OVER (PARTITION BY order_key, sku ORDER BY fulfilment_id) AS place
    FROM notice
    WHERE qty_shipped IS NULL
)

SELECT fulfilment_id, order_key, line_no, CAST(qty AS DECIMAL(18, 4)) AS qty
FROM poured
WHERE qty > 0
UNION ALL
SELECT
    s.fulfilment_id, s.order_key, l.line_no,
    CAST(share(greatest(l.qty_expected - coalesce(p.qty, 0), 0), s.sharers, s.place) AS DECIMAL(18, 4)) AS qty
FROM sharer AS s
INNER JOIN remaining AS l ON l.order_key = s.order_key AND l.sku = s.sku
LEFT JOIN poured_line AS p ON p.order_key = l.order_key AND p.line_no = l.line_no
