-- One row per record, column and system whose value lost against another system's, with the dimensions of its order.
-- Times are shown in the business time zone. A conflict of no order is listed under the day of the export that shows it.
-- Grain: (entity, record_key, conflict_column, other_system).
WITH home AS (
    -- Order numbers without a channel: the only channel that has them.
    SELECT order_no, min(channel_id) AS channel_id
    FROM fct_order
    WHERE channel_id <> 0 AND order_no IN (SELECT order_no FROM conflicts WHERE coalesce(channel, 'unknown') = 'unknown')
    GROUP BY order_no
    HAVING count(*) = 1
),

named AS (
    SELECT
        c.*,
        coalesce(channel.channel_id, home.channel_id, 0) AS channel_id,
        (coalesce(list_position(['platform', 'warehouse', 'carrier'], c.winning_system), 9), c.winning_system)
            < (coalesce(list_position(['platform', 'warehouse', 'carrier'], c.other_system), 9), c.other_system) AS is_winner_first
    FROM conflicts AS c
    LEFT JOIN dim_channel AS channel ON channel.channel = c.channel AND channel.channel_id <> 0
    LEFT JOIN home ON home.order_no = c.order_no AND channel.channel_id IS NULL AND coalesce(c.channel, 'unknown') = 'unknown'
)

SELECT
    coalesce(o.order_key, 0) AS order_key,
    n.order_no,
    n.channel_id,
    coalesce(o.shop_id, 0) AS shop_id,
    coalesce(o.region_id, 0) AS region_id,
    coalesce(o.warehouse_id, 0) AS warehouse_id,
    coalesce(o.carrier_id, 0) AS carrier_id,
    coalesce(o.delivery_state, 'unknown') AS delivery_state,
    coalesce(o.ship_state, 'unknown') AS ship_state,
    n.entity,
    n.record_key,
    n.column_name AS conflict_column,
    n.winning_system,
    CASE WHEN ends_with(n.column_name, '_at') THEN strftime(CAST(n.winning_value AS TIMESTAMP) AT TIME ZONE 'UTC' AT TIME ZONE getvariable('timezone'), '%Y-%m-%d %H:%M:%S')
         ELSE n.winning_value END AS winning_value,
    n.other_system,
    CASE WHEN ends_with(n.column_name, '_at') THEN strftime(CAST(n.other_value AS TIMESTAMP) AT TIME ZONE 'UTC' AT TIME ZONE getvariable('timezone'), '%Y-%m-%d %H:%M:%S')
         ELSE n.other_value END AS other_value,
    -- The same two systems make the same pair, whoever won.
    CASE WHEN n.is_winner_first THEN n.winning_system || '-' || n.other_system ELSE n.other_system || '-' || n.winning_system END AS system_pair,
    n.seen_at,
    coalesce(o.created_day, business_day(n.seen_at)) AS created_day,
    coalesce(o.created_hour, business_hour(n.seen_at)) AS created_hour
FROM named AS n
LEFT JOIN fct_order AS o ON o.channel_id = n.channel_id AND o.order_no = n.order_no
