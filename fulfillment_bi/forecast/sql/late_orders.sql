-- Orders as they stood at the as-of hour of past days, and open orders now, by the stage they waited in and the time to
-- spare: what is left to the promise less what the stages to come usually take on their lane.
-- 1. The usual time of a stage is its median over all orders; of the delivery, that of the lane (carrier and region)
--    where enough orders went it. Both are of what had ended before the days that are judged.
-- 2. A past order counts on each day it waited on, if its promise has fallen due since, so that it is known to be late.
-- 3. The past is split in `fit` (older than `$2` days) and `test` (the newest `$2` days), so that what is learnt from
--    the one can be tried on the other.
-- Parameters: days of the past; days of them that test; hours a class of time to spare is wide; least orders of a lane.
-- Grain: (part, stage, spare) for the past; order_key for open orders.
WITH clock AS (SELECT as_of FROM build_info),

ended AS (
    SELECT s.stage, s.stage_no, s.carrier_id, s.region_id, s.seconds
    FROM fct_order_stage AS s
    CROSS JOIN clock
    WHERE s.ended_at < clock.as_of - to_days(CAST($2 AS INTEGER)) AND s.ended_at >= clock.as_of - to_days(CAST($1 AS INTEGER) + 30)
        AND s.sequence_possible = 1 AND s.seconds >= 0
),

usual AS (SELECT stage, any_value(stage_no) AS stage_no, median(seconds) AS seconds FROM ended GROUP BY stage),

lane AS (
    SELECT carrier_id, region_id, median(seconds) AS seconds
    FROM ended
    WHERE stage = 'deliver' AND carrier_id > 0
    GROUP BY carrier_id, region_id
    HAVING count(*) >= $4
),

rest AS (
    SELECT a.stage, coalesce(sum(b.seconds), 0) AS seconds
    FROM usual AS a
    LEFT JOIN usual AS b ON b.stage_no > a.stage_no AND b.stage <> 'deliver'
    GROUP BY a.stage
),

past AS (
    SELECT
        CASE WHEN moment.at >= clock.as_of - to_days(CAST($2 AS INTEGER)) THEN 'test' ELSE 'fit' END AS part,
        s.order_key, s.stage, s.carrier_id, s.region_id,
        date_diff('second', s.started_at, moment.at) AS waited,
        date_diff('second', moment.at, o.promised_delivery_at_original) AS spare,
        o.late_sign_original AS is_late
    FROM fct_order_stage AS s
    CROSS JOIN clock
    CROSS JOIN LATERAL (
        SELECT clock.as_of - to_days(CAST(step AS INTEGER)) AS at
        FROM unnest(range(
            greatest(CAST(floor(date_diff('second', s.ended_at, clock.as_of) / 86400.0) AS BIGINT), 1),
            least(CAST(floor(date_diff('second', s.started_at, clock.as_of) / 86400.0) AS BIGINT), $1) + 1
        )) AS steps(step)
    ) AS moment
    INNER JOIN fct_order AS o ON o.order_key = s.order_key
    WHERE o.due_sign_original = 1 AND s.started_at <= moment.at AND s.ended_at > moment.at
        AND o.promised_delivery_at_original > moment.at
),

now AS (
    SELECT
        'open' AS part, o.order_key, o.current_stage AS stage, o.carrier_id, o.region_id,
        o.waited_seconds AS waited, o.left_seconds AS spare, NULL AS is_late
    FROM fct_order_open AS o
),

judged AS (
    SELECT
        r.part, r.order_key, r.stage, r.is_late,
        CAST(floor((r.spare - rest.seconds
            - CASE WHEN r.stage = 'deliver' THEN greatest(coalesce(lane.seconds, usual_deliver.seconds) - r.waited, 0)
                   ELSE coalesce(lane.seconds, usual_deliver.seconds, 0) + greatest(here.seconds - r.waited, 0) END
        ) / ($3 * 3600.0)) AS INTEGER) AS spare
    FROM (SELECT * FROM past UNION ALL SELECT * FROM now) AS r
    INNER JOIN rest ON rest.stage = r.stage
    INNER JOIN usual AS here ON here.stage = r.stage
    LEFT JOIN usual AS usual_deliver ON usual_deliver.stage = 'deliver'
    LEFT JOIN lane ON lane.carrier_id = r.carrier_id AND lane.region_id = r.region_id
)

SELECT
    part, stage, spare,
    CASE WHEN part = 'open' THEN order_key END AS order_key,
    count(*) AS orders,
    CAST(coalesce(sum(is_late), 0) AS BIGINT) AS late
FROM judged
GROUP BY ALL
ORDER BY part, stage, spare, order_key
