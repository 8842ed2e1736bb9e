-- One row per after-sales case with its order. A case that was rejected or withdrawn is kept and not accepted.
-- Before shipping is what the case says; where it says nothing, whether the order had left when it was opened.
-- Grain: case_id, for (channel, case_no).
SELECT
    row_number() OVER (ORDER BY a.channel, a.case_no) AS case_id,
    a.*,
    o.order_key,
    coalesce(o.done_at_ship, o.done_at_sign) AS sent_at,
    NOT coalesce(regexp_matches(lower(a.status), 'reject|declin|denied|refus|withdraw|revok|cancel|拒绝|驳回|撤销|撤回|取消|关闭'), false) AS is_accepted,
    coalesce(a.before_shipping, o.order_key IS NOT NULL AND coalesce(a.opened_at < coalesce(o.done_at_ship, o.done_at_sign), o.qty_sent = 0), false) AS is_before_shipping
FROM state_after_sales AS a
LEFT JOIN int_order_flag AS o ON o.channel = a.channel AND o.order_no = a.order_no
