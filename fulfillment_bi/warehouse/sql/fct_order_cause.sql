-- One row per order whose promise is broken and cause: who broke it, with the evidence.
-- 1. An order with k causes has k rows, each with an equal share of it; the shares of an order sum to one exactly.
-- 2. Rules and who is accountable: `int_cause_rule`; thresholds: `int_cause_threshold`.
-- 3. Stages: one that overran its part of the promise (`fct_order_budget`) by a good part of the lateness is a cause.
-- 4. Lines that wanted stock: see `fct_short_line`. Waiting for it is no cause of its own then, nor is the stage in which
--    the order still waits.
-- Grain: (order_key, cause).
WITH failed AS (
    SELECT
        o.*, said.hold_reason, said.cancel_reason, said.address_ok, info.as_of,
        o.cancelled_by = 'seller' OR (o.is_cancelled = 1 AND coalesce(o.cancelled_by, 'unknown') = 'unknown') AS is_withdrawn,
        date_diff('second', o.promised_delivery_at_original, coalesce(o.delivered_at, info.as_of)) AS late_seconds,
        date_diff('second', o.created_at, o.promised_delivery_at_original) AS window_seconds
    FROM fct_order AS o
    INNER JOIN dim_channel AS channel ON channel.channel_id = o.channel_id
    INNER JOIN state_orders AS said ON said.channel = channel.channel AND said.order_no = o.order_no
    CROSS JOIN build_info AS info
    WHERE o.is_failed = 1
),

broken_stage AS (
    SELECT o.*
    FROM fct_order_budget AS o
    CROSS JOIN int_cause_threshold AS t
    WHERE o.late_seconds > 0 AND o.over_seconds >= t.overrun_least
        AND (o.is_most = 1 OR o.over_seconds >= t.overrun_share * o.late_seconds)
),

scanned AS (
    SELECT
        f.order_key,
        max(e.event_at) FILTER (WHERE regexp_matches(concat_ws(' ', e.code, e.description), t.last_mile_words, 'i')) AS last_station_at,
        bool_or(regexp_matches(coalesce(e.description, ''), t.address_words, 'i')) AS is_address
    FROM failed AS f
    INNER JOIN fct_parcel AS p ON p.order_key = f.order_key
    INNER JOIN dim_carrier AS carrier ON carrier.carrier_id = p.carrier_id
    INNER JOIN state_parcel_events AS e ON e.carrier = carrier.carrier AND e.tracking_no = p.tracking_no
    CROSS JOIN int_cause_threshold AS t
    WHERE f.late_seconds > 0
    GROUP BY f.order_key
),

spoilt AS (
    SELECT
        p.order_key,
        bool_or(p.exception IN ('lost', 'damaged')) AS is_lost,
        bool_or(p.exception = 'returned') AS is_returned,
        bool_or(p.exception = 'refused') AS is_refused
    FROM fct_parcel AS p
    INNER JOIN failed AS f ON f.order_key = p.order_key
    WHERE p.exception IS NOT NULL AND p.exception <> 'none'
    GROUP BY p.order_key
),

complained AS (
    SELECT DISTINCT c.order_key
    FROM fct_after_sale AS c
    INNER JOIN failed AS f ON f.order_key = c.order_key
    WHERE c.after_sales_reason = 'address'
),

delivery AS (
    SELECT
        b.order_key, b.over_seconds, b.seconds, b.budget_seconds,
        coalesce(date_diff('second', n.last_station_at, coalesce(b.ended_at, f.as_of)) - t.last_mile_seconds >= t.last_mile_share * b.over_seconds, false) AS is_last_mile,
        coalesce(n.is_address, false) OR c.order_key IS NOT NULL AS is_address,
        coalesce(s.is_lost, false) OR coalesce(s.is_returned, false) OR coalesce(s.is_refused, false) AS is_spoilt
    FROM broken_stage AS b
    INNER JOIN failed AS f ON f.order_key = b.order_key
    CROSS JOIN int_cause_threshold AS t
    LEFT JOIN scanned AS n ON n.order_key = b.order_key
    LEFT JOIN complained AS c ON c.order_key = b.order_key
    LEFT JOIN spoilt AS s ON s.order_key = b.order_key
    WHERE b.stage = 'deliver'
),

