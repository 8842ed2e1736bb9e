-- Shops and marketplace sellers; 'several' stands for orders whose lines come from more than one.
-- Grain: shop code.
WITH member AS (
    SELECT shop FROM int_order
    UNION
    SELECT shop FROM int_line
)

SELECT 0 AS shop_id, 'unknown' AS shop, NULL AS name
UNION ALL
SELECT
    CAST(row_number() OVER (ORDER BY member.shop) AS INTEGER) AS shop_id,
    member.shop,
    known.name
FROM member
LEFT JOIN (SELECT shop, any_value(name ORDER BY channel) AS name FROM state_shops GROUP BY shop) AS known ON known.shop = member.shop
WHERE member.shop <> 'unknown'
