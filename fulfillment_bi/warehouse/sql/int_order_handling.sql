-- One row per order with fulfilments: who packed it, and whether every hand-over was checked by scan.
-- Grain: order_key.
SELECT
    o.order_key,
    CASE WHEN min(f.operator_key) = max(f.operator_key) THEN min(f.operator_key) WHEN count(f.operator_key) > 0 THEN 'several' END AS operator,
    bool_and(f.scan_checked) FILTER (WHERE f.scan_checked IS NOT NULL) AS is_scan_checked
FROM state_fulfilments AS f
LEFT JOIN int_home AS home ON home.order_no = f.order_no AND f.channel = 'unknown'
INNER JOIN int_order AS o ON o.channel = coalesce(home.channel, f.channel) AND o.order_no = f.order_no
GROUP BY o.order_key
