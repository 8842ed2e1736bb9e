-- Who is told when a message fails for the last time.
ALTER TABLE messages ADD COLUMN owner TEXT NOT NULL DEFAULT '';
