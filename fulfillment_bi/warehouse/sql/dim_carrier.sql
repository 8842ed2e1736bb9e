-- Carriers; 'several' stands for orders and lines carried by more than one.
-- Grain: carrier.
WITH member AS (
    SELECT carrier FROM int_order_event
    UNION
    SELECT carrier FROM int_line_event
    UNION
    SELECT carrier FROM int_parcel_known
)

SELECT 0 AS carrier_id, 'unknown' AS carrier
UNION ALL
SELECT CAST(row_number() OVER (ORDER BY carrier) AS INTEGER) AS carrier_id, carrier
FROM member
WHERE carrier <> 'unknown'
