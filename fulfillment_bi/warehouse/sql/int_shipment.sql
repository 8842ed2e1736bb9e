-- One row per line and fulfilment that carried units of it.
-- 1. A fulfilment that names an existing line (of the same SKU) carries that line.
-- 2. One that names only a SKU is poured over the order's lines of that SKU, in line order: the overlap of the two
--    running totals, so no unit is counted twice.
-- 3. One that names neither carries everything that was owed; several such share it, so that the order is complete
--    only when the last has arrived.
-- Grain: (order_key, line_no, fulfilment_id).
WITH direct AS (
    SELECT f.fulfilment_id, f.order_key, l.line_no, coalesce(f.qty_shipped, l.qty_due) AS qty
    FROM int_fulfilment AS f
    INNER JOIN int_line AS l ON l.order_key = f.order_key AND l.line_no = f.line_no
    WHERE f.sku IS NULL OR l.sku IS NULL OR f.sku = l.sku
),

line_range AS (
    SELECT
        order_key, line_no, sku, qty_due,
        sum(qty_due) OVER (PARTITION BY order_key, sku ORDER BY line_no) AS range_end
    FROM int_line
    WHERE sku IS NOT NULL
),

fulfilment_range AS (
    SELECT
        fulfilment_id, order_key, sku, qty_shipped,
        sum(qty_shipped) OVER (PARTITION BY order_key, sku ORDER BY at_ship NULLS LAST, fulfilment_id) AS range_end
    FROM int_fulfilment
    WHERE sku IS NOT NULL AND fulfilment_id NOT IN (SELECT fulfilment_id FROM direct)
),

poured AS (
    SELECT
        f.fulfilment_id, f.order_key, l.line_no,
        CASE WHEN f.qty_shipped IS NULL THEN l.qty_due
             ELSE least(l.range_end, f.range_end) - greatest(l.range_end - l.qty_due, f.range_end - f.qty_shipped)
        END AS qty
    FROM fulfilment_range AS f
    INNER JOIN line_range AS l ON l.order_key = f.order_key AND l.sku = f.sku
),

unspecific AS (
    SELECT
        fulfilment_id, order_key,
        count(*) OVER (PARTITION BY order_key) AS sharers,
        row_number() OVER (PARTITION BY order_key ORDER BY at_ship NULLS FIRST, fulfilment_id) AS sharer
    FROM int_fulfilment
    WHERE line_no IS NULL AND sku IS NULL
),

whole AS (
    SELECT
        f.fulfilment_id, f.order_key, l.line_no,
        -- The first takes what rounding leaves, so that the shares sum to the line exactly.
        CASE WHEN f.sharer = 1
             THEN l.qty_due - (f.sharers - 1) * CAST(l.qty_due / f.sharers AS DECIMAL(18, 4))
             ELSE CAST(l.qty_due / f.sharers AS DECIMAL(18, 4)) END AS qty
    FROM unspecific AS f
    INNER JOIN int_line AS l ON l.order_key = f.order_key
)

SELECT
    part.order_key, part.line_no, part.fulfilment_id, part.qty,
    f.warehouse, f.carrier, f.at_warehouse, f.at_platform, f.at_scan, f.at_ship, f.at_sign
FROM (SELECT * FROM direct UNION ALL SELECT * FROM poured UNION ALL SELECT * FROM whole) AS part
INNER JOIN int_fulfilment AS f ON f.fulfilment_id = part.fulfilment_id
WHERE part.qty > 0
