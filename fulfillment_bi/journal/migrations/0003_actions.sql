-- What somebody does about a finding: who, until when, on which part of which metric, and what came of it.
CREATE TABLE actions (
    id INTEGER PRIMARY KEY,
    created_at TEXT NOT NULL,
    created_by TEXT NOT NULL DEFAULT '',
    title TEXT NOT NULL,
    owner TEXT NOT NULL DEFAULT '',
    due_on TEXT,
    acted_on TEXT,
    metric TEXT NOT NULL,
    segment TEXT NOT NULL,
    expected REAL,
    origin TEXT NOT NULL DEFAULT '',
    status TEXT NOT NULL DEFAULT 'open',
    verdict TEXT,
    effect REAL,
    effect_low REAL,
    effect_high REAL,
    verified_at TEXT,
    version TEXT,
    note TEXT NOT NULL DEFAULT ''
);

-- What is known about a kind of complaint: the reason behind it and what fixed it.
CREATE TABLE remedies (
    id INTEGER PRIMARY KEY,
    created_at TEXT NOT NULL,
    created_by TEXT NOT NULL DEFAULT '',
    reason TEXT NOT NULL,
    cause TEXT NOT NULL,
    remedy TEXT NOT NULL,
    action INTEGER REFERENCES actions (id)
);
