-- One row per supplier with lines that fell due lately: how well it works with us.
-- Points are 0 to 100, NULL where nothing is known; their weighted mean is over the known ones.
-- Grain: supplier_id.
WITH recent AS (
    SELECT
        l.supplier_id,
        count(*) AS line_count,
        sum(l.qty_ordered) AS qty_ordered,
        sum(l.qty_in_window_original) AS qty_in_window,
        sum(l.qty_filled) AS qty_filled,
        sum(l.qty_received) AS qty_received,
        sum(l.qty_rejected) AS qty_rejected,
        avg(l.response_seconds) FILTER (WHERE l.sequence_possible = 1) / 3600 AS response_hours
    FROM fct_purchase_line AS l
    CROSS JOIN build_info AS info
    CROSS JOIN int_stock_threshold AS t
    WHERE l.is_due_original = 1 AND l.due_original_day > business_day(info.as_of) - t.supplier_days
    GROUP BY l.supplier_id
),

pointed AS (
    SELECT
        r.*,
        CAST(100 * r.qty_in_window / r.qty_ordered AS DECIMAL(9, 4)) AS on_time_points,
        CAST(100 * r.qty_filled / r.qty_ordered AS DECIMAL(9, 4)) AS fill_points,
        CAST(CASE WHEN r.response_hours IS NOT NULL THEN 100 * least(greatest((t.response_worst - r.response_hours) / (t.response_worst - t.response_best), 0), 1) END AS DECIMAL(9, 4)) AS response_points,
        CAST(CASE WHEN r.qty_received > 0 THEN 100 * (1 - r.qty_rejected / r.qty_received) END AS DECIMAL(9, 4)) AS quality_points,
        t.coordination_on_time_weight, t.coordination_fill_weight, t.coordination_response_weight, t.coordination_quality_weight
    FROM recent AS r
    CROSS JOIN int_stock_threshold AS t
),

weighed AS (
    SELECT
        *,
        coordination_on_time_weight + coordination_fill_weight
            + CASE WHEN response_points IS NULL THEN 0 ELSE coordination_response_weight END
            + CASE WHEN quality_points IS NULL THEN 0 ELSE coordination_quality_weight END AS weight,
        on_time_points * coordination_on_time_weight + fill_points * coordination_fill_weight
            + coalesce(response_points * coordination_response_weight, 0)
            + coalesce(quality_points * coordination_quality_weight, 0) AS points
    FROM pointed
)

SELECT
    supplier_id, line_count, qty_ordered, qty_in_window, qty_filled, qty_received, qty_rejected,
    CAST(response_hours AS DECIMAL(18, 4)) AS response_hours,
    on_time_points, fill_points, response_points, quality_points,
    CAST(points / weight AS DECIMAL(9, 4)) AS coordination_points
FROM weighed
