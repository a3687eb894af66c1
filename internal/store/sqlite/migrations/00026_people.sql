-- +goose Up
-- Codes that stand in for the app's, as hashes in JSON; who signs in elsewhere; passwords that must be changed.
ALTER TABLE people ADD COLUMN recovery TEXT NOT NULL DEFAULT '[]';
ALTER TABLE people ADD COLUMN external TEXT NOT NULL DEFAULT '';
ALTER TABLE people ADD COLUMN provisional INTEGER NOT NULL DEFAULT 0;
CREATE UNIQUE INDEX people_external ON people (external) WHERE external <> '';
ALTER TABLE sessions ADD COLUMN agent TEXT NOT NULL DEFAULT '';

-- What pages remember for a person: saved views, when they last saw a case.
CREATE TABLE person_notes (
    person TEXT NOT NULL,
    kind   TEXT NOT NULL,
    name   TEXT NOT NULL,
    at     INTEGER NOT NULL,
    doc    TEXT NOT NULL,
    PRIMARY KEY (person, kind, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX person_notes_at ON person_notes (kind, at);

-- +goose Down
DROP TABLE person_notes;
ALTER TABLE sessions DROP COLUMN agent;
DROP INDEX people_external;
ALTER TABLE people DROP COLUMN provisional;
ALTER TABLE people DROP COLUMN external;
ALTER TABLE people DROP COLUMN recovery;
