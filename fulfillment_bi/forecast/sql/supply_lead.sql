-- How long each supplier took for each SKU, and how late it was: one row per received line of late.
-- Parameters: today; days to look back.
-- Grain: (po_no, line_no).
SELECT
    p.sku_id, p.supplier_id, s.supplier,
    CAST(p.lead_seconds / 86400.0 AS DOUBLE) AS lead_days,
    CAST(coalesce(p.days_late_current, 0) AS DOUBLE) AS late_days,
    CAST(p.unit_cost AS DOUBLE) AS unit_cost,
    CAST(p.qty_ordered AS DOUBLE) AS qty_ordered,
    p.ordered_day
FROM fct_purchase_line AS p
INNER JOIN dim_supplier AS s ON s.supplier_id = p.supplier_id
WHERE p.is_received = 1 AND p.lead_seconds > 0 AND p.sequence_possible = 1
    AND p.ordered_day >= $1 - CAST($2 AS INTEGER)
ORDER BY p.sku_id, p.ordered_day, p.po_no, p.line_no
