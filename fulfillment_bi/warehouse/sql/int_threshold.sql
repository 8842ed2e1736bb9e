-- One row: every threshold of the rules about parcels, tickets, cases and customers, each in this one place.
SELECT
    INTERVAL 24 HOUR AS pickup_fast,             -- the carrier's first scan within this of payment is in time
    INTERVAL 48 HOUR AS pickup_slow,             -- ... by the laxer of the two rules
    INTERVAL 24 HOUR AS fake_after,              -- marked as shipped and not scanned within this: suspected fake
    INTERVAL 48 HOUR AS stalled_after,           -- on the way and not scanned for this long: stalled
    INTERVAL 14 DAY AS misorder_window,          -- cases opened within this of shipping count as mis-orders
    INTERVAL 24 HOUR AS first_shipment_lasts,    -- parcels sent within this of the first belong to the first shipment
    7 AS stock_level_lasts,                      -- days; an older stock level says nothing about an order
    INTERVAL 180 SECOND AS fast_reply,           -- a person's answer within this is fast
    INTERVAL 90 DAY AS repurchase_window,        -- customers ordering again within this are kept
    INTERVAL 30 DAY AS repeated_complaint_window, -- the same cause again within this is a repeated complaint
    INTERVAL 24 HOUR AS penalty_horizon,         -- promises due within this, or broken already, put money at risk
    0.8 AS satisfied_share,                      -- a rating of at least this share of its scale is satisfied
    5 AS burst_orders,                           -- orders of one customer ...
    INTERVAL 24 HOUR AS burst_window,            -- ... within this: a burst
    0.3 AS price_low_share,                      -- a price below this share of the list price is far from it
    3.0 AS price_high_share,                     -- ... and so is one above this share
    10 AS quantity_times_usual,                  -- a line of this many times its SKU's median quantity ...
    10 AS quantity_least                         -- ... and at least this many units is far from usual
