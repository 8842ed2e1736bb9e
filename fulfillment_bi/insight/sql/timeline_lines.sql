-- The lines of one order with what was sent of them. Parameter: order_key.
-- Grain: line_no.
SELECT l.line_no, sku.sku, sku.product_name, l.qty_ordered, l.qty_due, l.qty_sent, l.unit_price,
       warehouse.warehouse, carrier.carrier
FROM fct_order_line AS l
INNER JOIN dim_sku AS sku USING (sku_id)
INNER JOIN dim_warehouse AS warehouse USING (warehouse_id)
INNER JOIN dim_carrier AS carrier USING (carrier_id)
WHERE l.order_key = ?
ORDER BY l.line_no
