-- +goose Up
-- Removed pictures whose place in the index may be out of step with past_pictures (internal/removals): all of them at first.
CREATE TABLE past_changed (
    hash  TEXT PRIMARY KEY,
    token TEXT NOT NULL -- another with each change
) STRICT, WITHOUT ROWID;
INSERT INTO past_changed (hash, token) SELECT DISTINCT hash, 'first' FROM past_pictures;

-- +goose Down
DROP TABLE past_changed;
