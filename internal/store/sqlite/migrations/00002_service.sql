-- +goose Up
CREATE TABLE api_keys (
    id         TEXT PRIMARY KEY,
    account    TEXT NOT NULL,
    name       TEXT NOT NULL,
    role       TEXT NOT NULL,
    hash       BLOB NOT NULL,
    subject    TEXT NOT NULL,
    per_minute INTEGER NOT NULL,
    per_day    INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER,
    revoked_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX api_keys_account ON api_keys (account, id);

CREATE TABLE idempotency (
    scope        TEXT NOT NULL,
    key          TEXT NOT NULL,
    request_hash BLOB NOT NULL,
    owner        TEXT NOT NULL,
    created_at   INTEGER NOT NULL,
    lease_until  INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL,
    response     BLOB, -- JSON; NULL while the first request is at work
    PRIMARY KEY (scope, key)
) STRICT;
CREATE INDEX idempotency_expires ON idempotency (expires_at);

-- record is the report as JSON; the columns beside it are for looking up.
CREATE TABLE reports (
    id          TEXT PRIMARY KEY,
    account     TEXT NOT NULL,
    key_id      TEXT NOT NULL,
    marketplace TEXT NOT NULL,
    created_at  INTEGER NOT NULL,
    record      BLOB NOT NULL
) STRICT;
CREATE INDEX reports_account ON reports (account, id);

-- Which lines of a batch are done, so that a batch sent again goes on.
CREATE TABLE batch_lines (
    batch_id  TEXT NOT NULL,
    line_key  TEXT NOT NULL,
    report_id TEXT NOT NULL,
    PRIMARY KEY (batch_id, line_key)
) STRICT, WITHOUT ROWID;

-- +goose Down
DROP TABLE batch_lines;
DROP TABLE reports;
DROP TABLE idempotency;
DROP TABLE api_keys;
