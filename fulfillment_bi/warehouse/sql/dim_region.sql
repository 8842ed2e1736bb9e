-- Regions of delivery (province or state), with their country where it is known.
-- Grain: region.
SELECT 0 AS region_id, 'unknown' AS region, 'unknown' AS country
UNION ALL
SELECT
    CAST(row_number() OVER (ORDER BY region) AS INTEGER) AS region_id,
    region,
    min(country) AS country
FROM int_order
WHERE region <> 'unknown'
GROUP BY region
