-- Purchase records with what their systems keep elsewhere filled in: a receipt has the terms of its line, a line those of
-- its order, and the supplier goes by its name where one is known. The quantity ordered stays on the record that has it.
-- Grain: (po_no, line_no, receipt_no).
WITH line AS (
    SELECT * FROM state_purchase_lines WHERE receipt_no IS NULL
),

named AS (
    SELECT
        supplier,
        CASE WHEN count(*) OVER (PARTITION BY name) = 1 THEN name ELSE name || ' (' || supplier || ')' END AS name
    FROM state_suppliers
    WHERE name IS NOT NULL
)

SELECT
    r.* REPLACE (
        coalesce(named.name, r.supplier, line.supplier, o.supplier) AS supplier,
        coalesce(r.sku, line.sku) AS sku,
        coalesce(r.warehouse, line.warehouse) AS warehouse,
        coalesce(r.ordered_at, line.ordered_at, o.ordered_at) AS ordered_at,
        coalesce(r.sent_at, line.sent_at, o.sent_at) AS sent_at,
        coalesce(r.confirmed_at, line.confirmed_at, o.confirmed_at) AS confirmed_at,
        coalesce(r.promised_at_original, line.promised_at_original, o.promised_at_original) AS promised_at_original,
        coalesce(r.promised_at_current, line.promised_at_current, o.promised_at_current) AS promised_at_current,
        coalesce(r.unit_cost, line.unit_cost) AS unit_cost,
        coalesce(r.shipment_mode, line.shipment_mode, o.shipment_mode) AS shipment_mode
    )
FROM state_purchase_lines AS r
LEFT JOIN line ON line.po_no = r.po_no AND line.line_no = r.line_no
LEFT JOIN state_purchase_orders AS o ON o.po_no = r.po_no
LEFT JOIN named ON named.supplier = coalesce(r.supplier, line.supplier, o.supplier)
