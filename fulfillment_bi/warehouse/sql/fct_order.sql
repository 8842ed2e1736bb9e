-- One row per order: every date, flag and duration that metrics at order level sum.
-- Flags are 0 or 1; days and hours are of the business time zone; times are UTC.
-- Grain: order_key.
SELECT
    o.order_key,
    o.order_no,
    coalesce(channel.channel_id, 0) AS channel_id,
    coalesce(shop.shop_id, 0) AS shop_id,
    coalesce(region.region_id, 0) AS region_id,
    coalesce(warehouse.warehouse_id, 0) AS warehouse_id,
    coalesce(carrier.carrier_id, 0) AS carrier_id,
    o.customer_key,
    coalesce(o.status, 'unknown') AS status,
    CASE WHEN o.is_cancelled THEN 'cancelled' WHEN o.done_at_sign IS NOT NULL THEN 'delivered' ELSE 'open' END AS delivery_state,
    CASE WHEN coalesce(o.done_at_ship, o.done_at_sign) IS NOT NULL THEN 'shipped' WHEN o.is_cancelled THEN 'cancelled' ELSE 'open' END AS ship_state,
    o.cancelled_by,
    o.created_at, o.paid_at, o.reviewed_at, o.allocated_at, o.picked_at, o.packed_at,
    o.done_at_warehouse AS shipped_at_warehouse,
    o.done_at_platform AS shipped_at_platform,
    o.done_at_scan AS first_scan_at,
    o.done_at_ship AS shipped_at,
    o.done_at_sign AS delivered_at,
    o.cancelled_at,
    o.promised_ship_at_original, o.promised_ship_at_current,
    o.promised_delivery_at_original, o.promised_delivery_at_current,
    business_day(o.created_at) AS created_day,
    business_hour(o.created_at) AS created_hour,
    business_day(o.done_at_ship) AS shipped_day,
    business_hour(o.done_at_ship) AS shipped_hour,
    business_day(o.done_at_sign) AS signed_day,
    business_hour(o.done_at_sign) AS signed_hour,
    business_day(o.promised_ship_at_{promise}) AS ship_due_{promise}_day,
    business_hour(o.promised_ship_at_{promise}) AS ship_due_{promise}_hour,
    business_day(o.promised_delivery_at_{promise}) AS sign_due_{promise}_day,
    business_hour(o.promised_delivery_at_{promise}) AS sign_due_{promise}_hour,
    CAST(o.due_{event}_{promise} AS TINYINT) AS due_{event}_{promise},
    CAST(o.pending_{event}_{promise} AS TINYINT) AS pending_{event}_{promise},
    CAST(o.due_{event}_{promise} AND NOT o.on_time_{event}_{promise} AS TINYINT) AS late_{event}_{promise},
    CAST(o.due_{event}_{promise} AND o.on_time_{event}_{promise} AND o.in_full_{event}_{promise} AS TINYINT) AS otif_{event}_{promise},
    CAST(o.due_sign_{promise} AND o.has_{event} AS TINYINT) AS fill_due_{event}_{promise},
    CAST(o.pending_sign_{promise} AND o.has_{event} AS TINYINT) AS fill_pending_{event}_{promise},
    CAST(o.due_sign_{promise} AND o.has_{event} AND o.filled_{event}_{promise} AS TINYINT) AS filled_{event}_{promise},
    -- Sent in full by its ship promise and still not signed in time: the carrier's failure, not the seller's.
    CAST(o.due_sign_{promise} AND NOT o.on_time_sign_{promise} AND o.on_time_ship_{promise} AND o.in_full_ship_{promise} AND NOT (o.is_cancelled AND o.cancellation_fails) AS TINYINT) AS excused_sign_{promise},
    -- Up to the hand-over the seller answers for everything.
    CAST(0 AS TINYINT) AS excused_warehouse_{promise},
    CAST(0 AS TINYINT) AS excused_platform_{promise},
    CAST(0 AS TINYINT) AS excused_scan_{promise},
    CAST(0 AS TINYINT) AS excused_ship_{promise},
    CAST(1 AS TINYINT) AS is_created,
    CAST(o.is_cancelled AS TINYINT) AS is_cancelled,
    CAST(waiting.order_key IS NOT NULL AS TINYINT) AS is_open,
    CAST(o.is_complete AS TINYINT) AS is_complete,
    CAST(1 AS TINYINT) AS completeness_known,
    CAST(o.done_at_sign IS NOT NULL AND NOT o.is_cancelled AS TINYINT) AS is_signed,
    CASE WHEN o.done_at_sign IS NOT NULL AND NOT o.is_cancelled
         THEN date_diff('second', o.created_at, o.done_at_sign) END AS cycle_seconds,
    -- Without the wait of a pre-sale, which was agreed on.
    CASE WHEN o.done_at_sign IS NOT NULL AND NOT o.is_cancelled
         THEN date_diff('second', o.created_at, o.done_at_sign) - mark.presale_seconds END AS net_cycle_seconds,
    CAST(NOT o.is_signed_before_sent AND is_sequence_possible(o.created_at, o.done_at_ship, o.done_at_sign) AND are_steps_possible(o.created_at, o.paid_at, o.reviewed_at, o.allocated_at, o.picked_at, o.packed_at, o.done_at_warehouse) AS TINYINT) AS sequence_possible,
    waiting.stage AS current_stage,
    waiting.since AS waiting_since,
    CASE
        WHEN waiting.order_key IS NULL THEN NULL
        WHEN waiting.promised_at IS NULL THEN 'none'
        WHEN waiting.promised_at <= o.as_of THEN 'overdue'
        WHEN date_diff('second', o.as_of, waiting.promised_at) < 7200 THEN '0-2'
        WHEN date_diff('second', o.as_of, waiting.promised_at) < 21600 THEN '2-6'
        WHEN date_diff('second', o.as_of, waiting.promised_at) < 43200 THEN '6-12'
        WHEN date_diff('second', o.as_of, waiting.promised_at) < 86400 THEN '12-24'
        ELSE '>24'
    END AS promise_bucket,
    date_diff('second', o.as_of, waiting.promised_at) AS seconds_to_promise,
    broken.break_stage,
    CAST(broken.order_key IS NOT NULL AS TINYINT) AS is_failed,
    coalesce(o.order_value, line.value) AS order_value,
    o.line_count,
    mark.* EXCLUDE (order_key, presale_seconds)
FROM int_order_flag AS o
INNER JOIN int_order_mark AS mark ON mark.order_key = o.order_key
LEFT JOIN int_stage_open AS waiting ON waiting.order_key = o.order_key
LEFT JOIN int_break AS broken ON broken.order_key = o.order_key
LEFT JOIN (SELECT order_key, CAST(sum(CAST(qty_ordered AS DECIMAL(19, 4)) * CAST(unit_price AS DECIMAL(19, 4))) AS DECIMAL(38, 4)) AS value FROM int_line GROUP BY order_key) AS line
    ON line.order_key = o.order_key
LEFT JOIN dim_channel AS channel ON channel.channel = o.channel
LEFT JOIN dim_shop AS shop ON shop.shop = o.shop
LEFT JOIN dim_region AS region ON region.region = o.region AND region.country = o.country
LEFT JOIN dim_warehouse AS warehouse ON warehouse.warehouse = o.warehouse
LEFT JOIN dim_carrier AS carrier ON carrier.carrier = o.carrier
