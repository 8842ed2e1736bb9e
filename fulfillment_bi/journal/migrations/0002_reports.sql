-- When each schedule was first seen: what was due before is not caught up.
CREATE TABLE schedules_seen (
    name TEXT PRIMARY KEY,
    since TEXT NOT NULL
);

-- One row per due report. waiting -> running -> done, or failed; what it was asked for is kept, so that it can be made again.
CREATE TABLE report_runs (
    id INTEGER PRIMARY KEY,
    schedule TEXT NOT NULL,
    due_at TEXT NOT NULL,
    created_at TEXT NOT NULL,
    asked_by TEXT NOT NULL DEFAULT '',
    report TEXT NOT NULL DEFAULT '',
    view TEXT NOT NULL DEFAULT '',
    status TEXT NOT NULL DEFAULT 'waiting',
    attempts INTEGER NOT NULL DEFAULT 0,
    next_at TEXT,
    finished_at TEXT,
    version TEXT NOT NULL DEFAULT '',
    as_of TEXT NOT NULL DEFAULT '',
    folder TEXT NOT NULL DEFAULT '',
    files TEXT NOT NULL DEFAULT '[]',
    note TEXT NOT NULL DEFAULT '',
    UNIQUE (schedule, due_at)
);

CREATE INDEX report_runs_by_status ON report_runs (status, id);

ALTER TABLE messages ADD COLUMN attachments TEXT NOT NULL DEFAULT '[]';
ALTER TABLE messages ADD COLUMN run INTEGER;
