-- One row per conversation with a customer, with the dimensions of its order (unknown where it names none we have).
-- 1. The first response is a person's: a bot does not stop the clock. Unanswered after the time is not fast.
-- 2. Ratings have the scale of their source: up to 1, 5, 10 or 100, whichever its highest rating needs.
-- 3. What a source never reports (a person's reply, reopening, ratings, complaints, call-backs) is not judged there.
-- Grain: (source, ticket_no).
WITH told AS (
    SELECT
        t.*, r.* EXCLUDE (source), o.customer_key,
        -- Who complains: the customer where known, else the order, else this ticket alone.
        coalesce('c' || o.customer_key, 'o' || CAST(t.order_key AS VARCHAR), 't' || t.source || ' ' || t.ticket_no) AS complainant
    FROM int_ticket AS t
    INNER JOIN int_source_service AS r ON r.source = t.source
    LEFT JOIN int_order AS o ON o.order_key = t.order_key
),

complaint AS (
    SELECT source, ticket_no, lag(opened_at) OVER (PARTITION BY complainant, category ORDER BY opened_at, source, ticket_no) AS before_at
    FROM told
    WHERE complaint AND category IS NOT NULL
)

SELECT
    t.source,
    t.ticket_no,
    coalesce(t.order_key, 0) AS order_key,
    coalesce(o.order_no, t.order_no) AS order_no,
    coalesce(o.channel_id, channel.channel_id, 0) AS channel_id,
    coalesce(o.shop_id, 0) AS shop_id,
    coalesce(o.region_id, 0) AS region_id,
    coalesce(o.warehouse_id, 0) AS warehouse_id,
    coalesce(o.carrier_id, 0) AS carrier_id,
    coalesce(o.delivery_state, 'unknown') AS delivery_state,
    coalesce(o.ship_state, 'unknown') AS ship_state,
    t.contact_channel,
    t.category AS ticket_category,
    t.subject AS responsible,
    t.owner_key AS owner,
    coalesce(t.direction, 'inbound') AS direction,
    t.opened_at, t.first_human_reply_at, t.solved_at, t.called_back_at,
    business_day(t.opened_at) AS opened_day,
    business_hour(t.opened_at) AS opened_hour,
    business_day(t.solved_at) AS solved_day,
    business_hour(t.solved_at) AS solved_hour,
    CASE WHEN coalesce(t.direction, 'inbound') = 'inbound' THEN date_diff('second', t.opened_at, t.first_human_reply_at) END AS response_seconds,
    date_diff('second', t.opened_at, t.solved_at) AS resolution_seconds,
    CAST(coalesce(t.first_human_reply_at >= t.opened_at, true) AND coalesce(t.solved_at >= t.opened_at, true) AS TINYINT) AS sequence_possible,
    CAST(1 AS TINYINT) AS is_ticket,
    CAST(t.has_replies AND coalesce(t.direction, 'inbound') = 'inbound' AND (t.first_human_reply_at IS NOT NULL OR t.opened_at + rule.fast_reply <= info.as_of) AS TINYINT) AS reply_due,
    CAST(coalesce(t.first_human_reply_at <= t.opened_at + rule.fast_reply, false) AS TINYINT) AS is_answered_fast,
    CAST(t.solved_at IS NOT NULL AS TINYINT) AS is_solved,
    CAST(t.has_reopenings AS TINYINT) AS reopening_known,
    CAST(coalesce(t.reopened, 0) > 0 AS TINYINT) AS is_reopened,
    CAST(t.has_ratings AS TINYINT) AS rating_known,
    CAST(t.satisfaction IS NOT NULL AS TINYINT) AS is_rated,
    CAST(coalesce(t.satisfaction >= t.scale * rule.satisfied_share, false) AS TINYINT) AS is_satisfied,
    t.satisfaction,
    CAST(coalesce(t.complaint, false) AS TINYINT) AS is_complaint,
    CAST(coalesce(complaint.before_at + rule.repeated_complaint_window >= t.opened_at, false) AS TINYINT) AS is_repeated_complaint,
    CAST(t.has_call_backs AS TINYINT) AS call_back_known,
    CAST(t.called_back_at IS NOT NULL AS TINYINT) AS is_called_back,
    CAST(t.callback_satisfaction IS NOT NULL AS TINYINT) AS is_call_back_rated,
    CAST(coalesce(t.callback_satisfaction >= t.callback_scale * rule.satisfied_share, false) AS TINYINT) AS is_call_back_satisfied,
    t.compensation
FROM told AS t
LEFT JOIN complaint ON complaint.source = t.source AND complaint.ticket_no = t.ticket_no
LEFT JOIN fct_order AS o ON o.order_key = t.order_key
LEFT JOIN dim_channel AS channel ON channel.channel = t.channel
CROSS JOIN int_threshold AS rule
CROSS JOIN build_info AS info
