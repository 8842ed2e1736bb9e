-- One row per order and pair of systems that report its channel, of which one at least knows it.
-- 1. Due: the order was sent by anyone's word, and at a time of which the system that lacks it speaks as well; so an
--    export of one month is not held against another's year, nor an order that has still to be sent.
-- 2. Compared: both say how far it is. They disagree where one has sent or signed for what the other has still open, and
--    where the platform calls signed what the carrier does not; a carrier may take a day to scan.
-- What is no order of ours has order_key 0 and no day of creation.
-- Grain: (order_key, channel_id, order_no, tracking_no, system_pair).
WITH spoken AS (
    SELECT
        channel,
        grouping(channel) = 1 AS is_all,
        bool_or(by_platform) AS has_platform, bool_or(by_warehouse) AS has_warehouse, bool_or(by_carrier) AS has_carrier,
        min(least(placed_at, sent_at)) FILTER (WHERE by_platform) AS platform_from,
        max(greatest(placed_at, sent_at)) FILTER (WHERE by_platform) AS platform_to,
        min(sent_at) FILTER (WHERE by_warehouse) AS warehouse_from, max(sent_at) FILTER (WHERE by_warehouse) AS warehouse_to,
        min(sent_at) FILTER (WHERE by_carrier) AS carrier_from, max(sent_at) FILTER (WHERE by_carrier) AS carrier_to,
        bool_or(carrier_scanned) AS has_scans
    FROM fct_order_seen
    GROUP BY GROUPING SETS ((channel), ())
),

reach AS (
    -- The time a system speaks of, by channel; what names no channel is looked for in all.
    SELECT * REPLACE (CASE WHEN is_all THEN 'unknown' ELSE channel END AS channel)
    FROM spoken
    WHERE is_all OR channel <> 'unknown'
),

pair AS (
    SELECT
        k.* EXCLUDE (by_platform, by_warehouse, by_carrier, platform_state, warehouse_state, carrier_state),
        unnest([
            {'first_system': 'platform', 'second_system': 'warehouse', 'has_first': k.by_platform, 'has_second': k.by_warehouse,
             'first_state': k.platform_state, 'second_state': k.warehouse_state, 'are_connected': r.has_platform AND r.has_warehouse,
             'first_from': r.platform_from, 'first_to': r.platform_to, 'second_from': r.warehouse_from, 'second_to': r.warehouse_to},
            {'first_system': 'platform', 'second_system': 'carrier', 'has_first': k.by_platform, 'has_second': k.by_carrier,
             'first_state': k.platform_state, 'second_state': k.carrier_state, 'are_connected': r.has_platform AND r.has_carrier,
             'first_from': r.platform_from, 'first_to': r.platform_to, 'second_from': r.carrier_from, 'second_to': r.carrier_to},
            {'first_system': 'warehouse', 'second_system': 'carrier', 'has_first': k.by_warehouse, 'has_second': k.by_carrier,
             'first_state': k.warehouse_state, 'second_state': k.carrier_state, 'are_connected': r.has_warehouse AND r.has_carrier,
             'first_from': r.warehouse_from, 'first_to': r.warehouse_to, 'second_from': r.carrier_from, 'second_to': r.carrier_to}
        ], recursive := true),
        r.has_scans
    FROM fct_order_seen AS k
    INNER JOIN reach AS r ON r.channel = k.channel
),

judged AS (
    SELECT
        p.*,
        p.has_first AND p.has_second AS is_matched,
        p.sent_at IS NOT NULL AND CASE
            WHEN p.has_first AND p.has_second THEN true
            WHEN p.has_first THEN p.sent_at BETWEEN p.second_from AND p.second_to
            ELSE p.sent_at BETWEEN p.first_from AND p.first_to
        END AS is_due,
        p.has_first AND p.has_second AND p.first_state IS NOT NULL AND p.second_state IS NOT NULL AND p.sent_at IS NOT NULL
            -- A carrier's export without scans knows nothing of a parcel before it is signed for.
            AND (p.second_system <> 'carrier' OR p.has_scans OR p.second_state <> 'open') AS is_compared,
        CASE
            WHEN p.first_state = 'open' THEN p.second_state <> 'open'
            WHEN p.second_state = 'open' THEN p.second_system <> 'carrier' OR p.first_state = 'signed' OR p.sent_at + rule.fake_after <= info.as_of
            ELSE p.second_system = 'carrier' AND p.first_state = 'signed' AND p.second_state <> 'signed'
        END AS are_apart
    FROM pair AS p
    CROSS JOIN int_threshold AS rule
    CROSS JOIN build_info AS info
    WHERE p.are_connected AND (p.has_first OR p.has_second)
)

SELECT
    j.order_key,
    j.order_no,
    j.tracking_no,
    coalesce(channel.channel_id, 0) AS channel_id,
    coalesce(o.shop_id, 0) AS shop_id,
    coalesce(o.region_id, 0) AS region_id,
    coalesce(o.warehouse_id, 0) AS warehouse_id,
    coalesce(o.carrier_id, 0) AS carrier_id,
    coalesce(o.delivery_state, 'unknown') AS delivery_state,
    coalesce(o.ship_state, 'unknown') AS ship_state,
    j.first_system || '-' || j.second_system AS system_pair,
    CASE WHEN NOT j.has_first THEN j.first_system WHEN NOT j.has_second THEN j.second_system ELSE 'none' END AS missing_in,
    CASE WHEN j.is_ambiguous THEN 'ambiguous' WHEN j.order_key = 0 AND j.order_no = '' THEN 'no_order_number'
         WHEN j.order_key = 0 THEN 'unknown_order' ELSE 'order' END AS match_state,
    j.first_state,
    j.second_state,
    CASE WHEN j.is_compared AND j.are_apart THEN j.first_state || '-' || j.second_state ELSE 'none' END AS state_pair,
    o.created_at,
    o.created_day,
    o.created_hour,
    j.sent_at,
    business_day(j.sent_at) AS sent_day,
    business_hour(j.sent_at) AS sent_hour,
    CAST(j.is_due AS TINYINT) AS is_due,
    CAST(j.is_matched AS TINYINT) AS is_matched,
    CAST(NOT j.is_matched AS TINYINT) AS is_unmatched,
    CAST(j.is_compared AS TINYINT) AS is_compared,
    CAST(j.is_compared AND j.are_apart AS TINYINT) AS is_disagreeing
FROM judged AS j
LEFT JOIN fct_order AS o ON o.order_key = j.order_key
LEFT JOIN dim_channel AS channel ON channel.channel = j.channel
