-- One row: every threshold of the rules that name the causes of broken promises, each in this one place.
SELECT
    0.5 AS overrun_share,          -- a stage that overran by this share of the order's lateness broke it; the longest always did
    3600 AS overrun_least,         -- ... if it overran by at least so many seconds: less is nobody's fault
    86400 AS last_mile_seconds,    -- from the last station to the door a parcel may take so long
    0.5 AS last_mile_share,        -- ... and the last mile broke it if beyond that it took this share of the overrun
    2 AS stock_days,               -- a line was short of stock if there was none on one of so many days before to after the order
    30 AS purchase_days,           -- a purchase order that was promised more than so many days before explains no line
    3 AS demand_times,              -- ... and wanted by this many times its usual day: demand nobody expected
    0.5 AS save_share,              -- an open order that has this share of the time it usually still needs can be saved
    '缺货|无货|断货|库存|stock|unavailable' AS stock_words,       -- a seller's reason that speaks of stock,
    '地址|address|无法派送|undeliverable' AS address_words,        -- ... of the address; also in a carrier's scan,
    '风控|平台|risk|platform|fraud' AS platform_words,             -- ... of the platform: it held the order,
    '派件|派送中|出库派送|OFD|OUT_FOR_DELIVERY|OUT FOR DELIVERY' AS last_mile_words  -- ... and a scan at the last station
