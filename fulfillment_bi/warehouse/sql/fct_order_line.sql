-- One row per order line, judged as its order is, by the line's own units, promise, warehouse and carrier.
-- Flags are 0 or 1; units and prices are exact decimals; days and hours are of the business time zone.
-- Grain: (order_key, line_no). Placeholder lines of orders without lines are left out.
WITH judged AS (
    SELECT
        l.*,
        e.* EXCLUDE (order_key, line_no),
        o.order_no, o.channel, o.region, o.country, o.created_at, o.is_cancelled, o.cancellation_fails, o.as_of,
        o.has_{event},
        e.qty_due > 0 AND o.has_{event} AND CASE WHEN o.is_cancelled AND NOT o.cancellation_fails THEN coalesce(e.done_at_{event} <= coalesce(o.cancelled_at, e.done_at_{event}), false) ELSE e.done_at_{event} IS NOT NULL OR ({unskipped}) END AS counts_{event}
    FROM int_line AS l
    INNER JOIN int_line_event AS e ON e.order_key = l.order_key AND e.line_no = l.line_no
    INNER JOIN int_order_flag AS o ON o.order_key = l.order_key
    WHERE NOT l.is_placeholder
),

flagged AS (
    SELECT
        *,
        counts_{event} AND coalesce(promised_{kind}_at_{promise} <= as_of, false) AS due_{event}_{promise},
        counts_{event} AND coalesce(promised_{kind}_at_{promise} > as_of, false) AS pending_{event}_{promise},
        coalesce(done_at_{event} <= promised_{kind}_at_{promise}, false) AS on_time_{event}_{promise}
    FROM judged
)

SELECT
    l.order_key,
    l.order_no,
    l.line_no,
    coalesce(channel.channel_id, 0) AS channel_id,
    coalesce(shop.shop_id, 0) AS shop_id,
    coalesce(region.region_id, 0) AS region_id,
    coalesce(warehouse.warehouse_id, 0) AS warehouse_id,
    coalesce(carrier.carrier_id, 0) AS carrier_id,
    coalesce(sku.sku_id, 0) AS sku_id,
    coalesce(sku.category_id, 0) AS category_id,
    l.qty_ordered,
    l.qty_due,
    l.qty_sent,
    l.unit_price,
    CASE WHEN l.is_cancelled THEN 'cancelled' WHEN l.done_at_sign IS NOT NULL THEN 'delivered' ELSE 'open' END AS delivery_state,
    CASE WHEN coalesce(l.done_at_ship, l.done_at_sign) IS NOT NULL THEN 'shipped' WHEN l.is_cancelled THEN 'cancelled' ELSE 'open' END AS ship_state,
    l.done_at_ship AS shipped_at,
    l.done_at_sign AS delivered_at,
    business_day(l.created_at) AS created_day,
    business_hour(l.created_at) AS created_hour,
    business_day(l.done_at_ship) AS shipped_day,
    business_hour(l.done_at_ship) AS shipped_hour,
    business_day(l.done_at_sign) AS signed_day,
    business_hour(l.done_at_sign) AS signed_hour,
    business_day(l.promised_ship_at_{promise}) AS ship_due_{promise}_day,
    business_hour(l.promised_ship_at_{promise}) AS ship_due_{promise}_hour,
    business_day(l.promised_delivery_at_{promise}) AS sign_due_{promise}_day,
    business_hour(l.promised_delivery_at_{promise}) AS sign_due_{promise}_hour,
    CAST(NOT l.is_signed_before_sent AND is_sequence_possible(l.created_at, l.done_at_ship, l.done_at_sign) AS TINYINT) AS sequence_possible,
    CAST(l.due_{event}_{promise} AS TINYINT) AS due_{event}_{promise},
    CAST(l.pending_{event}_{promise} AS TINYINT) AS pending_{event}_{promise},
    CAST(l.due_{event}_{promise} AND NOT l.on_time_{event}_{promise} AS TINYINT) AS late_{event}_{promise},
    CAST(l.due_{event}_{promise} AND l.on_time_{event}_{promise} AND l.units_{event}_{promise} >= l.qty_due AS TINYINT) AS otif_{event}_{promise},
    CAST(l.due_sign_{promise} AND l.has_{event} AS TINYINT) AS fill_due_{event}_{promise},
    CAST(l.pending_sign_{promise} AND l.has_{event} AS TINYINT) AS fill_pending_{event}_{promise},
    CAST(l.due_sign_{promise} AND l.has_{event} AND l.fill_units_{event}_{promise} >= l.qty_due AS TINYINT) AS filled_{event}_{promise},
    CAST(l.due_sign_{promise} AND NOT l.on_time_sign_{promise} AND l.on_time_ship_{promise} AND l.units_ship_{promise} >= l.qty_due AND NOT (l.is_cancelled AND l.cancellation_fails) AS TINYINT) AS excused_sign_{promise},
    CAST(0 AS TINYINT) AS excused_warehouse_{promise},
    CAST(0 AS TINYINT) AS excused_platform_{promise},
    CAST(0 AS TINYINT) AS excused_scan_{promise},
    CAST(0 AS TINYINT) AS excused_ship_{promise},
    l.units_{event}_{promise},
    l.fill_units_{event}_{promise},
    CAST(1 AS TINYINT) AS is_line,
    CAST(l.done_at_ship IS NOT NULL AS TINYINT) AS is_sent,
    CAST(coalesce(service.has_cases, false) AS TINYINT) AS cases_known,
    CAST(cases.order_key IS NOT NULL AS TINYINT) AS has_after_sales,
    CAST(coalesce(cases.has_return, false) AS TINYINT) AS has_return,
    CAST(coalesce(cases.has_refund, false) AS TINYINT) AS has_refund,
    coalesce(cases.qty_after_sales, 0) AS qty_after_sales,
    coalesce(cases.qty_returned, 0) AS qty_returned,
    coalesce(cases.qty_refunded, 0) AS qty_refunded,
    coalesce(cases.amount_after_sales, 0) AS amount_after_sales,
    coalesce(cases.amount_returned, 0) AS amount_returned,
    coalesce(cases.amount_refunded, 0) AS amount_refunded,
    backorder.first_sent_at,
    business_day(backorder.first_sent_at) AS first_sent_day,
    business_hour(backorder.first_sent_at) AS first_sent_hour,
    CAST(coalesce(backorder.is_judged, false) AS TINYINT) AS backorder_known,
    CAST(coalesce(backorder.is_judged AND backorder.is_backordered, false) AS TINYINT) AS is_backordered
FROM flagged AS l
LEFT JOIN dim_channel AS channel ON channel.channel = l.channel
LEFT JOIN dim_shop AS shop ON shop.shop = l.shop
LEFT JOIN dim_region AS region ON region.region = l.region AND region.country = l.country
LEFT JOIN dim_warehouse AS warehouse ON warehouse.warehouse = l.warehouse
LEFT JOIN dim_carrier AS carrier ON carrier.carrier = l.carrier
LEFT JOIN dim_sku AS sku ON sku.sku = l.sku
LEFT JOIN int_channel_service AS service ON service.channel = l.channel
LEFT JOIN int_line_case AS cases ON cases.order_key = l.order_key AND cases.line_no = l.line_no
LEFT JOIN int_line_backorder AS backorder ON backorder.order_key = l.order_key AND backorder.line_no = l.line_no
