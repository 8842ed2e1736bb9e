-- A page as somebody wants it again: its path and the query string that is its whole state.
CREATE TABLE saved_views (
    name TEXT PRIMARY KEY,
    page TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT '',
    created_at TEXT NOT NULL,
    changed_at TEXT NOT NULL,
    created_by TEXT NOT NULL DEFAULT ''
);

-- What happened on a business day, and to which part of the business: `segment` is a query string of filters.
CREATE TABLE annotations (
    id INTEGER PRIMARY KEY,
    day TEXT NOT NULL,
    words TEXT NOT NULL,
    segment TEXT NOT NULL DEFAULT '',
    created_at TEXT NOT NULL,
    changed_at TEXT NOT NULL,
    created_by TEXT NOT NULL DEFAULT ''
);
CREATE INDEX annotations_by_day ON annotations (day);
