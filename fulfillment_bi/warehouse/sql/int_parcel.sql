-- One row per parcel of an order, however many systems spell its carrier: what any of them knows of it.
-- Grain: (channel, order_no, tracking_no).
SELECT
    channel,
    order_no,
    tracking_no,
    coalesce(min(carrier) FILTER (WHERE carrier <> 'unknown'), 'unknown') AS carrier,
    min(first_scan_at) AS first_scan_at,
    max(delivered_at) AS delivered_at
FROM state_parcels
GROUP BY channel, order_no, tracking_no
