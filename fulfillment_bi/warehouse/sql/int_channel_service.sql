-- Which facts of after-sales, service and automation a channel's systems report at all; see int_channel.
-- Grain: channel.
WITH known AS (
    SELECT channel, 'cases' AS fact FROM state_after_sales
    UNION ALL
    SELECT channel, 'reasons' FROM state_after_sales WHERE reason IS NOT NULL
    UNION ALL
    SELECT o.channel, 'complaints' FROM int_ticket AS t INNER JOIN int_order AS o ON o.order_key = t.order_key WHERE t.complaint IS NOT NULL
    UNION ALL
    SELECT o.channel, 'compensation' FROM int_ticket AS t INNER JOIN int_order AS o ON o.order_key = t.order_key WHERE t.compensation IS NOT NULL
    UNION ALL
    SELECT o.channel, 'outbound' FROM int_ticket AS t INNER JOIN int_order AS o ON o.order_key = t.order_key WHERE t.direction = 'outbound'
    UNION ALL
    SELECT o.channel, 'goods' FROM int_match AS m INNER JOIN int_fulfilment AS f ON f.fulfilment_id = m.fulfilment_id INNER JOIN int_order AS o ON o.order_key = f.order_key WHERE m.carries <> 'order'
)

SELECT
    channel,
    bool_or(fact = 'cases') AS has_cases,
    bool_or(fact = 'reasons') AS has_reasons,
    bool_or(fact = 'complaints') AS has_complaints,
    bool_or(fact = 'compensation') AS has_compensation,
    bool_or(fact = 'outbound') AS has_outbound,
    bool_or(fact = 'goods') AS has_goods
FROM known
WHERE channel IS NOT NULL
GROUP BY channel
