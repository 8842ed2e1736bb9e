-- One row per shipment notice with its carrier's facts: the warehouse's or platform's fulfilment joined to its parcel.
-- Orders known only from the carrier get one row made from their parcels.
-- Grain: (order_key, fulfilment_id). Blank line_no and sku mean "the whole order".
WITH parcel AS (
    SELECT
        carrier, tracking_no, channel, order_no, first_scan_at, delivered_at,
        count(*) OVER (PARTITION BY tracking_no) AS carriers
    FROM state_parcels
),

order_parcel AS (
    -- The order's parcels together: a time only once every parcel has it.
    SELECT
        channel, order_no,
        CASE WHEN min(carrier) = max(carrier) THEN min(carrier) ELSE 'several' END AS carrier,
        CASE WHEN count(*) = count(first_scan_at) THEN max(first_scan_at) END AS first_scan_at,
        CASE WHEN count(*) = count(delivered_at) THEN max(delivered_at) END AS delivered_at
    FROM parcel
    WHERE order_no IS NOT NULL
    GROUP BY channel, order_no
),

known AS (
    SELECT
        o.order_key,
        nullif(f.line_no, '') AS line_no,
        nullif(f.sku, '') AS sku,
        f.fulfilment_no,
        f.qty_shipped,
        f.warehouse,
        coalesce(f.carrier, parcel.carrier, order_parcel.carrier) AS carrier,
        f.reviewed_at, f.allocated_at, f.picked_at, f.packed_at,
        f.shipped_at_warehouse AS at_warehouse,
        f.shipped_at_platform AS at_platform,
        CASE WHEN nullif(f.tracking_no, '') IS NULL THEN order_parcel.first_scan_at ELSE parcel.first_scan_at END AS at_scan,
        CASE WHEN nullif(f.tracking_no, '') IS NULL THEN order_parcel.delivered_at ELSE parcel.delivered_at END AS at_sign
    FROM state_fulfilments AS f
    INNER JOIN int_order AS o ON o.channel = f.channel AND o.order_no = f.order_no
    -- A tracking number is unique in practice, and systems spell carriers differently: the carrier decides only a tie.
    LEFT JOIN parcel ON parcel.tracking_no = f.tracking_no AND (parcel.carriers = 1 OR parcel.carrier = f.carrier)
    LEFT JOIN order_parcel ON order_parcel.channel = f.channel AND order_parcel.order_no = f.order_no
    UNION ALL
    SELECT
        o.order_key,
        NULL AS line_no, NULL AS sku, 'parcels' AS fulfilment_no, NULL AS qty_shipped, NULL AS warehouse,
        order_parcel.carrier,
        NULL AS reviewed_at, NULL AS allocated_at, NULL AS picked_at, NULL AS packed_at,
        NULL AS at_warehouse, NULL AS at_platform,
        order_parcel.first_scan_at AS at_scan,
        order_parcel.delivered_at AS at_sign
    FROM order_parcel
    INNER JOIN int_order AS o ON o.channel = order_parcel.channel AND o.order_no = order_parcel.order_no
    WHERE NOT EXISTS (
        SELECT 1 FROM state_fulfilments AS f
        WHERE f.channel = order_parcel.channel AND f.order_no = order_parcel.order_no
    )
)

SELECT
    row_number() OVER (ORDER BY order_key, fulfilment_no, line_no, sku) AS fulfilment_id,
    *,
    -- "Shipped" is the first scan where there is one, else the platform, else the warehouse.
    coalesce(at_scan, at_platform, at_warehouse) AS at_ship
FROM known
