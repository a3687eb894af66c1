-- +goose Up
-- Benign collisions that reviewers recorded. One of picture, cluster, seller
-- and words is set.
CREATE TABLE suppressions (
    id          TEXT PRIMARY KEY,
    right_id    TEXT NOT NULL REFERENCES rights (id),
    marketplace TEXT NOT NULL,
    picture     TEXT NOT NULL,
    cluster     TEXT NOT NULL,
    seller      TEXT NOT NULL,
    words       TEXT NOT NULL,
    reason      TEXT NOT NULL,
    by          TEXT NOT NULL,
    created_at  INTEGER NOT NULL,
    expires_at  INTEGER,
    lifted_at   INTEGER,
    lifted_by   TEXT NOT NULL,
    lift_reason TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX suppressions_right ON suppressions (right_id, id);
CREATE INDEX suppressions_standing ON suppressions (id) WHERE lifted_at IS NULL;

-- What resembles so much that it tells nothing.
CREATE TABLE quarantines (
    id          TEXT PRIMARY KEY,
    kind        TEXT NOT NULL CHECK (kind IN ('reference', 'picture')),
    subject     TEXT NOT NULL,
    right_id    TEXT NOT NULL,
    state       TEXT NOT NULL CHECK (state IN ('open', 'confirmed', 'released')),
    count       INTEGER NOT NULL,
    created_at  INTEGER NOT NULL,
    decided_at  INTEGER,
    by          TEXT NOT NULL,
    reason      TEXT NOT NULL,
    until       INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX quarantines_subject ON quarantines (subject, id);
CREATE UNIQUE INDEX quarantines_standing ON quarantines (subject) WHERE state <> 'released';

-- Which listings resembled a reference lately, and how many were scored.
CREATE TABLE matches (
    reference TEXT NOT NULL,
    listing   TEXT NOT NULL,
    at        INTEGER NOT NULL,
    PRIMARY KEY (reference, listing)
) STRICT, WITHOUT ROWID;
CREATE INDEX matches_at ON matches (at);
CREATE TABLE scored_hours (
    hour   INTEGER PRIMARY KEY, -- since 1970
    scored INTEGER NOT NULL
) STRICT;

-- What an authorised seller is: '' a seller, 'licensee', or 'holder' for the
-- rights holder's own account.
ALTER TABLE sellers ADD COLUMN standing TEXT NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE sellers DROP COLUMN standing;
DROP TABLE scored_hours;
DROP TABLE matches;
DROP TABLE quarantines;
DROP TABLE suppressions;
