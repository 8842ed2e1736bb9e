-- What each fulfilment carries. Systems number lines and code goods in their own ways, so:
-- 1. 'line': it names a line of the order, and the SKU agrees (or is not given, or is no SKU of this order).
-- 2. 'sku': it names a SKU of the order.
-- 3. 'order': it names neither, or nothing that the order knows; `is_unmatched` tells these apart.
-- Grain: fulfilment_id.
SELECT
    f.fulfilment_id,
    CASE
        WHEN named.line_no IS NOT NULL AND (f.sku IS NULL OR named.sku IS NULL OR named.sku = f.sku) THEN 'line'
        WHEN good.sku IS NOT NULL THEN 'sku'
        WHEN named.line_no IS NOT NULL THEN 'line'
        ELSE 'order'
    END AS carries,
    named.line_no IS NULL AND good.sku IS NULL AND (f.line_no IS NOT NULL OR f.sku IS NOT NULL) AS is_unmatched
FROM int_fulfilment AS f
LEFT JOIN int_line AS named ON named.order_key = f.order_key AND named.line_no = f.line_no AND NOT named.is_placeholder
LEFT JOIN (SELECT DISTINCT order_key, sku FROM int_line WHERE sku IS NOT NULL) AS good
    ON good.order_key = f.order_key AND good.sku = f.sku
