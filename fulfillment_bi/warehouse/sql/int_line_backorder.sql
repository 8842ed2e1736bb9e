-- One row per line of an order that has been sent at least in part: was it filled at the order's first shipment?
-- Parcels that follow within a day belong to the first shipment; until that day is over only filled lines are judged.
-- Grain: (order_key, line_no).
WITH sent AS (
    SELECT order_key, line_no, qty, coalesce(at_ship, at_sign) AS sent_at
    FROM int_shipment
    WHERE coalesce(at_ship, at_sign) IS NOT NULL
),

beginning AS (
    SELECT order_key, min(sent_at) AS first_sent_at FROM sent GROUP BY order_key
),

filled AS (
    SELECT
        l.order_key, l.line_no, b.first_sent_at, l.qty_due,
        coalesce(sum(sent.qty), 0) >= l.qty_due AS is_filled,
        b.first_sent_at + any_value(rule.first_shipment_lasts) AS ends_at
    FROM int_line_sent AS l
    INNER JOIN beginning AS b ON b.order_key = l.order_key
    CROSS JOIN int_threshold AS rule
    LEFT JOIN sent ON sent.order_key = l.order_key AND sent.line_no = l.line_no
        AND sent.sent_at <= b.first_sent_at + rule.first_shipment_lasts
    WHERE l.qty_due > 0
    GROUP BY l.order_key, l.line_no, b.first_sent_at, l.qty_due
)

SELECT
    f.order_key, f.line_no, f.first_sent_at,
    coalesce(service.has_goods, false) AND (f.is_filled OR f.ends_at <= info.as_of) AS is_judged,
    NOT f.is_filled AS is_backordered
FROM filled AS f
INNER JOIN int_order AS o ON o.order_key = f.order_key
LEFT JOIN int_channel_service AS service ON service.channel = o.channel
CROSS JOIN build_info AS info
