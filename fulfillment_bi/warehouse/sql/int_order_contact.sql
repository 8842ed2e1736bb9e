-- One row per order with tickets: complaints, what was paid, and whether the shop spoke first.
-- Grain: order_key.
SELECT
    order_key,
    count(*) FILTER (WHERE complaint) AS complaint_count,
    coalesce(sum(compensation), 0) AS compensation,
    coalesce(min(opened_at) FILTER (WHERE direction = 'outbound')
        < coalesce(min(opened_at) FILTER (WHERE direction IS DISTINCT FROM 'outbound'), TIMESTAMP 'infinity'), false) AS is_contacted_first
FROM int_ticket
WHERE order_key IS NOT NULL
GROUP BY order_key
