-- What the calendar says about days. Parameters: first and last day.
SELECT "date" AS day, coalesce(name, kind) AS name, scope
FROM state_calendar
WHERE "date" BETWEEN ? AND ?
ORDER BY "date", name, scope
