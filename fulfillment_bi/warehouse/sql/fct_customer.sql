-- One row per customer: the first order that was not withdrawn (else the first of all), and whether another followed.
-- 1. Ordering again counts from a later moment: a cart that became several orders is one purchase.
-- 2. A customer is judged once the window has passed since.
-- 3. Lost after a stock-out: no order within the window after the first order for which goods were wanting.
-- Grain: customer_key. The dimensions are those of the order named.
WITH placed AS (
    SELECT o.customer_key, o.order_key, o.created_at, o.is_cancelled = 1 AS is_cancelled, o.is_stocked_out, info.as_of, rule.repurchase_window
    FROM fct_order AS o
    CROSS JOIN build_info AS info
    CROSS JOIN int_threshold AS rule
    WHERE o.customer_key IS NOT NULL AND o.created_at IS NOT NULL
),

beginning AS (
    SELECT
        customer_key,
        arg_min(order_key, (is_cancelled, created_at, order_key)) AS order_key,
        min(created_at) FILTER (WHERE NOT is_cancelled) AS first_order_at,
        min(created_at) FILTER (WHERE is_stocked_out = 1) AS stocked_out_at,
        count(*) FILTER (WHERE NOT is_cancelled) AS order_count,
        any_value(as_of) AS as_of,
        any_value(repurchase_window) AS repurchase_window
    FROM placed
    GROUP BY customer_key
),

following AS (
    SELECT
        b.customer_key,
        min(p.created_at) FILTER (WHERE p.created_at > b.first_order_at) AS next_order_at,
        min(p.created_at) FILTER (WHERE p.created_at > b.stocked_out_at) AS return_order_at
    FROM beginning AS b
    INNER JOIN placed AS p ON p.customer_key = b.customer_key AND NOT p.is_cancelled
    GROUP BY b.customer_key
)

SELECT
    b.customer_key,
    o.order_key, o.order_no, o.channel_id, o.shop_id, o.region_id, o.warehouse_id, o.carrier_id,
    o.delivery_state, o.ship_state,
    CASE WHEN o.due_sign_original = 0 THEN 'unknown' WHEN o.otif_sign_original = 1 THEN 'kept' ELSE 'broken' END AS first_order_state,
    b.first_order_at, f.next_order_at, b.stocked_out_at, b.order_count,
    business_day(b.first_order_at) AS first_order_day,
    business_hour(b.first_order_at) AS first_order_hour,
    business_day(b.stocked_out_at) AS stocked_out_day,
    business_hour(b.stocked_out_at) AS stocked_out_hour,
    CAST(b.first_order_at IS NOT NULL AND b.first_order_at + b.repurchase_window <= b.as_of AS TINYINT) AS is_matured,
    CAST(coalesce(f.next_order_at <= b.first_order_at + b.repurchase_window, false) AS TINYINT) AS has_repurchased,
    CAST(b.stocked_out_at IS NOT NULL AND b.stocked_out_at + b.repurchase_window <= b.as_of AS TINYINT) AS is_stockout_matured,
    CAST(b.stocked_out_at IS NOT NULL AND NOT coalesce(f.return_order_at <= b.stocked_out_at + b.repurchase_window, false) AS TINYINT) AS is_lost
FROM beginning AS b
INNER JOIN fct_order AS o ON o.order_key = b.order_key
LEFT JOIN following AS f ON f.customer_key = b.customer_key
