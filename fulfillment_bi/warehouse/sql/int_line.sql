-- One row per order line; an order without lines gets one placeholder, so that its promise is still judged.
-- `qty_asked` is what was ordered less what others withdrew; `qty_expected` also less what we withdrew ourselves, which
-- is owed but known never to come.
-- Grain: (order_key, line_no).
WITH line AS (
    SELECT
        o.order_key,
        l.line_no,
        false AS is_placeholder,
        l.sku,
        coalesce(l.shop, o.shop) AS shop,
        l.qty_ordered,
        greatest(l.qty_ordered - CASE WHEN o.is_cancelled OR o.cancellation_fails THEN 0
                                      ELSE coalesce(l.qty_cancelled, 0) END, 0) AS qty_asked,
        CASE WHEN o.cancellation_fails THEN coalesce(l.qty_cancelled, 0) ELSE 0 END AS qty_withdrawn,
        l.unit_price,
        coalesce(l.promised_ship_at_original, l.promised_ship_at_current, o.promised_ship_at_original)
            AS promised_ship_at_original,
        coalesce(l.promised_ship_at_current, l.promised_ship_at_original, o.promised_ship_at_current)
            AS promised_ship_at_current,
        o.promised_delivery_at_original,
        o.promised_delivery_at_current,
        o.is_terminal,
        o.is_cancelled AND NOT o.cancellation_fails AS is_let_off
    FROM state_order_lines AS l
    INNER JOIN int_order AS o ON o.channel = l.channel AND o.order_no = l.order_no
    UNION ALL
    SELECT
        o.order_key,
        '' AS line_no,
        true AS is_placeholder,
        NULL AS sku,
        o.shop,
        1 AS qty_ordered,
        1 AS qty_asked,
        0 AS qty_withdrawn,
        NULL AS unit_price,
        o.promised_ship_at_original,
        o.promised_ship_at_current,
        o.promised_delivery_at_original,
        o.promised_delivery_at_current,
        o.is_terminal,
        o.is_cancelled AND NOT o.cancellation_fails AS is_let_off
    FROM int_order AS o
    WHERE o.line_count = 0
)

SELECT *, greatest(qty_asked - qty_withdrawn, 0) AS qty_expected
FROM line
