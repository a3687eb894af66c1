-- +goose Up
CREATE TABLE sweeps (
    id          TEXT PRIMARY KEY,
    right_id    TEXT NOT NULL REFERENCES rights (id),
    reason      TEXT NOT NULL,
    state       TEXT NOT NULL CHECK (state IN ('waiting', 'running', 'done', 'failed')),
    stage       TEXT NOT NULL,
    created_at  INTEGER NOT NULL,
    not_before  INTEGER NOT NULL,
    started_at  INTEGER,
    finished_at INTEGER,
    titles      INTEGER NOT NULL,
    cursor      TEXT NOT NULL, -- the last title read
    truncated   INTEGER NOT NULL,
    attempts    INTEGER NOT NULL,
    problem     TEXT NOT NULL,
    owner       TEXT NOT NULL,
    lease_until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sweeps_right ON sweeps (right_id, id);
CREATE INDEX sweeps_open ON sweeps (not_before, id) WHERE state IN ('waiting', 'running');

-- Listings that a sweep scores again, and what came of it; '' = not yet.
CREATE TABLE sweep_candidates (
    sweep_id TEXT NOT NULL REFERENCES sweeps (id),
    entry    TEXT NOT NULL,
    outcome  TEXT NOT NULL,
    PRIMARY KEY (sweep_id, entry)
) STRICT, WITHOUT ROWID;
CREATE INDEX sweep_candidates_open ON sweep_candidates (sweep_id, entry) WHERE outcome = '';

CREATE TABLE sweep_findings (
    id           TEXT PRIMARY KEY, -- the report's
    sweep_id     TEXT NOT NULL REFERENCES sweeps (id),
    right_id     TEXT NOT NULL,
    account      TEXT NOT NULL, -- whose listing it is
    entry        TEXT NOT NULL,
    marketplace  TEXT NOT NULL,
    listing      TEXT NOT NULL,
    seller       TEXT NOT NULL,
    title        TEXT NOT NULL,
    original     TEXT NOT NULL,
    probability  REAL NOT NULL,
    band         TEXT NOT NULL,
    created_at   INTEGER NOT NULL,
    content_hash TEXT NOT NULL,
    pack         TEXT NOT NULL,
    right_state  TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sweep_findings_sweep ON sweep_findings (sweep_id, id);
CREATE INDEX sweep_findings_right ON sweep_findings (right_id, id);
CREATE INDEX sweep_findings_account ON sweep_findings (account, id);
-- What was found once is not reported again.
CREATE UNIQUE INDEX sweep_findings_same ON sweep_findings (right_id, entry, content_hash, pack, right_state);

-- +goose Down
DROP TABLE sweep_findings;
DROP TABLE sweep_candidates;
DROP TABLE sweeps;
