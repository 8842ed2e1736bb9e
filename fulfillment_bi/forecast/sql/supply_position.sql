-- Stock of each SKU and warehouse in the newest snapshot, and the shelf life its batches were received with.
-- Grain: (sku_id, warehouse_id).
SELECT
    i.sku_id, i.warehouse_id,
    CAST(i.available AS DOUBLE) AS available,
    CAST(i.on_hand AS DOUBLE) AS on_hand,
    CAST(i.unit_cost AS DOUBLE) AS unit_cost,
    CAST((
        SELECT min(b.expires_on - b.received_on) FROM fct_stock_batch AS b
        WHERE b.sku_id = i.sku_id AND b.expires_on > b.received_on
    ) AS DOUBLE) AS shelf_days
FROM fct_stock_item AS i
