-- How long the stages of orders on time and in full took: orders by stage and time, rounded up to a quarter of an hour,
-- from six hours on to the hour and from two days on to six hours.
-- Grain: (stage, seconds).
SELECT
    s.stage,
    CASE WHEN s.seconds <= 21600 THEN 900 * CAST(ceil(s.seconds / 900) AS BIGINT)
         WHEN s.seconds <= 172800 THEN 3600 * CAST(ceil(s.seconds / 3600) AS BIGINT)
         ELSE 21600 * CAST(ceil(s.seconds / 21600) AS BIGINT) END AS seconds,
    count(*) AS orders
FROM int_stage AS s
INNER JOIN int_order_flag AS o ON o.order_key = s.order_key
WHERE o.due_sign_original AND o.on_time_sign_original AND o.in_full_sign_original
GROUP BY ALL
