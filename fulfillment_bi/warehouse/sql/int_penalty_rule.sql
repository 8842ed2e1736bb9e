-- One row per order and kind of broken promise for which its platform's rules take money: what they take.
-- The rules in force on the day of the order; the region's own before the general one, then the one in force for the
-- shorter time, then the newer. A region's rule over 0 exempts it.
-- Grain: (order_key, kind).
WITH candidate AS (
    SELECT
        o.order_key, rule.kind, coalesce(rule.grace_hours, 0) AS grace_hours,
        coalesce(rule.fixed_amount, 0) + coalesce(rule.share_of_value, 0) * coalesce(o.order_value, 0) AS amount,
        rule.least_amount, rule.most_amount,
        row_number() OVER (
            PARTITION BY o.order_key, rule.kind
            ORDER BY coalesce(rule.region, '') = '', rule.effective_to - rule.effective_from NULLS LAST, rule.effective_from DESC
        ) AS place
    FROM fct_order AS o
    INNER JOIN int_order AS own ON own.order_key = o.order_key
    INNER JOIN state_orders AS said ON said.channel = own.channel AND said.order_no = own.order_no
    INNER JOIN state_penalty_rules AS rule ON rule.channel = own.channel
        AND (coalesce(rule.region, '') = '' OR rule.region = own.region)
        AND o.created_day >= rule.effective_from AND o.created_day <= coalesce(rule.effective_to, DATE '2999-12-31')
        AND coalesce(rule.presale = coalesce(said.presale, false), true)
)

SELECT
    order_key, kind, grace_hours,
    CAST(least(greatest(amount, coalesce(least_amount, 0)), coalesce(most_amount, greatest(amount, coalesce(least_amount, 0)))) AS DECIMAL(38, 4)) AS amount
FROM candidate
WHERE place = 1
