-- One row per hand-over. Where several systems tell of one (the same tracking number; or none, and the same goods), the
-- one that names the goods is kept, the warehouse before the platform before the carrier, and the others lend it what it
-- does not know: so its goods count once, and the warehouse's and the platform's time of sending both stay.
-- A report without a tracking number speaks of all parcels of its order that carry its goods.
-- Grain: (order_key, fulfilment_no, line_no, sku).
WITH shared AS (
    SELECT order_key FROM int_report GROUP BY order_key HAVING min(system) <> max(system)
),

ranked AS (
    SELECT
        r.*,
        coalesce(r.tracking_no, '') AS parcel,
        r.line_no IS NOT NULL OR r.sku IS NOT NULL AS names_goods,
        first_value(r.system) OVER (
            PARTITION BY r.order_key, coalesce(r.tracking_no, '')
            ORDER BY r.line_no IS NOT NULL OR r.sku IS NOT NULL DESC, r.place, r.fulfilment_no, r.line_no, r.sku
        ) AS lead_system
    FROM int_report AS r
    WHERE r.order_key IN (SELECT order_key FROM shared)
),

completed AS (
    SELECT
        * REPLACE (
            coalesce(
                CASE WHEN system = 'platform' THEN at_platform END,
                max(at_platform) FILTER (WHERE system = 'platform') OVER whole_parcel,
                at_platform,
                max(at_platform) OVER whole_parcel
            ) AS at_platform,
            coalesce(
                CASE WHEN system = 'warehouse' THEN at_warehouse END,
                max(at_warehouse) FILTER (WHERE system = 'warehouse') OVER whole_parcel,
                at_warehouse,
                max(at_warehouse) OVER whole_parcel
            ) AS at_warehouse,
            coalesce(reviewed_at, max(reviewed_at) OVER whole_parcel) AS reviewed_at,
            coalesce(allocated_at, max(allocated_at) OVER whole_parcel) AS allocated_at,
            coalesce(picked_at, max(picked_at) OVER whole_parcel) AS picked_at,
            coalesce(packed_at, max(packed_at) OVER whole_parcel) AS packed_at,
            coalesce(warehouse, max(warehouse) OVER whole_parcel) AS warehouse,
            coalesce(nullif(carrier, 'unknown'), max(nullif(carrier, 'unknown')) OVER whole_parcel, carrier) AS carrier
        )
    FROM ranked
    WINDOW whole_parcel AS (PARTITION BY order_key, parcel)
),

told AS (
    SELECT c.*
    FROM completed AS c
    WHERE c.system = c.lead_system OR (
        c.parcel = '' AND c.names_goods AND NOT EXISTS (
            SELECT 1 FROM ranked AS other
            WHERE other.order_key = c.order_key AND other.parcel = '' AND other.system = c.lead_system
                AND (other.sku = c.sku OR other.line_no = c.line_no)
        )
    )
),

lender AS (
    -- Reports without a number beside the numbered parcels of another system that carry their goods.
    SELECT tracked.report_id, loose.* EXCLUDE (report_id), loose.report_id AS loose_id
    FROM told AS tracked
    INNER JOIN told AS loose ON loose.order_key = tracked.order_key AND loose.system <> tracked.system
        AND (NOT loose.names_goods OR loose.sku = tracked.sku OR loose.line_no = tracked.line_no)
    WHERE tracked.parcel <> '' AND loose.parcel = ''
),

lent AS (
    SELECT
        report_id,
        max(reviewed_at) AS reviewed_at, max(allocated_at) AS allocated_at, max(picked_at) AS picked_at,
        max(packed_at) AS packed_at, max(at_warehouse) AS at_warehouse, max(at_platform) AS at_platform
    FROM lender
    GROUP BY report_id
),

joined AS (
    SELECT
        t.* REPLACE (
            coalesce(t.reviewed_at, lent.reviewed_at) AS reviewed_at,
            coalesce(t.allocated_at, lent.allocated_at) AS allocated_at,
            coalesce(t.picked_at, lent.picked_at) AS picked_at,
            coalesce(t.packed_at, lent.packed_at) AS packed_at,
            coalesce(t.at_warehouse, lent.at_warehouse) AS at_warehouse,
            coalesce(t.at_platform, lent.at_platform) AS at_platform
        )
    FROM told AS t
    LEFT JOIN lent ON lent.report_id = t.report_id
    WHERE t.report_id NOT IN (SELECT loose_id FROM lender)
)

SELECT * FROM int_report WHERE order_key NOT IN (SELECT order_key FROM shared)
UNION ALL BY NAME
SELECT * EXCLUDE (parcel, names_goods, lead_system) FROM joined