-- Everything the rules find.
found AS (
    SELECT
        l.order_key,
        CASE l.short_origin WHEN 'purchase_late' THEN 'purchase_late' WHEN 'oversell' THEN 'sold_beyond_stock' ELSE 'stock_missing' END AS rule,
        NULL AS over_seconds, NULL AS budget_seconds, l.sku, l.qty_short, l.po_no, l.supplier_id
    FROM fct_short_line AS l
    UNION ALL BY NAME
    SELECT f.order_key, 'withdrawn_for_stock' AS rule
    FROM failed AS f
    CROSS JOIN int_cause_threshold AS t
    ANTI JOIN fct_short_line AS l ON l.order_key = f.order_key
    WHERE f.is_withdrawn AND f.shipped_at IS NULL AND regexp_matches(coalesce(f.cancel_reason, ''), t.stock_words, 'i')
    UNION ALL BY NAME
    SELECT f.order_key, 'address_unusable' AS rule
    FROM failed AS f
    WHERE f.address_ok = false AND (f.delivered_at IS NULL OR EXISTS (SELECT 1 FROM broken_stage AS b WHERE b.order_key = f.order_key AND b.stage IN ('review', 'deliver')))
    UNION ALL BY NAME
    SELECT f.order_key, 'address_reported' AS rule
    FROM failed AS f
    CROSS JOIN int_cause_threshold AS t
    WHERE f.is_withdrawn AND regexp_matches(coalesce(f.cancel_reason, ''), t.address_words, 'i')
    UNION ALL BY NAME
    SELECT order_key, 'address_reported' AS rule, over_seconds, budget_seconds FROM delivery WHERE is_address AND NOT is_spoilt
    UNION ALL BY NAME
    SELECT order_key, CASE WHEN is_refused THEN 'parcel_refused' WHEN is_returned THEN 'parcel_returned' ELSE 'parcel_lost' END AS rule
    FROM spoilt
    UNION ALL BY NAME
    SELECT b.order_key, 'held_by_platform' AS rule, b.over_seconds, b.budget_seconds
    FROM broken_stage AS b
    INNER JOIN failed AS f ON f.order_key = b.order_key
    CROSS JOIN int_cause_threshold AS t
    WHERE b.stage = 'review' AND regexp_matches(coalesce(f.hold_reason, ''), t.platform_words, 'i')
    UNION ALL BY NAME
    SELECT order_key, CASE WHEN is_last_mile THEN 'last_mile' ELSE 'deliver' END AS rule, over_seconds, budget_seconds
    FROM delivery
    WHERE NOT is_address AND NOT is_spoilt
    UNION ALL BY NAME
    SELECT b.order_key, b.stage AS rule, b.over_seconds, b.budget_seconds
    FROM broken_stage AS b
    INNER JOIN failed AS f ON f.order_key = b.order_key
    CROSS JOIN int_cause_threshold AS t
    WHERE b.stage <> 'deliver'
        AND NOT (b.stage = 'review' AND regexp_matches(coalesce(f.hold_reason, ''), t.platform_words, 'i'))
        AND NOT ((b.stage = 'allocate' OR b.is_waiting = 1) AND EXISTS (SELECT 1 FROM fct_short_line AS l WHERE l.order_key = b.order_key))
),

named AS (
    SELECT f.order_key, coalesce(n.rule, CASE WHEN f.is_withdrawn THEN 'withdrawn' ELSE 'unknown' END) AS rule, n.* EXCLUDE (order_key, rule)
    FROM failed AS f
    LEFT JOIN found AS n ON n.order_key = f.order_key
),

cause AS (
    SELECT
        n.order_key, r.cause,
        arg_min(r.accountable, r.rule_no) AS accountable,
        arg_min(r.rule, r.rule_no) AS cause_rule,
        max(n.over_seconds) AS over_seconds,
        max(n.budget_seconds) AS budget_seconds,
        min(n.sku) AS short_sku,
        sum(n.qty_short) AS qty_short,
        min(n.po_no) AS po_no,
        min(n.supplier_id) AS supplier_id
    FROM named AS n
    INNER JOIN int_cause_rule AS r ON r.rule = n.rule
    GROUP BY n.order_key, r.cause
)

SELECT
    c.cause, c.accountable, c.cause_rule,
    o.order_key, o.order_no, o.channel_id, o.shop_id, o.region_id, o.warehouse_id, o.carrier_id,
    o.created_day, o.created_hour, o.sign_due_original_day, o.sign_due_original_hour, o.delivery_state, o.ship_state, o.status,
    o.created_at, o.promised_delivery_at_original, o.shipped_at, o.delivered_at, o.order_value,
    CAST(count(*) OVER whole_order AS TINYINT) AS cause_count,
    CAST(share(CAST(1 AS DECIMAL(18, 4)), count(*) OVER whole_order, row_number() OVER (PARTITION BY o.order_key ORDER BY c.cause)) AS DECIMAL(18, 4)) AS cause_share,
    CAST(c.over_seconds AS BIGINT) AS over_seconds,
    CAST(c.budget_seconds AS BIGINT) AS budget_seconds,
    c.short_sku,
    CAST(c.qty_short AS DECIMAL(18, 4)) AS qty_short,
    c.po_no,
    coalesce(c.supplier_id, 0) AS supplier_id
FROM cause AS c
INNER JOIN fct_order AS o ON o.order_key = c.order_key
WINDOW whole_order AS (PARTITION BY o.order_key)
