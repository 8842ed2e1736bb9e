-- One row per amount a platform took, beside what its rules in force on the day of the order would have taken.
-- Grain: (channel, order_no, kind, booked_at).
WITH named AS (
    -- Platforms name the kinds in their own words; those that a rule can speak of go by its word.
    SELECT
        *,
        CASE
            WHEN regexp_matches(lower(kind), 'fake|虚假') THEN 'fake_shipment'
            WHEN regexp_matches(lower(kind), 'stock|缺货|无货') THEN 'out_of_stock'
            WHEN regexp_matches(lower(kind), 'late.*deliver|(延迟|超时|晚).*(送达|签收|到货)') THEN 'late_delivery'
            WHEN regexp_matches(lower(kind), 'late.*(ship|dispatch)|(延迟|超时|晚).*发货|发货.*(延迟|超时)') THEN 'late_ship'
            ELSE kind
        END AS penalty_kind
    FROM state_penalties
)

SELECT
    coalesce(o.order_key, 0) AS order_key,
    p.order_no,
    coalesce(o.channel_id, channel.channel_id, 0) AS channel_id,
    coalesce(o.shop_id, 0) AS shop_id,
    coalesce(o.region_id, 0) AS region_id,
    coalesce(o.warehouse_id, 0) AS warehouse_id,
    coalesce(o.carrier_id, 0) AS carrier_id,
    coalesce(o.delivery_state, 'unknown') AS delivery_state,
    coalesce(o.ship_state, 'unknown') AS ship_state,
    p.penalty_kind,
    p.booked_at,
    business_day(p.booked_at) AS booked_day,
    business_hour(p.booked_at) AS booked_hour,
    o.created_day, o.created_hour,
    p.amount,
    rule.amount AS rule_amount,
    CASE WHEN rule.amount IS NOT NULL THEN greatest(CAST(p.amount AS DECIMAL(38, 4)) - rule.amount, 0) END AS overcharge
FROM named AS p
LEFT JOIN int_order AS i ON i.channel = p.channel AND i.order_no = p.order_no
LEFT JOIN fct_order AS o ON o.order_key = i.order_key
LEFT JOIN int_penalty_rule AS rule ON rule.order_key = o.order_key AND rule.kind = p.penalty_kind
LEFT JOIN dim_channel AS channel ON channel.channel = p.channel
