-- One row per line of a purchase order, its receipts together.
-- 1. A promise counts once it has fallen due by the as-of moment; never received by then is a failure. Where nothing
--    newer is known than a bare day, that day is over.
-- 2. In the window: received not after the promise, and not more than some days before it. Units beyond the order do
--    not count.
-- 3. A line is received with the receipt that completes it. A receipt without a quantity is of all that was ordered.
-- Grain: (po_no, line_no).
WITH clock AS (
    SELECT
        CASE WHEN CAST(as_of AT TIME ZONE 'UTC' AT TIME ZONE timezone AS TIME) = TIME '00:00'
             THEN as_of + INTERVAL 1 DAY - INTERVAL 1 MICROSECOND ELSE as_of END AS as_of
    FROM build_info
),

receipt AS (
    SELECT
        po_no, line_no, receipt_no, received_at,
        CASE WHEN received_at IS NULL THEN 0 ELSE coalesce(qty_received, max(qty_ordered) OVER whole_line, 0) END AS qty,
        max(qty_ordered) OVER whole_line AS qty_ordered,
        min(promised_at_original) OVER whole_line AS promised_at_original,
        min(promised_at_current) OVER whole_line AS promised_at_current,
        supplier, sku, warehouse, shipment_mode, ordered_at, sent_at, confirmed_at, qty_rejected, unit_cost
    FROM int_purchase_line
    WINDOW whole_line AS (PARTITION BY po_no, line_no)
),

running AS (
    SELECT
        r.* EXCLUDE (promised_at_original, promised_at_current),
        coalesce(r.promised_at_original, r.promised_at_current) AS promised_at_original,
        coalesce(r.promised_at_current, r.promised_at_original) AS promised_at_current,
        sum(r.qty) OVER (PARTITION BY r.po_no, r.line_no ORDER BY r.received_at NULLS LAST, r.receipt_no) AS qty_so_far
    FROM receipt AS r
),

line AS (
    SELECT
        r.po_no, r.line_no,
        any_value(r.supplier) AS supplier,
        any_value(r.sku) AS sku,
        any_value(r.warehouse) AS warehouse,
        any_value(r.shipment_mode) AS shipment_mode,
        coalesce(min(r.ordered_at), min(r.sent_at)) AS ordered_at,
        coalesce(min(r.sent_at), min(r.ordered_at)) AS sent_at,
        min(r.confirmed_at) AS confirmed_at,
        any_value(r.promised_at_{promise}) AS promised_at_{promise},
        min(r.received_at) FILTER (WHERE r.qty > 0 AND r.qty_so_far >= r.qty_ordered) AS received_at,
        coalesce(any_value(r.qty_ordered), 0) AS qty_ordered,
        sum(r.qty) AS qty_received,
        least(coalesce(sum(r.qty_rejected), 0), sum(r.qty)) AS qty_rejected,
        coalesce(sum(r.qty) FILTER (WHERE r.received_at <= r.promised_at_{promise} AND business_day(r.received_at) >= business_day(r.promised_at_{promise}) - t.early_days), 0) AS qty_in_window_{promise},
        max(r.unit_cost) AS unit_cost
    FROM running AS r
    CROSS JOIN int_stock_threshold AS t
    GROUP BY r.po_no, r.line_no
),

judged AS (
    SELECT
        l.*,
        t.early_days,
        l.qty_ordered > 0 AND coalesce(l.promised_at_{promise} <= info.as_of, false) AS is_due_{promise},
        l.qty_ordered > 0 AND coalesce(l.promised_at_{promise} > info.as_of, false) AS is_pending_{promise},
        date_diff('second', l.ordered_at, l.received_at) AS lead_seconds,
        row_number() OVER (PARTITION BY l.po_no ORDER BY l.line_no) = 1 AS is_first,
        date_diff('second', min(l.sent_at) OVER whole_order, max(l.confirmed_at) OVER whole_order) AS response_seconds
    FROM line AS l
    CROSS JOIN clock AS info
    CROSS JOIN int_stock_threshold AS t
    WINDOW whole_order AS (PARTITION BY l.po_no)
)

SELECT
    j.po_no,
    j.line_no,
    coalesce(supplier.supplier_id, 0) AS supplier_id,
    coalesce(sku.sku_id, 0) AS sku_id,
    coalesce(sku.category_id, 0) AS category_id,
    coalesce(warehouse.warehouse_id, 0) AS warehouse_id,
    coalesce(j.shipment_mode, 'unknown') AS shipment_mode,
    j.ordered_at, j.sent_at, j.confirmed_at, j.promised_at_original, j.promised_at_current, j.received_at,
    business_day(j.ordered_at) AS ordered_day,
    business_day(j.promised_at_{promise}) AS due_{promise}_day,
    business_day(j.received_at) AS received_day,
    CAST(j.is_due_{promise} AS TINYINT) AS is_due_{promise},
    CAST(j.is_pending_{promise} AS TINYINT) AS is_pending_{promise},
    CAST(j.is_due_{promise} AND coalesce(j.received_at <= j.promised_at_{promise}, false) AS TINYINT) AS is_on_time_{promise},
    CAST(business_day(j.received_at) - business_day(j.promised_at_{promise}) AS INTEGER) AS days_late_{promise},
    CASE
        WHEN j.received_at > j.promised_at_original THEN 'late'
        WHEN business_day(j.received_at) < business_day(j.promised_at_original) - j.early_days THEN 'early'
        WHEN j.received_at IS NOT NULL THEN 'in_window'
        WHEN j.is_due_original THEN 'missing'
        ELSE 'waiting'
    END AS arrival,
    j.qty_ordered,
    CAST(j.qty_received AS DECIMAL(18, 4)) AS qty_received,
    CAST(least(j.qty_received, j.qty_ordered) AS DECIMAL(18, 4)) AS qty_filled,
    CAST(j.qty_rejected AS DECIMAL(18, 4)) AS qty_rejected,
    CAST(least(j.qty_in_window_{promise}, j.qty_ordered) AS DECIMAL(18, 4)) AS qty_in_window_{promise},
    coalesce(j.unit_cost, 0) AS unit_cost,
    CAST(j.qty_ordered * coalesce(j.unit_cost, 0) AS DECIMAL(18, 4)) AS purchase_value,
    CAST(j.received_at IS NOT NULL AS TINYINT) AS is_received,
    -- Received before it was ordered, or confirmed before it was sent: left out of durations.
    CAST(coalesce(j.lead_seconds >= 0, true) AND coalesce(j.response_seconds >= 0, true) AS TINYINT) AS sequence_possible,
    j.lead_seconds,
    CAST(j.is_first AS TINYINT) AS is_first,
    CASE WHEN j.is_first THEN j.response_seconds END AS response_seconds
FROM judged AS j
LEFT JOIN dim_supplier AS supplier ON supplier.supplier = j.supplier
LEFT JOIN dim_sku AS sku ON sku.sku = j.sku
LEFT JOIN dim_warehouse AS warehouse ON warehouse.warehouse = j.warehouse
