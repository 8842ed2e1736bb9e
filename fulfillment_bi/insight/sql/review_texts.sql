-- The texts of given reviews: their keys come as three lists of one length, one key a place.
WITH asked AS (
    SELECT
        unnest(CAST(? AS VARCHAR[])) AS channel,
        unnest(CAST(? AS VARCHAR[])) AS order_no,
        unnest(CAST(? AS VARCHAR[])) AS review_no
)
SELECT r.channel, r.order_no, r.review_no, r.text
FROM state_reviews AS r
JOIN asked USING (channel, order_no, review_no)
WHERE r.text IS NOT NULL AND trim(r.text) <> ''
