-- +goose Up
-- Requests about personal data, and how far retention has come (internal/casework/privacy).
CREATE TABLE erasures (
    id      TEXT PRIMARY KEY,
    next_at INTEGER NOT NULL, -- when it goes on, 0 = done
    doc     TEXT NOT NULL
) STRICT;
CREATE INDEX erasures_next ON erasures (next_at, id) WHERE next_at > 0;
CREATE TABLE retention_cursors (
    class    TEXT PRIMARY KEY,
    position TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX inquiries_subject ON inquiries (subject, id) WHERE subject <> '';

-- +goose Down
DROP INDEX inquiries_subject;
DROP TABLE retention_cursors;
DROP TABLE erasures;
