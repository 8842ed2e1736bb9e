-- Units of fulfilments that name a line. Those without a quantity share what the others leave of it.
-- Grain: (order_key, line_no, fulfilment_id).
WITH named AS (
    SELECT
        f.fulfilment_id, f.order_key, f.line_no, f.qty_shipped, l.qty_expected,
        sum(f.qty_shipped) OVER whole_line AS qty_stated,
        count(*) FILTER (WHERE f.qty_shipped IS NULL) OVER whole_line AS sharers
    FROM int_fulfilment AS f
    INNER JOIN int_match AS m ON m.fulfilment_id = f.fulfilment_id AND m.carries = 'line'
    INNER JOIN int_line AS l ON l.order_key = f.order_key AND l.line_no = f.line_no
    WINDOW whole_line AS (PARTITION BY f.order_key, f.line_no)
)

SELECT
    fulfilment_id, order_key, line_no,
    CAST(CASE WHEN qty_shipped IS NOT NULL THEN qty_shipped
              ELSE share(greatest(qty_expected - coalesce(qty_stated, 0), 0), sharers, row_number() OVER (
                  PARTITION BY order_key, line_no, qty_shipped IS NULL ORDER BY fulfilment_id)) END
         AS DECIMAL(18, 4)) AS qty
FROM named
