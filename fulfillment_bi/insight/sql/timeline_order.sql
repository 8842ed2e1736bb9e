-- One order with its dimensions by name. Parameters: channel, order_no.
-- Grain: one row, or none.
SELECT o.*, channel.channel, shop.shop, region.region, warehouse.warehouse, carrier.carrier, info.as_of
FROM fct_order AS o
INNER JOIN dim_channel AS channel USING (channel_id)
INNER JOIN dim_shop AS shop USING (shop_id)
INNER JOIN dim_region AS region USING (region_id)
INNER JOIN dim_warehouse AS warehouse USING (warehouse_id)
INNER JOIN dim_carrier AS carrier USING (carrier_id)
CROSS JOIN build_info AS info
WHERE channel.channel = ? AND o.order_no = ?
