-- Regions of delivery (province or state) with their country; the same name in two countries is two regions.
-- Grain: (region, country).
SELECT 0 AS region_id, 'unknown' AS region, 'unknown' AS country
UNION ALL
SELECT CAST(row_number() OVER (ORDER BY country, region) AS INTEGER) AS region_id, region, country
FROM (SELECT DISTINCT region, country FROM int_order WHERE region <> 'unknown' OR country <> 'unknown')
