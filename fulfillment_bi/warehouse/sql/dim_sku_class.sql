-- SKUs by what was sold of them: ABC by value, XYZ by how steady the weekly demand is.
-- Weeks count back from the newest day of the data and are those since the first order; weeks without demand count.
-- Grain: sku_id.
WITH sold AS (
    SELECT
        l.sku_id,
        business_day(info.as_of) - l.created_day AS age,
        (business_day(info.as_of) - l.created_day) // 7 AS week_no,
        l.qty_ordered AS units,
        l.qty_ordered * coalesce(l.unit_price, 0) AS value
    FROM fct_order_line AS l
    CROSS JOIN build_info AS info
    WHERE l.created_day <= business_day(info.as_of)
),

valued AS (
    SELECT
        sold.sku_id,
        coalesce(sum(sold.value), 0) AS value,
        sum(coalesce(sum(sold.value), 0)) OVER (ORDER BY coalesce(sum(sold.value), 0) DESC, sold.sku_id) AS running,
        sum(coalesce(sum(sold.value), 0)) OVER () AS total
    FROM sold
    CROSS JOIN int_stock_threshold AS t
    WHERE sold.age < t.class_days
    GROUP BY sold.sku_id
),

week AS (
    SELECT sold.sku_id, sold.week_no, sum(sold.units) AS units
    FROM sold
    CROSS JOIN int_stock_threshold AS t
    WHERE sold.week_no < t.class_weeks
    GROUP BY sold.sku_id, sold.week_no
),

span AS (
    SELECT least(max(sold.week_no) + 1, any_value(t.class_weeks)) AS weeks FROM sold CROSS JOIN int_stock_threshold AS t
),

varied AS (
    SELECT
        week.sku_id,
        sum(week.units) AS units,
        -- Standard deviation over mean, over all weeks, from the sums.
        sqrt(greatest(any_value(span.weeks) * CAST(sum(week.units * week.units) AS DOUBLE) - CAST(sum(week.units) AS DOUBLE) ** 2, 0))
            / nullif(CAST(sum(week.units) AS DOUBLE), 0) AS variation
    FROM week
    CROSS JOIN span
    GROUP BY week.sku_id
)

SELECT
    sku.sku_id,
    CASE
        WHEN valued.value > 0 AND valued.running - valued.value < t.class_a_share * valued.total THEN 'A'
        WHEN valued.value > 0 AND valued.running - valued.value < t.class_b_share * valued.total THEN 'B'
        ELSE 'C'
    END AS abc,
    CASE WHEN varied.variation <= t.class_x_variation THEN 'X' WHEN varied.variation <= t.class_y_variation THEN 'Y' ELSE 'Z' END AS xyz
FROM dim_sku AS sku
CROSS JOIN int_stock_threshold AS t
LEFT JOIN valued ON valued.sku_id = sku.sku_id
LEFT JOIN varied ON varied.sku_id = sku.sku_id
