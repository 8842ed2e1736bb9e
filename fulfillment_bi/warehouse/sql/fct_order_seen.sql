-- Which systems know each order, and what each of them says of it; also what a system reported that is no order of ours:
-- shipments and parcels whose order no platform told us of, and parcels that nobody claims.
-- Grain: order_key; without an order (channel, order_no), or tracking_no where not even that is known.
WITH claimed AS (
    -- Parcels without an order number, found by the tracking number of a shipment.
    SELECT r.order_key, p.tracking_no, p.carrier, p.by_platform, p.by_warehouse, p.by_carrier, p.first_scan_at, p.delivered_at
    FROM int_report AS r
    INNER JOIN (SELECT *, count(*) OVER (PARTITION BY tracking_no) AS candidates FROM int_parcel) AS p
        ON p.tracking_no = r.tracking_no AND (p.carrier = r.carrier OR p.candidates = 1)
    WHERE p.order_no IS NULL
),

parcel AS (
    SELECT
        CASE WHEN o.order_key IS NULL THEN coalesce(p.channel, 'unknown') END AS channel,
        CASE WHEN o.order_key IS NULL THEN p.order_no END AS order_no,
        CASE WHEN p.order_no IS NULL THEN p.tracking_no END AS tracking_no,
        o.order_key, p.by_platform, p.by_warehouse, p.by_carrier, p.first_scan_at, p.delivered_at
    FROM int_parcel AS p
    LEFT JOIN int_order AS o ON o.channel = p.channel AND o.order_no = p.order_no
    WHERE p.order_no IS NOT NULL OR NOT EXISTS (
        SELECT 1 FROM claimed WHERE claimed.tracking_no = p.tracking_no AND claimed.carrier = p.carrier
    )
    UNION ALL BY NAME
    SELECT order_key, by_platform, by_warehouse, by_carrier, first_scan_at, delivered_at FROM claimed
),

placed AS (
    SELECT coalesce(home.channel, s.channel) AS channel, s.order_no, s._by_platform, s._by_warehouse, s._by_carrier
    FROM state_orders AS s
    LEFT JOIN int_home AS home ON s.channel = 'unknown' AND home.order_no = s.order_no
),

said AS (
    SELECT
        o.order_key,
        coalesce(placed._by_platform, false) AS by_platform,
        coalesce(placed._by_warehouse, false) AS by_warehouse,
        coalesce(placed._by_carrier, false) AS by_carrier
    FROM placed
    INNER JOIN int_order AS o ON o.channel = placed.channel AND o.order_no = placed.order_no
    UNION ALL BY NAME
    SELECT
        order_key, by_platform, by_warehouse, by_carrier,
        least(at_warehouse, at_platform) AS sent_at,
        at_platform IS NOT NULL AS platform_sent,
        CASE WHEN by_warehouse THEN at_warehouse IS NOT NULL END AS warehouse_sent
    FROM int_report
    UNION ALL BY NAME
    SELECT
        CASE WHEN o.order_key IS NULL THEN f.channel END AS channel,
        CASE WHEN o.order_key IS NULL THEN f.order_no END AS order_no,
        coalesce(f._by_platform, false) AS by_platform,
        coalesce(f._by_warehouse, false) AS by_warehouse,
        coalesce(f._by_carrier, false) AS by_carrier,
        least(f.shipped_at_warehouse, f.shipped_at_platform) AS sent_at
    FROM int_delivery_line AS f
    LEFT JOIN int_home AS home ON home.order_no = f.order_no AND f.channel = 'unknown'
    LEFT JOIN int_order AS o ON o.channel = coalesce(home.channel, f.channel) AND o.order_no = f.order_no
    WHERE o.order_key IS NULL
    UNION ALL BY NAME
    SELECT
        order_key, channel, order_no, tracking_no, by_platform, by_warehouse, by_carrier,
        least(first_scan_at, delivered_at) AS sent_at,
        CASE WHEN by_carrier THEN coalesce(first_scan_at, delivered_at) IS NOT NULL END AS carrier_sent,
        CASE WHEN by_carrier THEN delivered_at IS NOT NULL END AS carrier_signed,
        by_carrier AND first_scan_at IS NOT NULL AS carrier_scanned
    FROM parcel
),

known AS (
    SELECT
        order_key, channel, order_no, tracking_no,
        bool_or(by_platform) AS by_platform,
        bool_or(by_warehouse) AS by_warehouse,
        bool_or(by_carrier) AS by_carrier,
        min(sent_at) AS sent_at,
        bool_or(platform_sent) AS platform_sent,
        bool_or(warehouse_sent) AS warehouse_sent,
        bool_or(carrier_sent) AS carrier_sent,
        bool_and(carrier_signed) AS carrier_signed,
        bool_or(carrier_scanned) AS carrier_scanned
    FROM said
    GROUP BY order_key, channel, order_no, tracking_no
)

SELECT
    coalesce(known.order_key, 0) AS order_key,
    coalesce(o.channel, known.channel, 'unknown') AS channel,
    coalesce(o.order_no, known.order_no, '') AS order_no,
    coalesce(known.tracking_no, '') AS tracking_no,
    known.by_platform, known.by_warehouse, known.by_carrier,
    -- Sent by anyone's word; a platform that calls it sent without a time means some time after it was paid.
    coalesce(known.sent_at, CASE WHEN o.status IN ('shipped', 'delivered') THEN coalesce(o.paid_at, o.created_at) END) AS sent_at,
    -- A platform speaks of orders from the day they are placed.
    CASE WHEN known.by_platform THEN o.created_at END AS placed_at,
    CASE
        WHEN NOT known.by_platform OR o.is_cancelled THEN NULL
        WHEN o.status = 'delivered' THEN 'signed'
        WHEN o.status = 'shipped' OR known.platform_sent THEN 'sent'
        WHEN o.status IS NOT NULL THEN 'open'
    END AS platform_state,
    CASE WHEN known.warehouse_sent THEN 'sent' WHEN NOT known.warehouse_sent THEN 'open' END AS warehouse_state,
    CASE WHEN known.carrier_signed THEN 'signed' WHEN known.carrier_sent THEN 'sent' WHEN NOT known.carrier_sent THEN 'open' END AS carrier_state,
    coalesce(known.carrier_scanned, false) AS carrier_scanned,
    -- Why it stands alone: several channels have an order of that number, and which one is meant cannot be told.
    coalesce(known.order_key IS NULL AND home.candidates > 1, false) AS is_ambiguous
FROM known
LEFT JOIN int_order AS o ON o.order_key = known.order_key
LEFT JOIN int_home AS home ON home.order_no = known.order_no
