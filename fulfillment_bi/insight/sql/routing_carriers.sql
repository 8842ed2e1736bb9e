-- Parcels of a stretch by lane (warehouse to region) and carrier: how many, how long they took, how many missed the
-- carrier's own promise, and their freight.
-- Parameters: first day, last day (business days of the order).
-- Grain: (warehouse, region, carrier).
SELECT
    w.warehouse, r.region, c.carrier,
    count(*) AS parcels,
    CAST(sum(p.is_due) AS BIGINT) AS due,
    CAST(sum(p.is_due - p.is_on_time) FILTER (WHERE p.is_due = 1) AS BIGINT) AS late,
    CAST(quantile_cont(p.transit_seconds, 0.9) FILTER (WHERE p.sequence_possible = 1) AS DOUBLE) AS transit_p90,
    avg(CAST(p.freight_cost AS DOUBLE)) AS freight
FROM fct_parcel AS p
INNER JOIN dim_warehouse AS w ON w.warehouse_id = p.warehouse_id AND w.warehouse NOT IN ('unknown', 'several')
INNER JOIN dim_region AS r ON r.region_id = p.region_id AND r.region_id > 0
INNER JOIN dim_carrier AS c ON c.carrier_id = p.carrier_id AND c.carrier_id > 0
WHERE p.created_day BETWEEN $1 AND $2
GROUP BY w.warehouse, r.region, c.carrier
HAVING sum(p.is_due) > 0
ORDER BY w.warehouse, r.region, c.carrier
