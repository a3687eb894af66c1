-- +goose Up
-- Packs coming into use, shadows, and what they found (internal/rollout).
CREATE TABLE rollouts (
    id     TEXT PRIMARY KEY,
    open   INTEGER NOT NULL, -- under way
    cut_at INTEGER NOT NULL, -- when its pack came into use, 0 = it has not
    doc    TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX rollouts_open ON rollouts (open) WHERE open = 1;
CREATE INDEX rollouts_cut ON rollouts (cut_at, id) WHERE cut_at > 0;

CREATE TABLE rollout_differences (
    rollout_id TEXT NOT NULL,
    id         TEXT NOT NULL,
    doc        TEXT NOT NULL,
    PRIMARY KEY (rollout_id, id)
) STRICT, WITHOUT ROWID;

-- +goose Down
DROP TABLE rollout_differences;
DROP TABLE rollouts;
