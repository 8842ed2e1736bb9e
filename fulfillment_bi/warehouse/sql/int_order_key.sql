-- The number of each order in this version, oldest first. Loads that follow number the new orders from the highest on.
-- Grain: (channel, order_no).
SELECT channel, order_no, row_number() OVER (ORDER BY created_at NULLS FIRST, channel, order_no) AS order_key
FROM state_orders
