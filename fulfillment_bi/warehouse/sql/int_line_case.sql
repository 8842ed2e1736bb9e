-- One row per line with after-sales cases: units never exceed what was sent; returns are refunds, refunds after-sales.
-- Grain: (order_key, line_no).
SELECT
    c.order_key,
    c.line_no,
    bool_or(c.kind = 'return') AS has_return,
    bool_or(c.kind IN ('return', 'refund')) AS has_refund,
    least(sum(c.qty), any_value(sent.qty_sent)) AS qty_after_sales,
    least(coalesce(sum(c.qty) FILTER (WHERE c.kind = 'return'), 0), any_value(sent.qty_sent)) AS qty_returned,
    least(coalesce(sum(c.qty) FILTER (WHERE c.kind IN ('return', 'refund')), 0), any_value(sent.qty_sent)) AS qty_refunded,
    sum(c.amount) AS amount_after_sales,
    coalesce(sum(c.amount) FILTER (WHERE c.kind = 'return'), 0) AS amount_returned,
    coalesce(sum(c.amount) FILTER (WHERE c.kind IN ('return', 'refund')), 0) AS amount_refunded
FROM int_case_line AS c
INNER JOIN int_line_sent AS sent ON sent.order_key = c.order_key AND sent.line_no = c.line_no
GROUP BY c.order_key, c.line_no
