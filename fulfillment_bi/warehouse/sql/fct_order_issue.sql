-- One row per order and defect of its record: kept, flagged and counted, never dropped.
-- Grain: (order_key, issue).
WITH defect AS (
    SELECT order_key, 'shipped_before_created' AS issue FROM int_order_flag WHERE done_at_ship < created_at
    UNION ALL
    SELECT order_key, 'shipped_before_paid' FROM int_order_flag WHERE done_at_ship < paid_at
    UNION ALL
    SELECT order_key, 'delivered_before_shipped' FROM int_order_flag WHERE done_at_sign < done_at_ship
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
)

SELECT
    defect.issue, o.order_key, o.order_no, o.channel_id, o.shop_id, o.region_id, o.warehouse_id, o.carrier_id,
    o.created_day, o.created_hour, o.delivery_state, o.ship_state, o.status,
    CAST(1 AS TINYINT) AS is_issue
FROM defect
INNER JOIN fct_order AS o ON o.order_key = defect.order_key
