-- Which facts of parcels a channel's carriers report at all; see int_channel. Parcels of no channel go by ''.
-- Grain: channel.
SELECT
    coalesce(o.channel, p.channel, '') AS channel,
    bool_or(coalesce(p.first_scan_at, p.tracked_at, p.delivered_at) IS NOT NULL) AS has_scans,
    bool_or(p.delivered_at IS NOT NULL) AS has_deliveries,
    bool_or(p.tracked_at IS NOT NULL) AS has_tracks,
    bool_or(p.exception IS NOT NULL) AS has_exceptions,
    bool_or(p.is_claimed IS NOT NULL) AS has_claims
FROM int_parcel_known AS p
LEFT JOIN int_order AS o ON o.order_key = p.order_key
GROUP BY ALL
