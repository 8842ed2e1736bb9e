-- Which facts of conversations a source reports at all, and the scales of its ratings.
-- Grain: source.
SELECT
    source,
    bool_or(first_human_reply_at IS NOT NULL) AS has_replies,
    bool_or(reopened IS NOT NULL) AS has_reopenings,
    bool_or(satisfaction IS NOT NULL) AS has_ratings,
    bool_or(complaint IS NOT NULL) AS has_complaints,
    bool_or(called_back_at IS NOT NULL) AS has_call_backs,
    CASE WHEN max(satisfaction) <= 1 THEN 1 WHEN max(satisfaction) <= 5 THEN 5 WHEN max(satisfaction) <= 10 THEN 10 ELSE 100 END AS scale,
    CASE WHEN max(callback_satisfaction) <= 1 THEN 1 WHEN max(callback_satisfaction) <= 5 THEN 5 WHEN max(callback_satisfaction) <= 10 THEN 10 ELSE 100 END AS callback_scale
FROM state_tickets
GROUP BY source
