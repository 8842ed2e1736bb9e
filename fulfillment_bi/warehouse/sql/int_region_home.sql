-- Regions of which every order that names a country names the same: the region's other orders are of that country too.
-- Grain: region.
SELECT region, min(country) AS country
FROM (
    SELECT coalesce(o.province, customer.province) AS region, coalesce(o.country, customer.country) AS country
    FROM state_orders AS o
    LEFT JOIN state_customers AS customer
        ON customer.channel = o.channel AND customer.customer_no = o.customer_no
)
WHERE region <> 'unknown' AND country <> 'unknown'
GROUP BY region
HAVING count(DISTINCT country) = 1
