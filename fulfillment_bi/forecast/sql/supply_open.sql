-- Purchase lines that are still to come, with the day they are promised for.
-- Parameters: today; days past the promise after which a line is given up.
-- Grain: (po_no, line_no).
SELECT
    p.po_no, p.line_no, p.sku_id, p.warehouse_id, p.supplier_id, s.supplier,
    coalesce(p.due_current_day, p.due_original_day, p.ordered_day) AS due_day,
    CAST(p.qty_ordered - p.qty_filled AS DOUBLE) AS units
FROM fct_purchase_line AS p
INNER JOIN dim_supplier AS s ON s.supplier_id = p.supplier_id
WHERE p.is_received = 0 AND p.qty_ordered > p.qty_filled
    -- What was promised long ago and never came will not come.
    AND coalesce(p.due_current_day, p.due_original_day, p.ordered_day) >= $1 - CAST($2 AS INTEGER)
