-- One row per order: every definition of "due" and "late", judged once.
-- 1. A promise counts when it fell due by the as-of moment (`due`), later when it has not yet (`pending`).
-- 2. Open past the promise is late from that moment on.
-- 3. Cancelled by others than us: out, unless the event had happened before. Cancelled by us: stays in, and fails.
-- 4. An event that the channel never reports, or that was skipped although a later one happened, cannot be judged: out.
-- Grain: order_key.
WITH judged AS (
    SELECT
        o.* EXCLUDE (promised_ship_at_original, promised_ship_at_current),
        e.* EXCLUDE (order_key),
        e.qty_due > 0 AND c.has_{event} AND CASE WHEN o.is_cancelled AND NOT o.cancellation_fails THEN coalesce(e.done_at_{event} <= coalesce(o.cancelled_at, e.done_at_{event}), false) ELSE e.done_at_{event} IS NOT NULL OR ({unskipped}) END AS counts_{event},
        info.as_of,
        c.* EXCLUDE (channel)
    FROM int_order AS o
    INNER JOIN int_order_event AS e ON e.order_key = o.order_key
    INNER JOIN int_channel AS c ON c.channel = o.channel
    CROSS JOIN build_info AS info
)

SELECT
    *,
    counts_{event} AND coalesce(promised_{kind}_at_{promise} <= as_of, false) AS due_{event}_{promise},
    counts_{event} AND coalesce(promised_{kind}_at_{promise} > as_of, false) AS pending_{event}_{promise}
FROM judged
