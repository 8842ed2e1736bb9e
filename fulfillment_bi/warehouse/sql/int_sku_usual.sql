-- How many units of a SKU are usually ordered at once: the median of its lines.
-- Grain: sku.
SELECT sku, median(qty_ordered) AS qty
FROM state_order_lines
WHERE sku IS NOT NULL
GROUP BY sku
