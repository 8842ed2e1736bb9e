-- One row per order: the flags that come from after-sales, service, stock and the order's own course, each beside a
-- flag that says whether it can be judged. Where the channel's systems never report a fact, it cannot.
-- 1. Pickup: the carrier's first scan within a time of payment (pre-sale: of the end of the wait). A scan that was
--    skipped although the parcel arrived cannot be judged; an order withdrawn by others before its scan is out.
-- 2. Fake shipment: marked as shipped by the platform, else the warehouse, and not scanned within a time of it.
-- 3. Cases, complaints, stock, risk and automation: see the models they come from.
-- Grain: order_key.
WITH judged AS (
    SELECT
        o.order_key, o.channel, o.done_at_scan, o.done_at_ship, o.done_at_sign, o.created_at, o.paid_at, o.customer_key,
        o.qty_due, o.has_scan, o.is_cancelled, o.cancellation_fails, o.cancelled_at, o.line_count,
        said.presale, said.presale_until, said.review_mode, said.allocation_mode, said.hold_reason, said.cancel_reason, said.address_ok,
        CAST(getvariable('pickup_clock') AS VARCHAR) AS pickup_clock,
        coalesce(o.done_at_platform, o.done_at_warehouse) AS marked_at,
        greatest(o.paid_at, CASE WHEN said.presale THEN said.presale_until END) AS payable_at,
        o.done_at_scan IS NOT NULL OR o.done_at_sign IS NULL AS is_scan_open,
        o.is_cancelled AND NOT o.cancellation_fails AS is_let_off,
        rule.*,
        o.as_of
    FROM int_order_flag AS o
    INNER JOIN state_orders AS said ON said.channel = o.channel AND said.order_no = o.order_no
    CROSS JOIN int_threshold AS rule
),

started AS (
    SELECT
        *,
        CASE WHEN pickup_clock = 'shipped' THEN marked_at ELSE payable_at END AS pickup_from,
        CASE WHEN presale THEN greatest(date_diff('second', created_at, least(coalesce(presale_until, paid_at, created_at), done_at_sign)), 0) ELSE 0 END AS presale_seconds
    FROM judged
),

timed AS (
    SELECT
        *,
        has_scan AND is_scan_open AND qty_due > 0 AND pickup_from IS NOT NULL AND (NOT is_let_off OR coalesce(done_at_scan <= cancelled_at, false)) AS is_pickup_known,
        has_scan AND marked_at IS NOT NULL AND (is_scan_open OR done_at_sign <= marked_at + fake_after)
            AND marked_at + fake_after <= as_of AND NOT (is_let_off AND done_at_scan IS NULL AND coalesce(cancelled_at <= marked_at + fake_after, false)) AS is_fake_known
    FROM started
),

backordered AS (
    SELECT order_key, bool_or(is_backordered AND is_judged) AS is_backordered FROM int_line_backorder GROUP BY order_key
),

risky AS (
    SELECT DISTINCT order_key FROM int_order_risk
),

lost AS (
    SELECT order_key, bool_or(exception IN ('lost', 'damaged')) AS is_spoilt FROM int_parcel_known WHERE order_key IS NOT NULL GROUP BY order_key
)

