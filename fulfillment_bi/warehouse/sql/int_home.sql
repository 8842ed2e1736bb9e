-- Order numbers that a system reported without saying of which channel: the one channel that has such an order.
-- Where several channels have that number, or none, there is no answer, and none is guessed.
-- Grain: order_no.
WITH unnamed AS (
    SELECT order_no FROM state_orders WHERE channel = 'unknown'
    UNION
    SELECT order_no FROM state_fulfilments WHERE channel = 'unknown'
    UNION
    SELECT order_no FROM state_parcels WHERE order_no IS NOT NULL AND coalesce(channel, 'unknown') = 'unknown'
)

SELECT
    o.order_no,
    count(*) AS candidates,
    CASE WHEN count(*) = 1 THEN min(o.channel) END AS channel
FROM state_orders AS o
INNER JOIN unnamed ON unnamed.order_no = o.order_no
WHERE o.channel <> 'unknown'
GROUP BY o.order_no
