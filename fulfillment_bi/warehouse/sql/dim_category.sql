-- Product categories.
-- Grain: category.
SELECT 0 AS category_id, 'unknown' AS category
UNION ALL
SELECT CAST(row_number() OVER (ORDER BY category) AS INTEGER) AS category_id, category
FROM (SELECT DISTINCT category FROM state_products WHERE category <> 'unknown')
