-- One row per line of a failed order that wanted stock, and where the want comes from.
-- 1. A line wanted stock: it was not filled though work on its order had begun, it was sent after the others, or it waited
--    to be allocated while its warehouse had none.
-- 2. `short_origin`, the first that applies: 'purchase_late' a purchase order of the SKU was overdue; 'oversell' sold although
--    nothing was available, so other orders had it already, whatever a channel still showed; 'other_warehouse' another
--    warehouse had enough; 'phantom' the books had it and it was not found; 'demand' far more was wanted than usual;
--    'unknown'.
-- 3. `taken_by`: the channel that took most of the SKU on that day, of what was sold beyond the stock.
-- Grain: (order_key, line_no).
WITH failed AS (
    SELECT
        o.order_key, o.order_no, o.channel_id, o.shop_id, o.region_id, o.created_at, o.created_day, o.created_hour,
        o.sign_due_original_day, o.sign_due_original_hour, o.promised_delivery_at_original AS promised_at, o.current_stage,
        o.delivery_state, o.ship_state,
        o.cancelled_by = 'seller' OR (o.is_cancelled = 1 AND coalesce(o.cancelled_by, 'unknown') = 'unknown') AS is_withdrawn,
        date_diff('second', o.promised_delivery_at_original, coalesce(o.delivered_at, info.as_of)) AS late_seconds
    FROM fct_order AS o
    CROSS JOIN build_info AS info
    WHERE o.is_failed = 1
),

line AS (
    SELECT
        l.order_key, l.line_no, l.sku_id, l.category_id, l.warehouse_id, l.carrier_id, l.qty_due, l.qty_sent, l.unit_price,
        l.units_sign_original, l.is_backordered, f.* EXCLUDE (order_key),
        sum(l.qty_sent) OVER (PARTITION BY l.order_key) AS order_sent
    FROM fct_order_line AS l
    INNER JOIN failed AS f ON f.order_key = l.order_key
),

waited AS (
    SELECT s.order_key, s.seconds FROM fct_order_stage AS s INNER JOIN failed AS f ON f.order_key = s.order_key WHERE s.stage = 'allocate'
),

candidate AS (
    SELECT
        l.*,
        l.qty_sent < l.qty_due AND (l.order_sent > 0 OR l.is_withdrawn OR coalesce(l.current_stage IN ('allocate', 'pick', 'pack', 'ship'), false)) AS is_unfilled,
        coalesce(w.seconds - coalesce(b.budget_seconds, 0) >= greatest(t.overrun_least, t.overrun_share * l.late_seconds), false) AND l.late_seconds > 0 AS is_waiting
    FROM line AS l
    CROSS JOIN int_cause_threshold AS t
    LEFT JOIN waited AS w ON w.order_key = l.order_key
    LEFT JOIN dim_stage AS b ON b.stage = 'allocate'
),

wanting AS (
    SELECT * FROM candidate WHERE is_unfilled OR is_backordered = 1 OR is_waiting
),

level AS (
    SELECT
        w.order_key, w.line_no,
        min(s.available) FILTER (WHERE s.warehouse_id = w.warehouse_id OR w.warehouse_id = 0) AS available,
        min(s.on_hand) FILTER (WHERE s.warehouse_id = w.warehouse_id OR w.warehouse_id = 0) AS on_hand,
        arg_max(s.warehouse_id, s.available) FILTER (WHERE s.warehouse_id <> w.warehouse_id AND w.warehouse_id <> 0 AND s.snapshot_day = w.created_day) AS other_id,
        max(s.available) FILTER (WHERE s.warehouse_id <> w.warehouse_id AND w.warehouse_id <> 0 AND s.snapshot_day = w.created_day) AS other_available
    FROM wanting AS w
    CROSS JOIN int_cause_threshold AS t
    INNER JOIN fct_stock_day AS s
        ON s.sku_id = w.sku_id AND s.is_snapshot = 1
        AND s.snapshot_day BETWEEN w.created_day - t.stock_days AND w.created_day + t.stock_days
    GROUP BY w.order_key, w.line_no
),

