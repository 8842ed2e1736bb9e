-- One row per line: when it was complete at each event, and how many units made it in time.
-- A line is complete at an event when every unit that is still to come has reached it; `qty_coming` is what is owed
-- less what we withdrew, and on a finished order just what was sent.
-- Grain: (order_key, line_no).
WITH line AS (
    SELECT
        l.*,
        coalesce(sent.warehouse, 'unknown') AS warehouse,
        coalesce(sent.carrier, 'unknown') AS carrier,
        CASE WHEN l.is_terminal THEN least(coalesce(sent.qty, 0), l.qty_due)
             ELSE greatest(l.qty_due - l.qty_withdrawn, 0) END AS qty_coming
    FROM int_line AS l
    LEFT JOIN (
        SELECT
            order_key, line_no, sum(qty) AS qty,
            CASE WHEN min(warehouse) = max(warehouse) THEN min(warehouse) WHEN count(warehouse) > 0 THEN 'several' END AS warehouse,
            CASE WHEN min(carrier) = max(carrier) THEN min(carrier) WHEN count(carrier) > 0 THEN 'several' END AS carrier
        FROM int_shipment
        WHERE at_ship IS NOT NULL OR at_sign IS NOT NULL
        GROUP BY order_key, line_no
    ) AS sent ON sent.order_key = l.order_key AND sent.line_no = l.line_no
)

SELECT
    l.order_key,
    l.line_no,
    any_value(l.warehouse) AS warehouse,
    any_value(l.carrier) AS carrier,
    any_value(l.qty_coming) AS qty_coming,
    least(coalesce(sum(s.qty) FILTER (WHERE s.at_ship IS NOT NULL OR s.at_sign IS NOT NULL), 0), any_value(l.qty_due)) AS qty_sent,
    CASE WHEN sum(s.qty) FILTER (WHERE s.at_{event} IS NOT NULL) >= any_value(l.qty_coming) THEN max(s.at_{event}) END AS done_at_{event},
    least(coalesce(sum(s.qty) FILTER (WHERE s.at_{event} <= l.promised_{kind}_at_{promise}), 0), any_value(l.qty_due)) AS units_{event}_{promise},
    least(coalesce(sum(s.qty) FILTER (WHERE least(s.at_{event}, s.at_sign) <= l.promised_delivery_at_{promise}), 0), any_value(l.qty_due)) AS fill_units_{event}_{promise}
FROM line AS l
LEFT JOIN int_shipment AS s ON s.order_key = l.order_key AND s.line_no = l.line_no
GROUP BY l.order_key, l.line_no
