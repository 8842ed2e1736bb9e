-- One row per SKU and day of a stock level: what could still be sold that evening, over all warehouses and batches.
-- Grain: (sku, day).
SELECT sku, "date" AS day, sum(coalesce(available, on_hand - coalesce(reserved, 0))) AS available
FROM state_stock_levels
GROUP BY sku, "date"
