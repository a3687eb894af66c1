-- +goose Up
-- Requests about personal data, and how far retention has come (internal/casework/privacy).
CREATE TABLE erasures (
    id      TEXT COLLATE "C" PRIMARY KEY,
    next_at BIGINT NOT NULL, -- when it goes on, 0 = done
    doc     TEXT COLLATE "C" NOT NULL
);
CREATE INDEX erasures_next ON erasures (next_at, id) WHERE next_at > 0;
CREATE TABLE retention_cursors (
    class  TEXT COLLATE "C" PRIMARY KEY,
    position TEXT COLLATE "C" NOT NULL
);
CREATE INDEX inquiries_subject ON inquiries (subject, id) WHERE subject <> '';

-- +goose Down
DROP INDEX inquiries_subject;
DROP TABLE retention_cursors;
DROP TABLE erasures;
