-- One row per shipment notice with its carrier's facts: the warehouse's or platform's fulfilment joined to its parcel.
-- Orders known only from the carrier get one row made from their parcels.
-- Grain: (order_key, fulfilment_id). Blank line_no and sku mean "the whole order".
WITH claim AS (
    -- Tracking numbers recur among carriers: the order decides, then the carrier, then that there is only one.
    SELECT notice.report_id, parcel.channel, parcel.order_no, parcel.tracking_no, parcel.carrier,
           parcel.first_scan_at, parcel.delivered_at
    FROM int_handover AS notice
    INNER JOIN (
        SELECT *, count(*) OVER (PARTITION BY tracking_no) AS candidates FROM int_parcel
    ) AS parcel
        ON parcel.tracking_no = notice.tracking_no
        AND ((parcel.channel = notice.channel AND parcel.order_no = notice.order_no)
             OR parcel.carrier = notice.carrier OR parcel.candidates = 1)
    QUALIFY row_number() OVER (
        PARTITION BY notice.report_id
        ORDER BY coalesce(parcel.channel = notice.channel AND parcel.order_no = notice.order_no, false) DESC,
            coalesce(parcel.carrier = notice.carrier, false) DESC, parcel.carrier, parcel.order_no
    ) = 1
),

order_parcel AS (
    -- The order's parcels that no notice names, together: a time only once every one of them has it.
    SELECT
        parcel.channel, parcel.order_no,
        CASE WHEN min(parcel.carrier) = max(parcel.carrier) THEN min(parcel.carrier) ELSE 'several' END AS carrier,
        CASE WHEN count(*) = count(parcel.first_scan_at) THEN max(parcel.first_scan_at) END AS first_scan_at,
        CASE WHEN count(*) = count(parcel.delivered_at) THEN max(parcel.delivered_at) END AS delivered_at
    FROM int_parcel AS parcel
    WHERE parcel.order_no IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM claim
        WHERE claim.channel = parcel.channel AND claim.order_no = parcel.order_no
            AND claim.tracking_no = parcel.tracking_no
    )
    GROUP BY parcel.channel, parcel.order_no
),

known AS (
    SELECT
        notice.order_key, notice.line_no, notice.sku, notice.fulfilment_no, notice.qty_shipped, notice.warehouse,
        coalesce(nullif(notice.carrier, 'unknown'), claim.carrier, order_parcel.carrier, notice.carrier) AS carrier,
        notice.reviewed_at, notice.allocated_at, notice.picked_at, notice.packed_at,
        notice.at_warehouse, notice.at_platform,
        CASE WHEN claim.report_id IS NULL THEN order_parcel.first_scan_at ELSE claim.first_scan_at END AS at_scan,
        CASE WHEN claim.report_id IS NULL THEN order_parcel.delivered_at ELSE claim.delivered_at END AS at_sign
    FROM int_handover AS notice
    LEFT JOIN claim ON claim.report_id = notice.report_id
    LEFT JOIN order_parcel ON order_parcel.channel = notice.channel AND order_parcel.order_no = notice.order_no
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
        SELECT 1 FROM int_handover AS notice
        WHERE notice.channel = order_parcel.channel AND notice.order_no = order_parcel.order_no
    )
)

SELECT
    row_number() OVER (ORDER BY order_key, fulfilment_no, line_no, sku) AS fulfilment_id,
    *,
    -- "Shipped" is the first scan where there is one, else the platform, else the warehouse.
    coalesce(at_scan, at_platform, at_warehouse) AS at_ship
FROM known
