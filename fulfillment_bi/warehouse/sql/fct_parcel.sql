-- One row per parcel, judged by its carrier's own promise and scans.
-- 1. Due: the carrier's promise has passed for a parcel that was handed over. Refused at the door is the customer's doing.
-- 2. On the way: scanned, not delivered, neither lost nor sent back. Stalled: not scanned for a time.
-- 3. A fact that the channel's carriers never report (delivery, scans on the way, exceptions, claims) is not judged.
-- Grain: parcel_key, for (order, tracking_no).
WITH known AS (
    SELECT
        p.*,
        coalesce(o.channel, p.channel) AS owner_channel,
        o.region AS order_region,
        greatest(p.first_scan_at, p.tracked_at) AS last_scan_at,
        coalesce(p.first_scan_at, p.tracked_at, p.delivered_at) IS NOT NULL AS has_scan,
        coalesce(p.first_scan_at, p.marked_at, p.delivered_at) AS sent_at,
        rule.fake_after, rule.stalled_after, info.as_of
    FROM int_parcel_known AS p
    LEFT JOIN int_order AS o ON o.order_key = p.order_key
    CROSS JOIN int_threshold AS rule
    CROSS JOIN build_info AS info
),

judged AS (
    SELECT
        k.* EXCLUDE (is_claimed),
        coalesce(k.is_claimed, false) AS is_claimed,
        r.* EXCLUDE (channel),
        r.has_deliveries AND k.promised_at IS NOT NULL AND k.sent_at IS NOT NULL AND coalesce(k.exception <> 'refused', true) AS has_promise,
        r.has_deliveries AND k.has_scan AND k.delivered_at IS NULL AND coalesce(k.exception NOT IN ('lost', 'returned', 'refused'), true) AS is_in_transit
    FROM known AS k
    INNER JOIN int_channel_parcel AS r ON r.channel = coalesce(k.owner_channel, '')
)

SELECT
    p.parcel_key,
    coalesce(p.order_key, 0) AS order_key,
    coalesce(o.order_no, p.order_no) AS order_no,
    p.tracking_no,
    coalesce(channel.channel_id, 0) AS channel_id,
    coalesce(o.shop_id, 0) AS shop_id,
    coalesce(o.region_id, 0) AS region_id,
    coalesce(warehouse.warehouse_id, o.warehouse_id, 0) AS warehouse_id,
    coalesce(carrier.carrier_id, 0) AS carrier_id,
    coalesce(o.delivery_state, 'unknown') AS delivery_state,
    coalesce(o.ship_state, 'unknown') AS ship_state,
    coalesce(p.origin, p.warehouse, 'unknown') AS origin,
    coalesce(p.destination, p.order_region, 'unknown') AS destination,
    coalesce(p.origin, p.warehouse, 'unknown') || ' → ' || coalesce(p.destination, p.order_region, 'unknown') AS lane,
    p.exception,
    CASE WHEN p.delivered_at IS NOT NULL THEN 'delivered'
         WHEN p.exception IN ('lost', 'returned', 'refused') THEN p.exception
         WHEN p.has_scan THEN 'in_transit'
         ELSE 'not_scanned' END AS parcel_state,
    p.marked_at, p.first_scan_at, p.last_scan_at, p.delivered_at, p.promised_at, p.sent_at, p.freight_cost,
    o.created_day, o.created_hour,
    business_day(p.sent_at) AS sent_day,
    business_hour(p.sent_at) AS sent_hour,
    business_day(p.delivered_at) AS signed_day,
    business_hour(p.delivered_at) AS signed_hour,
    business_day(p.promised_at) AS due_day,
    business_hour(p.promised_at) AS due_hour,
    CAST(p.has_promise AND p.promised_at <= p.as_of AS TINYINT) AS is_due,
    CAST(p.has_promise AND p.promised_at > p.as_of AS TINYINT) AS is_pending,
    CAST(p.has_promise AND p.promised_at <= p.as_of AND coalesce(p.delivered_at <= p.promised_at, false) AS TINYINT) AS is_on_time,
    date_diff('second', p.first_scan_at, p.delivered_at) AS transit_seconds,
    CAST(coalesce(p.delivered_at >= p.first_scan_at, true) AND coalesce(p.first_scan_at >= o.created_at, true) AS TINYINT) AS sequence_possible,
    CAST(p.is_in_transit AND p.has_tracks AS TINYINT) AS is_in_transit,
    CAST(p.is_in_transit AND p.has_tracks AND p.last_scan_at + p.stalled_after <= p.as_of AS TINYINT) AS is_stalled,
    CAST(p.has_exceptions AND p.sent_at IS NOT NULL AS TINYINT) AS exceptions_known,
    CAST(coalesce(p.exception = 'lost', false) AS TINYINT) AS is_lost,
    CAST(coalesce(p.exception = 'damaged', false) AS TINYINT) AS is_damaged,
    CAST(coalesce(p.exception IN ('returned', 'refused'), false) AS TINYINT) AS is_returned,
    CAST(p.has_claims AND p.sent_at IS NOT NULL AS TINYINT) AS claims_known,
    CAST(p.is_claimed AS TINYINT) AS is_claimed,
    -- A label that the carrier has had no time to scan is not yet invalid.
    CAST(p.has_scans AND (p.has_scan OR coalesce(p.marked_at + p.fake_after <= p.as_of, false)) AS TINYINT) AS tracking_due,
    CAST(p.has_scan AS TINYINT) AS has_scan
FROM judged AS p
LEFT JOIN fct_order AS o ON o.order_key = p.order_key
LEFT JOIN dim_channel AS channel ON channel.channel = p.owner_channel
LEFT JOIN dim_warehouse AS warehouse ON warehouse.warehouse = p.warehouse
LEFT JOIN dim_carrier AS carrier ON carrier.carrier = p.carrier
