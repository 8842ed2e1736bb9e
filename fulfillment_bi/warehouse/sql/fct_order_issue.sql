-- One row per order and defect of its record: kept, flagged and counted, never dropped.
-- Grain: (order_key, issue).
WITH defect AS (
    SELECT order_key, 'shipped_before_created' AS issue FROM int_order_flag WHERE done_at_ship < created_at
    UNION ALL
    SELECT order_key, 'shipped_before_paid' FROM int_order_flag WHERE done_at_ship < paid_at
    UNION ALL
    SELECT order_key, 'delivered_before_shipped' FROM int_order_flag WHERE done_at_sign < done_at_ship OR is_signed_before_sent
    UNION ALL
    SELECT order_key, 'delivered_without_time' FROM int_order_flag WHERE status = 'delivered' AND done_at_sign IS NULL AND has_sign
    UNION ALL
    SELECT order_key, 'cancelled_but_delivered' FROM int_order_flag WHERE is_cancelled AND done_at_sign IS NOT NULL
    UNION ALL
    SELECT order_key, 'paid_time_missing' FROM int_order_flag
    -- A buyer who withdrew before paying leaves no payment to record.
    WHERE paid_at IS NULL AND has_pay AND coalesce(cancelled_by, '') NOT IN ('customer', 'timeout')
    UNION ALL
    SELECT order_key, 'created_time_missing' FROM int_order_flag WHERE created_at IS NULL
    UNION ALL
    SELECT order_key, 'promise_missing' FROM int_order_flag
    -- Shops promise from the payment on: an order that was never paid need not have a promise.
    WHERE promised_ship_at_original IS NULL AND promised_delivery_at_original IS NULL
        AND (paid_at IS NOT NULL OR NOT has_pay)
    UNION ALL
    SELECT order_key, 'no_lines' FROM int_order_flag WHERE line_count = 0
    UNION ALL
    SELECT order_key, 'paid_before_created' FROM int_order_flag WHERE paid_at < created_at
    UNION ALL
    SELECT order_key, 'steps_out_of_order' FROM int_order_flag
    WHERE NOT are_steps_possible(created_at, created_at, reviewed_at, allocated_at, picked_at, packed_at, done_at_warehouse)
    UNION ALL
    SELECT DISTINCT f.order_key, 'shipment_unmatched'
    FROM int_match AS m
    INNER JOIN int_fulfilment AS f ON f.fulfilment_id = m.fulfilment_id
    INNER JOIN int_order AS o ON o.order_key = f.order_key
    WHERE m.is_unmatched AND o.line_count > 0
)

SELECT
    defect.issue, o.order_key, o.order_no, o.channel_id, o.shop_id, o.region_id, o.warehouse_id, o.carrier_id,
    -- An order whose creation nobody recorded is listed under the first day that is known of it.
    coalesce(o.created_day, business_day(o.paid_at), o.shipped_day, o.sign_due_original_day) AS created_day,
    o.created_hour, o.delivery_state, o.ship_state, o.status,
    CAST(1 AS TINYINT) AS is_issue
FROM defect
INNER JOIN fct_order AS o ON o.order_key = defect.order_key
