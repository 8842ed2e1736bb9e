-- Orders whose first delivery promise fell due in the days, by stratum and whether it was kept: what each kind of cost
-- adds up to, with squares. A stratum is a channel, a month and a band of order value: like is compared with like.
-- Parameters: start, end (business days, inclusive by the day the promise fell due); days within which a customer must
-- order again, which the data must reach.
-- Grain: (stratum, is_failed).
WITH due AS (
    SELECT
        o.order_key, o.customer_key, o.created_at, o.channel_id, o.order_value, o.is_failed, o.sign_due_original_day,
        o.has_complaint, o.complaints_known, o.compensation, o.compensation_known, o.cases_known,
        date_trunc('month', o.sign_due_original_day) AS month,
        coalesce(CAST(floor(log2(greatest(o.order_value, 1))) AS INTEGER), -1) AS band
    FROM fct_order AS o
    WHERE o.due_sign_original = 1 AND o.sign_due_original_day BETWEEN $1 AND $2
),

refunded AS (
    SELECT l.order_key, CAST(sum(l.amount_refunded) AS DOUBLE) AS amount
    FROM fct_order_line AS l
    SEMI JOIN due AS d ON d.order_key = l.order_key
    GROUP BY l.order_key
),

served AS (
    SELECT t.order_key, sum(t.resolution_seconds) / 60.0 AS minutes
    FROM fct_ticket AS t
    SEMI JOIN due AS d ON d.order_key = t.order_key
    WHERE t.resolution_seconds >= 0
    GROUP BY t.order_key
),

later AS (
    SELECT customer_key, created_at, lead(created_at) OVER (PARTITION BY customer_key ORDER BY created_at, order_key) AS next_at, order_key
    FROM fct_order
    WHERE customer_key IS NOT NULL
),

measured AS (
    SELECT
        d.channel_id, d.month, d.band, d.is_failed,
        unnest([
            {'kind': 'complaint', 'amount': CASE WHEN d.complaints_known = 1 THEN CAST(d.has_complaint AS DOUBLE) END},
            {'kind': 'refund', 'amount': CASE WHEN d.cases_known = 1 THEN coalesce(r.amount, 0) END},
            {'kind': 'compensation', 'amount': CASE WHEN d.compensation_known = 1 THEN CAST(d.compensation AS DOUBLE) END},
            {'kind': 'service_minutes', 'amount': CASE WHEN d.complaints_known = 1 THEN coalesce(s.minutes, 0) END},
            {'kind': 'repurchase', 'amount': CASE WHEN n.order_key IS NOT NULL AND d.created_at + to_days($3) <= info.as_of
                THEN CAST(coalesce(n.next_at <= d.created_at + to_days($3), false) AS DOUBLE) END}
        ], recursive := true)
    FROM due AS d
    CROSS JOIN build_info AS info
    LEFT JOIN refunded AS r ON r.order_key = d.order_key
    LEFT JOIN served AS s ON s.order_key = d.order_key
    LEFT JOIN later AS n ON n.order_key = d.order_key
)

SELECT
    kind,
    hash(channel_id, month, band) AS stratum,
    is_failed = 1 AS is_failed,
    count(amount) AS orders,
    sum(amount) AS total,
    sum(amount * amount) AS squares
FROM measured
WHERE amount IS NOT NULL
GROUP BY ALL
ORDER BY kind, stratum, is_failed
