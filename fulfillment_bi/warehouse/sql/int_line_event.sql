-- One row per line: when it was complete at each event, and how many units made it in time.
-- A line is complete at an event when as many units as are to come have reached it; the last of them decides, and where
-- more was sent than owed (a replacement), the unit that completed it.
-- Grain: (order_key, line_no).
WITH running AS (
    SELECT
        s.order_key, s.line_no, l.qty_coming, s.at_warehouse, s.at_platform, s.at_scan, s.at_ship, s.at_sign,
        sum(CASE WHEN s.at_{event} IS NOT NULL THEN s.qty END) OVER (PARTITION BY s.order_key, s.line_no ORDER BY s.at_{event} NULLS LAST, s.fulfilment_id) AS running_{event}
    FROM int_shipment AS s
    INNER JOIN int_line_sent AS l ON l.order_key = s.order_key AND l.line_no = s.line_no
    WHERE l.has_surplus
),

completed AS (
    SELECT
        order_key, line_no,
        min(at_{event}) FILTER (WHERE running_{event} >= qty_coming) AS at_{event}
    FROM running
    GROUP BY order_key, line_no
)

SELECT
    l.order_key,
    l.line_no,
    any_value(sent.warehouse) AS warehouse,
    any_value(sent.carrier) AS carrier,
    any_value(sent.qty_due) AS qty_due,
    any_value(sent.qty_coming) AS qty_coming,
    any_value(sent.qty_sent) AS qty_sent,
    coalesce(bool_or(s.at_sign < s.at_ship), false) AS is_signed_before_sent,
    CASE WHEN any_value(sent.has_surplus) THEN any_value(completed.at_{event}) WHEN sum(s.qty) FILTER (WHERE s.at_{event} IS NOT NULL) >= any_value(sent.qty_coming) THEN max(s.at_{event}) END AS done_at_{event},
    least(coalesce(sum(s.qty) FILTER (WHERE s.at_{event} <= l.promised_{kind}_at_{promise}), 0), any_value(sent.qty_due)) AS units_{event}_{promise},
    least(coalesce(sum(s.qty) FILTER (WHERE least(s.at_{event}, s.at_sign) <= l.promised_delivery_at_{promise}), 0), any_value(sent.qty_due)) AS fill_units_{event}_{promise}
FROM int_line AS l
INNER JOIN int_line_sent AS sent ON sent.order_key = l.order_key AND sent.line_no = l.line_no
LEFT JOIN int_shipment AS s ON s.order_key = l.order_key AND s.line_no = l.line_no
LEFT JOIN completed ON completed.order_key = l.order_key AND completed.line_no = l.line_no
GROUP BY l.order_key, l.line_no