short_line AS (
    SELECT
        w.*, s.available, s.on_hand, s.other_id, s.other_available,
        coalesce(s.available <= 0, false) AS is_scarce
    FROM wanting AS w
    LEFT JOIN level AS s ON s.order_key = w.order_key AND s.line_no = w.line_no
    WHERE w.is_unfilled OR w.is_backordered = 1 OR coalesce(s.available <= 0, false)
),

-- The purchase order that was overdue longest when the line should have gone.
late_purchase AS (
    SELECT
        l.order_key, l.line_no,
        arg_min(p.po_no, (p.promised_at_original, p.po_no)) AS po_no,
        arg_min(p.supplier_id, (p.promised_at_original, p.po_no)) AS supplier_id
    FROM short_line AS l
    CROSS JOIN int_cause_threshold AS t
    INNER JOIN fct_purchase_line AS p
        ON p.sku_id = l.sku_id AND p.promised_at_original <= l.promised_at
        AND (p.warehouse_id = l.warehouse_id OR p.warehouse_id = 0 OR l.warehouse_id = 0)
        AND p.promised_at_original >= l.created_at - to_days(CAST(t.purchase_days AS INTEGER))
        AND coalesce(p.received_at, TIMESTAMP '9999-12-31') > greatest(l.created_at, p.promised_at_original)
    WHERE l.is_scarce
    GROUP BY l.order_key, l.line_no
),

-- What each channel ordered of the SKUs concerned, by day.
sold AS (
    SELECT l.sku_id, l.created_day, l.channel_id, sum(l.qty_ordered) AS qty
    FROM fct_order_line AS l
    WHERE l.sku_id IN (SELECT sku_id FROM short_line)
    GROUP BY l.sku_id, l.created_day, l.channel_id
),

daily AS (
    SELECT sku_id, created_day, sum(qty) AS qty, arg_max(channel_id, (qty, -channel_id)) AS channel_id FROM sold GROUP BY sku_id, created_day
),

usual AS (
    SELECT d.sku_id, d.created_day, d.channel_id, d.qty, avg(d.qty) OVER (PARTITION BY d.sku_id) AS qty_usual FROM daily AS d
),

traced AS (
    SELECT
        l.*, p.po_no, p.supplier_id, u.channel_id AS most_channel_id,
        CASE
            WHEN p.po_no IS NOT NULL THEN 'purchase_late'
            WHEN l.available < 0 OR (l.is_scarce AND l.on_hand <= 0) THEN 'oversell'
            WHEN l.is_scarce AND l.other_available >= l.qty_due THEN 'other_warehouse'
            WHEN l.on_hand > 0 THEN 'phantom'
            WHEN u.qty >= t.demand_times * u.qty_usual THEN 'demand'
            ELSE 'unknown'
        END AS origin
    FROM short_line AS l
    CROSS JOIN int_cause_threshold AS t
    LEFT JOIN late_purchase AS p ON p.order_key = l.order_key AND p.line_no = l.line_no
    LEFT JOIN usual AS u ON u.sku_id = l.sku_id AND u.created_day = l.created_day
)

SELECT
    t.origin AS short_origin,
    t.order_key, t.order_no, t.line_no, t.channel_id, t.shop_id, t.region_id, t.warehouse_id, t.carrier_id,
    t.sku_id, t.category_id, sku.sku, t.delivery_state, t.ship_state,
    t.created_at, t.created_day, t.created_hour, t.sign_due_original_day, t.sign_due_original_hour, t.promised_at,
    t.qty_due,
    CAST(1 AS TINYINT) AS is_short_line,
    CAST(greatest(t.qty_due - t.units_sign_original, 0) AS DECIMAL(18, 4)) AS qty_unfilled,
    CAST(greatest(t.qty_due - t.qty_sent, 0) AS DECIMAL(18, 4)) AS qty_short,
    t.unit_price,
    t.available, t.on_hand,
    t.po_no,
    coalesce(t.supplier_id, 0) AS supplier_id,
    CASE WHEN t.origin = 'other_warehouse' THEN other.warehouse END AS other_warehouse,
    CASE WHEN t.origin = 'oversell' THEN taker.channel END AS taken_by
FROM traced AS t
INNER JOIN dim_sku AS sku ON sku.sku_id = t.sku_id
LEFT JOIN dim_warehouse AS other ON other.warehouse_id = t.other_id
LEFT JOIN dim_channel AS taker ON taker.channel_id = t.most_channel_id
