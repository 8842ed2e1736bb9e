-- One row per line: from where and by whom it was sent, what is owed and what is still to come.
-- `qty_due` is what is owed: of an order let off by someone else's cancellation only what had been sent by then counts.
-- `qty_coming` is what will still complete it: on a finished order just what was sent, otherwise what is expected.
-- Grain: (order_key, line_no).
WITH sent AS (
    SELECT
        order_key, line_no,
        coalesce(sum(qty) FILTER (WHERE at_ship IS NOT NULL OR at_sign IS NOT NULL), 0) AS qty,
        CASE WHEN min(warehouse) = max(warehouse) THEN min(warehouse) WHEN count(warehouse) > 0 THEN 'several' END AS warehouse,
        CASE WHEN min(carrier) = max(carrier) THEN min(carrier) WHEN count(carrier) > 0 THEN 'several' END AS carrier
    FROM int_shipment
    GROUP BY order_key, line_no
),

line AS (
    SELECT
        l.order_key, l.line_no,
        coalesce(sent.warehouse, 'unknown') AS warehouse,
        coalesce(sent.carrier, 'unknown') AS carrier,
        least(coalesce(sent.qty, 0), l.qty_asked) AS qty_sent,
        coalesce(sent.qty, 0) AS qty_sent_in_all,
        l.qty_asked, l.qty_expected, l.is_terminal, l.is_let_off,
        sum(coalesce(sent.qty, 0)) OVER (PARTITION BY l.order_key) AS order_sent
    FROM int_line AS l
    LEFT JOIN sent ON sent.order_key = l.order_key AND sent.line_no = l.line_no
)

SELECT
    order_key, line_no, warehouse, carrier, qty_sent,
    CASE WHEN is_let_off AND order_sent > 0 THEN qty_sent ELSE qty_asked END AS qty_due,
    CASE WHEN is_terminal THEN qty_sent ELSE qty_expected END AS qty_coming,
    -- A replacement was sent as well: then it matters which units completed the line.
    qty_sent_in_all > CASE WHEN is_terminal THEN qty_sent ELSE qty_expected END AS has_surplus
FROM line
