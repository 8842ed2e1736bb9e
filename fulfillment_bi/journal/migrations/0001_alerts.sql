-- One row per rule and member that was ever not in order: where the alert stands.
CREATE TABLE alert_states (
    rule TEXT NOT NULL,
    entity TEXT NOT NULL,
    status TEXT NOT NULL,
    since TEXT,
    fired_at TEXT,
    told_at TEXT,
    snoozed_until TEXT,
    snoozed_by TEXT,
    PRIMARY KEY (rule, entity)
);

-- What each check of each rule and member found, also when nothing came of it.
CREATE TABLE alert_evaluations (
    id INTEGER PRIMARY KEY,
    checked_at TEXT NOT NULL,
    version TEXT NOT NULL,
    rule TEXT NOT NULL,
    entity TEXT NOT NULL,
    verdict TEXT NOT NULL,
    status TEXT NOT NULL,
    change TEXT,
    value REAL,
    line REAL,
    usual REAL,
    cases REAL
);

CREATE INDEX alert_evaluations_by_alert ON alert_evaluations (rule, entity, id);

-- Messages leave from here: written in the transaction that changes a state, so that neither exists without the other.
-- waiting -> sending -> sent, or failed; kept: nobody to send it to. One found in `sending` after a crash may have been delivered.
CREATE TABLE messages (
    id INTEGER PRIMARY KEY,
    created_at TEXT NOT NULL,
    kind TEXT NOT NULL,
    title TEXT NOT NULL,
    body TEXT NOT NULL,
    link TEXT NOT NULL DEFAULT '',
    recipient TEXT NOT NULL DEFAULT '',
    status TEXT NOT NULL DEFAULT 'waiting',
    attempts INTEGER NOT NULL DEFAULT 0,
    may_repeat INTEGER NOT NULL DEFAULT 0,
    next_at TEXT,
    sent_at TEXT,
    error TEXT
);

CREATE INDEX messages_by_status ON messages (status, id);
