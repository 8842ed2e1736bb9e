-- Shipment notices with what their delivery has in a file of its own filled in: its times, its carrier and its number.
-- Grain: (channel, order_no, line_no, fulfilment_no).
SELECT
    f.* REPLACE (
        coalesce(f.warehouse, d.warehouse) AS warehouse,
        coalesce(f.allocated_at, d.allocated_at) AS allocated_at,
        coalesce(f.picked_at, d.picked_at) AS picked_at,
        coalesce(f.packed_at, d.packed_at) AS packed_at,
        coalesce(f.shipped_at_warehouse, d.shipped_at_warehouse) AS shipped_at_warehouse,
        coalesce(f.shipped_at_platform, d.shipped_at_platform) AS shipped_at_platform,
        coalesce(f.carrier, d.carrier) AS carrier,
        coalesce(f.tracking_no, d.tracking_no) AS tracking_no
    )
FROM state_fulfilments AS f
LEFT JOIN state_deliveries AS d ON d.channel = f.channel AND d.fulfilment_no = f.fulfilment_no
