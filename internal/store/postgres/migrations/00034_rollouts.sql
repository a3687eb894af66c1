-- +goose Up
-- As SQLite's migration of this number.
CREATE TABLE rollouts (
    id     TEXT COLLATE "C" PRIMARY KEY,
    open   BIGINT NOT NULL, -- under way
    cut_at BIGINT NOT NULL, -- when its pack came into use, 0 = it has not
    doc    TEXT COLLATE "C" NOT NULL
);
CREATE UNIQUE INDEX rollouts_open ON rollouts (open) WHERE open = 1;
CREATE INDEX rollouts_cut ON rollouts (cut_at, id) WHERE cut_at > 0;

CREATE TABLE rollout_differences (
    rollout_id TEXT COLLATE "C" NOT NULL,
    id         TEXT COLLATE "C" NOT NULL,
    doc        TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (rollout_id, id)
);

-- +goose Down
DROP TABLE rollout_differences;
DROP TABLE rollouts;
