-- The rules that name the causes of broken promises: what each finds is a cause, and somebody is accountable for it.
-- Where several rules find the same cause of an order, the first of them here says who is accountable.
-- Grain: rule.
SELECT rule_no, rule, cause, accountable, stage
FROM (VALUES
    -- Lines that were not filled, or late because they waited for stock; one rule a line
    (1, 'purchase_late', 'purchase_late', 'supplier', NULL),        -- a purchase order of the SKU was overdue
    (2, 'sold_beyond_stock', 'oversell', 'us', NULL),               -- sold although nothing was available any more
    (3, 'stock_missing', 'stock_short', 'us', NULL),                -- none of these: never bought, or only in the books
    (4, 'withdrawn_for_stock', 'stock_short', 'us', NULL),          -- the seller withdrew the order for want of stock
    -- What parcels, cases and the record say
    (5, 'address_unusable', 'wrong_address', 'customer', NULL),     -- the record has no usable address
    (6, 'address_reported', 'wrong_address', 'customer', NULL),     -- the seller, a scan or a case says so
    (7, 'parcel_returned', 'wrong_address', 'customer', NULL),      -- sent back undelivered, and not refused
    (8, 'parcel_refused', 'customer', 'customer', NULL),            -- refused at the door
    (9, 'parcel_lost', 'line_haul', 'carrier', NULL),               -- lost or damaged on the way
    (10, 'held_by_platform', 'platform', 'platform', NULL),         -- the platform held it
    -- Stages that overran their part of the promise
    (11, 'pay', 'customer', 'customer', 'pay'),                     -- paid late
    (12, 'review', 'review_queue', 'us', 'review'),
    (13, 'allocate', 'allocation', 'us', 'allocate'),               -- with stock; without, see above
    (14, 'pick', 'pick_pack', 'us', 'pick'),
    (15, 'pack', 'pick_pack', 'us', 'pack'),
    (16, 'ship', 'hand_over', 'us', 'ship'),                        -- packed, and waits for the truck
    (17, 'pickup', 'hand_over', 'carrier', 'pickup'),               -- handed over, and not scanned
    (18, 'deliver', 'line_haul', 'carrier', 'deliver'),
    (19, 'last_mile', 'last_mile', 'carrier', NULL),                -- at the last station for too long
    -- Nothing of this
    (20, 'withdrawn', 'unknown', 'us', NULL),                       -- the seller withdrew it, and says not why
    (21, 'unknown', 'unknown', 'unknown', NULL)
) AS rules(rule_no, rule, cause, accountable, stage)
