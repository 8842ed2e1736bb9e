-- Suppliers; 0 is the unknown member, so that a foreign key is never NULL.
-- Grain: supplier.
SELECT 0 AS supplier_id, 'unknown' AS supplier
UNION ALL
SELECT CAST(row_number() OVER (ORDER BY supplier) AS INTEGER) AS supplier_id, supplier
FROM (SELECT DISTINCT supplier FROM int_purchase_line WHERE supplier <> 'unknown')
