-- One row per order with after-sales cases: which kinds it has, and what they confirm was wrong with it.
-- A return always gives the money back too, so that returns are refunds and refunds are after-sales.
-- Grain: order_key.
SELECT
    c.order_key,
    bool_or(NOT c.is_before_shipping) AS has_after_sales,
    bool_or(NOT c.is_before_shipping AND c.kind = 'return') AS has_return,
    bool_or(NOT c.is_before_shipping AND c.kind IN ('return', 'refund')) AS has_refund,
    bool_or(c.is_before_shipping AND c.kind = 'refund') AS has_refund_before_shipping,
    coalesce(bool_or(c.reason IN ('wrong_item', 'missing', 'quantity', 'address') AND NOT c.is_before_shipping AND c.opened_at <= c.sent_at + rule.misorder_window), false) AS is_misorder,
    coalesce(bool_or(c.reason IN ('wrong_item', 'missing', 'quantity', 'address', 'documents') AND NOT c.is_before_shipping), false) AS is_wrong,
    coalesce(bool_or(c.reason = 'damaged'), false) AS is_damaged
FROM int_after_sale AS c
CROSS JOIN int_threshold AS rule
WHERE c.order_key IS NOT NULL AND c.is_accepted
GROUP BY c.order_key
