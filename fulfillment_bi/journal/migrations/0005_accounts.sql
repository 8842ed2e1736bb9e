-- Who may sign in. `scope` is JSON, dimension -> members; {} sees everything. Without a password only single sign-on opens it.
CREATE TABLE users (
    name TEXT PRIMARY KEY COLLATE NOCASE,
    role TEXT NOT NULL,
    scope TEXT NOT NULL DEFAULT '{}',
    password TEXT,
    created_at TEXT NOT NULL,
    changed_at TEXT NOT NULL
);

-- Keys for programs (api) and screens (kiosk). Only a hash is kept; the key is shown once.
CREATE TABLE tokens (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    role TEXT NOT NULL,
    scope TEXT NOT NULL DEFAULT '{}',
    secret TEXT NOT NULL UNIQUE,
    created_at TEXT NOT NULL,
    created_by TEXT NOT NULL DEFAULT '',
    expires_at TEXT NOT NULL,
    revoked_at TEXT,
    used_at TEXT
);

-- Signed-in browsers. Only a hash of the cookie is kept. Gone with their user, so that removing one works at once.
CREATE TABLE sessions (
    secret TEXT PRIMARY KEY,
    user TEXT COLLATE NOCASE REFERENCES users (name) ON DELETE CASCADE,
    token INTEGER REFERENCES tokens (id) ON DELETE CASCADE,
    created_at TEXT NOT NULL,
    seen_at TEXT NOT NULL,
    expires_at TEXT NOT NULL
);

CREATE INDEX sessions_by_user ON sessions (user);

-- Who saw, exported or changed what. Each row's `chain` is the hash of the one before and its own content: a change shows.
CREATE TABLE audit (
    id INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    account TEXT NOT NULL,
    event TEXT NOT NULL,
    what TEXT NOT NULL DEFAULT '',
    address TEXT NOT NULL DEFAULT '',
    outcome TEXT NOT NULL DEFAULT 'ok',
    chain TEXT NOT NULL
);

CREATE INDEX audit_by_event ON audit (event, at);
