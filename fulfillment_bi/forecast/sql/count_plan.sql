-- Items whose books cannot be trusted: in the newest snapshot there is stock, but lines went short for want of it.
-- 1. A line went short while the books had stock: on the day it was ordered they said that enough was available, and it
--    still was not part of its order's first shipment, or is waiting to be allocated since longer than `$2` hours.
-- 2. Beside these: how far off the item's counts were, and how long ago the last one was.
-- Parameters: days to look back; hours.
-- Grain: (sku_id, warehouse_id).
WITH clock AS (SELECT as_of FROM build_info),

newest AS (SELECT max(snapshot_day) AS snapshot_day FROM fct_stock_day WHERE is_snapshot = 1),

line AS (
    SELECT
        l.sku_id, l.warehouse_id, l.order_key, l.qty_ordered,
        l.ship_state = 'open' AS is_open,
        l.ship_state = 'open' AND coalesce(o.allocated_at IS NULL AND o.paid_at < clock.as_of - to_hours(CAST($2 AS INTEGER)), false)
            OR l.backorder_known = 1 AND l.is_backordered = 1 AS is_short,
        d.available >= l.qty_ordered AS is_booked
    FROM fct_order_line AS l
    CROSS JOIN clock
    CROSS JOIN newest
    INNER JOIN fct_order AS o ON o.order_key = l.order_key
    INNER JOIN fct_stock_day AS d
        ON d.sku_id = l.sku_id AND d.warehouse_id = l.warehouse_id AND d.snapshot_day = l.created_day AND d.is_snapshot = 1
    WHERE l.created_day > newest.snapshot_day - CAST($1 AS INTEGER) AND l.warehouse_id > 0 AND o.is_cancelled = 0
),

shorted AS (
    SELECT
        sku_id, warehouse_id,
        count(*) FILTER (WHERE is_short AND is_booked) AS short_lines,
        count(*) AS lines,
        count(DISTINCT order_key) FILTER (WHERE is_open) AS open_orders
    FROM line
    GROUP BY sku_id, warehouse_id
),

counted AS (
    SELECT
        sku_id, warehouse_id,
        max(counted_day) AS counted_day,
        sum(qty_off) AS qty_off,
        sum(book_qty) AS qty_booked,
        arg_max(location, counted_at) AS location
    FROM fct_stock_count
    GROUP BY sku_id, warehouse_id
)

SELECT
    i.sku_id, i.warehouse_id, coalesce(c.location, '') AS location,
    CAST(i.on_hand AS DOUBLE) AS on_hand,
    CAST(i.stock_value AS DOUBLE) AS stock_value,
    coalesce(s.short_lines, 0) AS short_lines,
    coalesce(s.lines, 0) AS lines,
    coalesce(s.open_orders, 0) AS open_orders,
    i.snapshot_day - c.counted_day AS days_since,
    CAST(coalesce(c.qty_off, 0) AS DOUBLE) AS qty_off,
    CAST(coalesce(c.qty_booked, 0) AS DOUBLE) AS qty_booked
FROM fct_stock_item AS i
LEFT JOIN shorted AS s ON s.sku_id = i.sku_id AND s.warehouse_id = i.warehouse_id
LEFT JOIN counted AS c ON c.sku_id = i.sku_id AND c.warehouse_id = i.warehouse_id
WHERE i.on_hand > 0
