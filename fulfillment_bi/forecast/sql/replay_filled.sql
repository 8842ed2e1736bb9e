-- Units of the lines that were ordered in a stretch, and of them those that went with their order's first shipment.
-- Parameters: first day, last day.
SELECT
    CAST(coalesce(sum(qty_ordered), 0) AS DOUBLE) AS units,
    CAST(coalesce(sum(qty_ordered) FILTER (WHERE is_backordered = 0), 0) AS DOUBLE) AS filled
FROM fct_order_line
WHERE backorder_known = 1 AND created_day BETWEEN $1 AND $2
