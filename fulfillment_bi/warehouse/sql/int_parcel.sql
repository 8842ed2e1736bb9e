-- One row per parcel of an order, however many systems spell its carrier: what any of them knows of it.
-- Its times are the carrier's own where it has a say, then the platform's, then whoever's.
-- Grain: (channel, order_no, tracking_no), and carrier where no order is known: tracking numbers recur among carriers.
SELECT
    channel,
    order_no,
    tracking_no,
    coalesce(min(carrier) FILTER (WHERE carrier <> 'unknown'), 'unknown') AS carrier,
    coalesce(min(first_scan_at) FILTER (WHERE _by_carrier), min(first_scan_at) FILTER (WHERE _by_platform), min(first_scan_at))
        AS first_scan_at,
    coalesce(max(delivered_at) FILTER (WHERE _by_carrier), max(delivered_at) FILTER (WHERE _by_platform), max(delivered_at))
        AS delivered_at,
    coalesce(bool_or(_by_platform), false) AS by_platform,
    coalesce(bool_or(_by_warehouse), false) AS by_warehouse,
    coalesce(bool_or(_by_carrier), false) AS by_carrier
FROM int_waybill
GROUP BY channel, order_no, tracking_no, CASE WHEN order_no IS NULL THEN carrier END
