-- One row per SKU bought lately: how much of it comes from the supplier most is bought from, and how spread it is.
-- Shares are of money, or of units where no line has a price. `value_squared` is value x HHI, the sum of squared shares.
-- Grain: sku_id.
WITH bought AS (
    SELECT
        l.sku_id, l.supplier_id,
        any_value(l.category_id) AS category_id,
        sum(l.purchase_value) AS value,
        sum(l.qty_ordered) AS units
    FROM fct_purchase_line AS l
    CROSS JOIN build_info AS info
    CROSS JOIN int_stock_threshold AS t
    WHERE coalesce(l.ordered_day, l.due_original_day) > business_day(info.as_of) - t.supplier_days
    GROUP BY l.sku_id, l.supplier_id
),

weighed AS (
    SELECT
        sku_id, supplier_id, category_id,
        CASE WHEN sum(value) OVER (PARTITION BY sku_id) > 0 THEN value ELSE units END AS value
    FROM bought
)

SELECT
    sku_id,
    any_value(category_id) AS category_id,
    max_by(supplier_id, (value, -supplier_id)) AS supplier_id,
    count(*) AS supplier_count,
    CAST(count(*) = 1 AS TINYINT) AS is_single,
    CAST(sum(value) AS DECIMAL(18, 4)) AS value,
    CAST(max(value) AS DECIMAL(18, 4)) AS value_largest,
    CAST(sum(CAST(value AS DOUBLE) * CAST(value AS DOUBLE)) / CAST(sum(value) AS DOUBLE) AS DECIMAL(18, 4)) AS value_squared
FROM weighed
GROUP BY sku_id
HAVING sum(value) > 0
