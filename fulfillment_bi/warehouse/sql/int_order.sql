-- One row per order: names resolved to one value, promises completed, cancellation judged once.
-- An order reported without its channel is no order of its own where exactly one channel has its number.
-- Grain: (channel, order_no). `order_key` is its number in this version.
WITH line AS (
    SELECT
        channel, order_no,
        count(*) AS line_count,
        CASE WHEN min(shop) = max(shop) THEN min(shop) WHEN count(shop) > 0 THEN 'several' END AS shop,
        bool_and(coalesce(sku IS NOT NULL AND qty_ordered > 0 AND unit_price >= 0, false)) AS is_valid
    FROM state_order_lines
    GROUP BY channel, order_no
),

placed AS (
    SELECT
        o.channel, o.order_no,
        coalesce(o.province, customer.province, 'unknown') AS region,
        coalesce(o.country, customer.country, 'unknown') AS country,
        coalesce(o.customer_key, customer.customer_key, o.channel || ' ' || o.customer_no) AS customer_key
    FROM state_orders AS o
    LEFT JOIN state_customers AS customer
        ON customer.channel = o.channel AND customer.customer_no = o.customer_no
)

SELECT
    number.order_key,
    o.channel,
    o.order_no,
    coalesce(o.shop, line.shop, 'unknown') AS shop,
    placed.region,
    CASE WHEN placed.country = 'unknown' THEN coalesce(home.country, 'unknown') ELSE placed.country END AS country,
    placed.customer_key,
    o.status,
    o.created_at,
    o.paid_at,
    o.cancelled_at,
    o.order_value,
    coalesce(o.promised_ship_at_original, o.promised_ship_at_current) AS promised_ship_at_original,
    coalesce(o.promised_ship_at_current, o.promised_ship_at_original) AS promised_ship_at_current,
    coalesce(o.promised_delivery_at_original, o.promised_delivery_at_current) AS promised_delivery_at_original,
    coalesce(o.promised_delivery_at_current, o.promised_delivery_at_original) AS promised_delivery_at_current,
    coalesce(o.status IN ('cancelled', 'closed') OR o.cancelled_at IS NOT NULL, false) AS is_cancelled,
    CASE WHEN o.status IN ('cancelled', 'closed') OR o.cancelled_at IS NOT NULL
         THEN coalesce(o.cancelled_by, 'unknown') END AS cancelled_by,
    -- Who withdrew units decides whether they were still owed: the seller's own cancellation is a failure.
    CASE coalesce(o.cancelled_by, 'unknown')
        WHEN 'seller' THEN true
        WHEN 'unknown' THEN getvariable('unknown_cancellations') = 'fail'
        ELSE false
    END AS cancellation_fails,
    coalesce(o.status IN ('delivered', 'cancelled', 'closed'), false) AS is_terminal,
    coalesce(line.line_count, 0) AS line_count,
    coalesce(o.name_ok, true) AND coalesce(o.phone_ok, true) AND coalesce(o.address_ok, true)
        AND coalesce(line.is_valid, false) AS is_complete
FROM state_orders AS o
INNER JOIN int_order_key AS number ON number.channel = o.channel AND number.order_no = o.order_no
INNER JOIN placed ON placed.channel = o.channel AND placed.order_no = o.order_no
LEFT JOIN int_region_home AS home ON home.region = placed.region
LEFT JOIN line ON line.channel = o.channel AND line.order_no = o.order_no
WHERE o.channel <> 'unknown' OR NOT EXISTS (SELECT 1 FROM int_home WHERE int_home.order_no = o.order_no AND int_home.channel IS NOT NULL)
