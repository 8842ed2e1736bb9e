-- Named days of the business calendar: promotions, holidays, strikes.
-- Grain: (date, kind).
SELECT DISTINCT "date" AS day, kind FROM state_calendar ORDER BY day, kind
