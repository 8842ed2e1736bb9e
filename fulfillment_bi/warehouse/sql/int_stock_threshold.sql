-- One row: every threshold and weight of the rules about stock and purchasing, each in this one place.
SELECT
    -- Rates of sale
    90 AS rate_days,                -- an item's daily rate of sale is that of its in-stock days among so many last
    30 AS recent_days,              -- ... and what is recent reaches back so many days
    3 AS rate_months,               -- a day in the past is held against the rate of its month and the two before it
    -- Slow, excess, ageing
    90 AS slow_days,                -- in stock and not sold for so many days: slow-moving
    180 AS excess_days,             -- stock for more days than this: excess
    30 AS expiry_days,              -- a batch that expires within so many days of the snapshot is at risk
    -- Counts
    0.02 AS count_tolerance,        -- a counted location may differ by this share of its book quantity
    365 AS count_days,              -- counts older than this say nothing about an item's accuracy
    -- Classes
    365 AS class_days,              -- ABC: what was sold in so many last days
    0.80 AS class_a_share,          -- ... A are the SKUs that make the first 80 % of the value,
    0.95 AS class_b_share,          -- ... B those up to 95 %, C the rest
    26 AS class_weeks,              -- XYZ: weekly demand of so many last weeks
    0.5 AS class_x_variation,       -- ... X varies by at most half its mean (standard deviation over mean),
    1.0 AS class_y_variation,       -- ... Y by at most its mean, Z by more
    -- Stock health: points 0 to 100 per item, the mean of its known parts by these weights
    0.30 AS health_cover_weight,    -- cover: all points from 7 to 60 days,
    7 AS cover_least,               -- ... fewer in proportion below,
    60 AS cover_most,               -- ... and fewer above, none from `excess_days` on
    0.25 AS health_slow_weight,     -- slow-moving: all points or none
    0.25 AS health_stockout_weight, -- stock-out: the share of recent days with stock
    0.20 AS health_accuracy_weight, -- accuracy: 1 - sum(abs difference) / sum(book) of its counts
    -- Purchasing
    5 AS early_days,                -- received up to so many days before the promise is in the window; after it is not
    365 AS supplier_days,           -- suppliers are judged by the lines of so many last days
    -- Coordination: points 0 to 100 per supplier, the mean of its known parts by these weights
    0.40 AS coordination_on_time_weight,
    0.30 AS coordination_fill_weight,
    0.15 AS coordination_response_weight,
    24 AS response_best,            -- hours: all points for a mean response within these,
    120 AS response_worst,          -- ... none from these on
    0.15 AS coordination_quality_weight
