-- Which facts a channel's systems report at all. Where a channel never reports an event, its absence on one order
-- says nothing, and the metrics of that event are undefined there rather than zero or a failure.
-- Grain: channel.
WITH shipment AS (
    SELECT
        o.channel,
        count(s.at_warehouse) > 0 AS has_warehouse,
        count(s.at_platform) > 0 AS has_platform,
        count(s.at_scan) > 0 AS has_scan,
        count(s.at_ship) > 0 AS has_ship,
        count(s.at_sign) > 0 AS has_sign,
        count(s.reviewed_at) > 0 AS has_review,
        count(s.allocated_at) > 0 AS has_allocate,
        count(s.picked_at) > 0 AS has_pick,
        count(s.packed_at) > 0 AS has_pack
    FROM int_fulfilment AS s
    INNER JOIN int_order AS o ON o.order_key = s.order_key
    GROUP BY o.channel
),

payment AS (
    SELECT channel, count(paid_at) > 0 AS has_pay FROM int_order GROUP BY channel
)

SELECT
    payment.channel,
    payment.has_pay,
    coalesce(has_warehouse, false) AS has_warehouse,
    coalesce(has_platform, false) AS has_platform,
    coalesce(has_scan, false) AS has_scan,
    coalesce(has_ship, false) AS has_ship,
    coalesce(has_sign, false) AS has_sign,
    coalesce(has_review, false) AS has_review,
    coalesce(has_allocate, false) AS has_allocate,
    coalesce(has_pick, false) AS has_pick,
    coalesce(has_pack, false) AS has_pack
FROM payment
LEFT JOIN shipment ON shipment.channel = payment.channel
