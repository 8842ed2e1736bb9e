-- The names of SKUs, their category and what one costs and sells for; money is NULL where no product list has it.
-- Grain: sku_id.
SELECT
    s.sku_id, s.sku, coalesce(s.product_name, s.sku) AS product_name, c.category,
    CAST(coalesce(p.cost, 0) AS DOUBLE) AS unit_cost,
    CAST(coalesce(p.list_price, p.cost, 0) AS DOUBLE) AS price,
    CAST(coalesce(p.lead_time_days, 0) AS DOUBLE) AS lead_days,
    greatest(CAST(coalesce(p.pack_size, 1) AS BIGINT), 1) AS pack_size
FROM dim_sku AS s
INNER JOIN dim_category AS c ON c.category_id = s.category_id
LEFT JOIN state_products AS p ON p.sku = s.sku
