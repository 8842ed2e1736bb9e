-- One row per order and named rule that flags it.
-- 1. burst: the customer has placed many orders within a day, this one included.
-- 2. address: the address is known to be missing.
-- 3. price: a line's price is far from the product's list price.
-- 4. quantity: a line's quantity is far from what is usual for its SKU.
-- Grain: (order_key, risk_rule).
WITH burst AS (
    SELECT order_key, count(*) OVER recent AS orders
    FROM int_order
    CROSS JOIN int_threshold AS rule
    WHERE customer_key IS NOT NULL AND created_at IS NOT NULL
    WINDOW recent AS (PARTITION BY customer_key ORDER BY created_at RANGE BETWEEN rule.burst_window PRECEDING AND CURRENT ROW)
)

SELECT burst.order_key, 'burst' AS risk_rule
FROM burst
CROSS JOIN int_threshold AS rule
WHERE burst.orders >= rule.burst_orders
UNION ALL
SELECT o.order_key, 'address'
FROM int_order AS o
INNER JOIN state_orders AS said ON said.channel = o.channel AND said.order_no = o.order_no
WHERE NOT said.address_ok
UNION ALL
SELECT DISTINCT l.order_key, 'price'
FROM int_line AS l
INNER JOIN state_products AS product ON product.sku = l.sku
CROSS JOIN int_threshold AS rule
WHERE product.list_price > 0 AND (l.unit_price < product.list_price * rule.price_low_share OR l.unit_price > product.list_price * rule.price_high_share)
UNION ALL
SELECT DISTINCT l.order_key, 'quantity'
FROM int_line AS l
INNER JOIN int_sku_usual AS usual ON usual.sku = l.sku
CROSS JOIN int_threshold AS rule
WHERE NOT l.is_placeholder AND l.qty_ordered >= rule.quantity_least AND l.qty_ordered >= usual.qty * rule.quantity_times_usual
