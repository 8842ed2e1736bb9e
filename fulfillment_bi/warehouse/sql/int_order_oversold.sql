-- One row per order that can be judged: was a line accepted when nothing of its SKU was available?
-- Each line is held against the last stock level of an earlier day, unless that is too old to say anything.
-- Pre-sale orders are sold without stock on purpose: out.
-- Grain: order_key.
WITH line AS (
    SELECT l.order_key, l.sku, business_day(o.created_at) AS day
    FROM int_line AS l
    INNER JOIN int_order AS o ON o.order_key = l.order_key
    INNER JOIN state_orders AS said ON said.channel = o.channel AND said.order_no = o.order_no
    WHERE NOT l.is_placeholder AND l.sku IS NOT NULL AND o.created_at IS NOT NULL AND NOT coalesce(said.presale, false)
)

SELECT line.order_key, bool_or(stock.available <= 0) AS is_oversold
FROM line
ASOF INNER JOIN int_sku_available AS stock ON stock.sku = line.sku AND stock.day < line.day
CROSS JOIN int_threshold AS rule
WHERE stock.day >= line.day - rule.stock_level_lasts
GROUP BY line.order_key
