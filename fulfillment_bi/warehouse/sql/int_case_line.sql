-- What each accepted case after shipping means for the lines of its order: the line it names, else the first line of
-- the SKU it names, else every line; then units are poured over what was sent, line by line, and the amount is shared
-- by the lines' value, so that the shares of a case sum to its amount exactly.
-- Grain: (case_id, line_no).
WITH candidate AS (
    SELECT
        c.case_id, c.kind, c.qty, coalesce(c.amount, 0) AS amount, l.order_key, l.line_no, sent.qty_sent,
        CAST(sent.qty_sent AS DECIMAL(19, 4)) * CAST(coalesce(l.unit_price, 0) AS DECIMAL(19, 4)) AS value,
        CASE
            WHEN l.line_no = c.line_no AND coalesce(l.sku = c.sku, true) THEN 1
            WHEN l.sku = c.sku THEN 2
            WHEN l.line_no = c.line_no THEN 3
            ELSE 4
        END AS fit
    FROM int_after_sale AS c
    INNER JOIN int_line AS l ON l.order_key = c.order_key AND NOT l.is_placeholder
    INNER JOIN int_line_sent AS sent ON sent.order_key = l.order_key AND sent.line_no = l.line_no
    WHERE c.is_accepted AND NOT c.is_before_shipping
),

chosen AS (
    SELECT *
    FROM candidate
    QUALIFY fit = min(fit) OVER (PARTITION BY case_id)
        AND (fit = 4 OR row_number() OVER (PARTITION BY case_id ORDER BY fit, line_no) = 1)
),

ranked AS (
    SELECT
        *,
        row_number() OVER whole_case AS place,
        count(*) OVER (PARTITION BY case_id) AS lines,
        sum(value) OVER (PARTITION BY case_id) AS case_value,
        sum(qty_sent) OVER (whole_case ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) - qty_sent AS qty_before
    FROM chosen
    WINDOW whole_case AS (PARTITION BY case_id ORDER BY line_no)
),

shared AS (
    SELECT
        *,
        CAST(CASE WHEN case_value > 0 THEN CAST(amount AS DOUBLE) * CAST(value AS DOUBLE) / CAST(case_value AS DOUBLE)
                  WHEN place = 1 THEN amount ELSE 0 END AS DECIMAL(18, 4)) AS amount_shared
    FROM ranked
)

SELECT
    case_id, order_key, line_no, kind,
    CASE WHEN qty IS NULL THEN qty_sent
         WHEN lines = 1 THEN qty
         ELSE greatest(least(qty - qty_before, qty_sent), 0) END AS qty,
    -- The first line takes what rounding leaves.
    CASE WHEN place = 1 THEN amount - (sum(amount_shared) OVER (PARTITION BY case_id) - amount_shared)
         ELSE amount_shared END AS amount
FROM shared