SELECT
    o.order_key,
    o.presale_seconds,
    CAST(o.done_at_ship IS NOT NULL AS TINYINT) AS is_sent,
    CAST(o.is_pickup_known AND o.pickup_from + o.pickup_fast <= o.as_of AS TINYINT) AS pickup_due_24h,
    CAST(o.is_pickup_known AND o.pickup_from + o.pickup_fast <= o.as_of AND coalesce(o.done_at_scan <= o.pickup_from + o.pickup_fast, false) AS TINYINT) AS is_picked_up_24h,
    business_day(o.pickup_from + o.pickup_fast) AS pickup_due_24h_day,
    business_hour(o.pickup_from + o.pickup_fast) AS pickup_due_24h_hour,
    CAST(o.is_pickup_known AND o.pickup_from + o.pickup_slow <= o.as_of AS TINYINT) AS pickup_due_48h,
    CAST(o.is_pickup_known AND o.pickup_from + o.pickup_slow <= o.as_of AND coalesce(o.done_at_scan <= o.pickup_from + o.pickup_slow, false) AS TINYINT) AS is_picked_up_48h,
    business_day(o.pickup_from + o.pickup_slow) AS pickup_due_48h_day,
    business_hour(o.pickup_from + o.pickup_slow) AS pickup_due_48h_hour,
    o.marked_at,
    business_day(o.marked_at) AS marked_day,
    business_hour(o.marked_at) AS marked_hour,
    CAST(o.is_fake_known AS TINYINT) AS is_marked,
    CAST(o.is_fake_known AND NOT coalesce(least(o.done_at_scan, o.done_at_sign) <= o.marked_at + o.fake_after, false) AS TINYINT) AS is_fake_shipment,
    CAST(coalesce(service.has_cases, false) AS TINYINT) AS cases_known,
    CAST(coalesce(service.has_reasons, false) AS TINYINT) AS reasons_known,
    CAST(coalesce(cases.has_after_sales, false) AS TINYINT) AS has_after_sales,
    CAST(coalesce(cases.has_return, false) AS TINYINT) AS has_return,
    CAST(coalesce(cases.has_refund, false) AS TINYINT) AS has_refund,
    CAST(coalesce(cases.has_refund_before_shipping, false) AS TINYINT) AS has_refund_before_shipping,
    CAST(coalesce(cases.is_misorder, false) AS TINYINT) AS is_misorder,
    CAST(NOT coalesce(cases.is_wrong, false) AS TINYINT) AS is_right,
    CAST(NOT (coalesce(cases.is_damaged, false) OR coalesce(lost.is_spoilt, false)) AS TINYINT) AS is_undamaged,
    CAST(coalesce(service.has_complaints, false) AS TINYINT) AS complaints_known,
    coalesce(contact.complaint_count, 0) AS complaint_count,
    CAST(coalesce(contact.complaint_count, 0) > 0 AS TINYINT) AS has_complaint,
    CAST(coalesce(service.has_compensation, false) AS TINYINT) AS compensation_known,
    CAST(coalesce(contact.compensation, 0) AS DECIMAL(38, 4)) AS compensation,
    CAST(coalesce(service.has_outbound, false) AS TINYINT) AS proactive_known,
    CAST(coalesce(contact.is_contacted_first, false) AS TINYINT) AS is_contacted_first,
    CAST(oversold.order_key IS NOT NULL AS TINYINT) AS stock_known,
    CAST(coalesce(oversold.is_oversold, false) AS TINYINT) AS is_oversold,
    -- Goods were wanting: not all went with the first shipment, or the seller withdrew it for want of them.
    CAST(coalesce(backordered.is_backordered, false) OR (o.is_cancelled AND o.cancellation_fails AND coalesce(regexp_matches(lower(o.cancel_reason), 'stock|unavailable|缺货|无货|断货|库存'), true)) AS TINYINT) AS is_stocked_out,
    CAST(o.line_count > 0 OR o.customer_key IS NOT NULL OR o.address_ok IS NOT NULL AS TINYINT) AS risk_known,
    CAST(risky.order_key IS NOT NULL AS TINYINT) AS is_risky,
    CAST(o.review_mode IS NOT NULL AS TINYINT) AS automation_known,
    CAST(coalesce(o.review_mode = 'auto', false) AND coalesce(o.allocation_mode, 'auto') = 'auto' AND coalesce(o.hold_reason, '') = '' AS TINYINT) AS is_automatic,
    handling.operator,
    CAST(handling.is_scan_checked IS NOT NULL AS TINYINT) AS scan_check_known,
    CAST(coalesce(handling.is_scan_checked, false) AS TINYINT) AS is_scan_checked
FROM timed AS o
LEFT JOIN int_channel_service AS service ON service.channel = o.channel
LEFT JOIN int_order_case AS cases ON cases.order_key = o.order_key
LEFT JOIN int_order_contact AS contact ON contact.order_key = o.order_key
LEFT JOIN int_order_oversold AS oversold ON oversold.order_key = o.order_key
LEFT JOIN int_order_handling AS handling ON handling.order_key = o.order_key
LEFT JOIN backordered ON backordered.order_key = o.order_key
LEFT JOIN risky ON risky.order_key = o.order_key
LEFT JOIN lost ON lost.order_key = o.order_key
