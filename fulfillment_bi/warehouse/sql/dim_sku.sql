-- Stock-keeping units: those sold, held, counted or bought, and those in the product list.
-- Grain: sku.
WITH sold AS (
    SELECT sku, any_value(product_name ORDER BY channel, order_no, line_no) AS product_name
    FROM state_order_lines
    WHERE sku IS NOT NULL
    GROUP BY sku
),

handled AS (
    SELECT sku FROM state_stock_levels
    UNION
    SELECT sku FROM state_stock_counts
    UNION
    SELECT sku FROM state_purchase_lines
)

SELECT 0 AS sku_id, 'unknown' AS sku, NULL AS product_name, 0 AS category_id, 'unknown' AS brand
UNION ALL
SELECT
    CAST(row_number() OVER (ORDER BY sku) AS INTEGER) AS sku_id,
    sku,
    coalesce(p.name, sold.product_name) AS product_name,
    coalesce(c.category_id, 0) AS category_id,
    coalesce(p.brand, 'unknown') AS brand
FROM sold
FULL JOIN state_products AS p USING (sku)
FULL JOIN handled USING (sku)
LEFT JOIN dim_category AS c ON c.category = p.category
WHERE sku <> 'unknown'
