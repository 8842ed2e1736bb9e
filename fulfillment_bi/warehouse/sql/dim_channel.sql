-- Sales channels; 0 is the unknown member, so that a foreign key is never NULL.
-- Grain: channel.
SELECT 0 AS channel_id, 'unknown' AS channel
UNION ALL
SELECT CAST(row_number() OVER (ORDER BY channel) AS INTEGER) AS channel_id, channel
FROM (
    SELECT channel FROM int_order
    UNION
    SELECT channel FROM state_reviews
    UNION
    SELECT channel FROM state_parcels
    UNION
    SELECT channel FROM state_tickets
    UNION
    SELECT channel FROM state_after_sales
    UNION
    SELECT channel FROM state_penalties
)
WHERE channel <> 'unknown'
