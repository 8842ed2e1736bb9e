-- What each system says of each parcel, under the order that it belongs to.
-- 1. An order number without its channel belongs to the only channel that has it.
-- 2. A report without an order number speaks of every parcel with that tracking number: tracking numbers recur among
--    carriers, so the carrier decides, or that there is only one on either side.
-- Grain: (carrier, tracking_no) as reported, once for each order.
WITH placed AS (
    SELECT p.* REPLACE (coalesce(home.channel, p.channel) AS channel)
    FROM state_parcels AS p
    LEFT JOIN int_home AS home ON home.order_no = p.order_no AND coalesce(p.channel, 'unknown') = 'unknown'
),

loose AS (
    SELECT tracking_no, count(*) AS reports FROM placed WHERE order_no IS NULL GROUP BY tracking_no
),

owner AS (
    SELECT DISTINCT p.channel, p.order_no, p.tracking_no, p.carrier
    FROM placed AS p
    INNER JOIN loose ON loose.tracking_no = p.tracking_no
    WHERE p.order_no IS NOT NULL
),

owned AS (
    -- Systems spell carriers in their own ways: a number of one order, or under one name, is one parcel's.
    SELECT tracking_no, count(DISTINCT carrier) = 1 OR count(DISTINCT (channel, order_no)) = 1 AS is_one
    FROM owner
    GROUP BY tracking_no
)

SELECT * FROM placed WHERE order_no IS NOT NULL
UNION ALL BY NAME
SELECT DISTINCT p.* REPLACE (owner.channel AS channel, owner.order_no AS order_no)
FROM placed AS p
INNER JOIN loose ON loose.tracking_no = p.tracking_no
LEFT JOIN owned ON owned.tracking_no = p.tracking_no
LEFT JOIN owner ON owner.tracking_no = p.tracking_no
    AND (owner.carrier = p.carrier OR 'unknown' IN (owner.carrier, p.carrier) OR (loose.reports = 1 AND owned.is_one))
WHERE p.order_no IS NULL
