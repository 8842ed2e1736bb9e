-- One row per ticket with its order: by channel and order number, without a channel by an order number that is unique.
-- Grain: (source, ticket_no).
WITH named AS (
    SELECT order_no, min(order_key) AS order_key FROM int_order GROUP BY order_no HAVING count(*) = 1
)

SELECT
    t.*,
    coalesce(exact.order_key, named.order_key) AS order_key
FROM state_tickets AS t
LEFT JOIN int_order AS exact ON exact.channel = t.channel AND exact.order_no = t.order_no
LEFT JOIN named ON t.channel IS NULL AND named.order_no = t.order_no
