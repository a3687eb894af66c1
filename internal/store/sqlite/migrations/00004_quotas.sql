-- +goose Up
-- What keys have used of their quotas, so that a restart does not fill them up.
CREATE TABLE quota_uses (
    key_id TEXT PRIMARY KEY,
    day    INTEGER NOT NULL, -- since 1970, UTC
    used   INTEGER NOT NULL, -- requests on that day
    owed   REAL NOT NULL,    -- requests a minute that had not come back at
    at     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- +goose Down
DROP TABLE quota_uses;
