-- +goose Up
-- Who signs in to the pages. password is argon2id in the PHC form, token the SHA-256 of what the browser holds.
CREATE TABLE people (
    id         TEXT PRIMARY KEY,
    email      TEXT NOT NULL UNIQUE,
    name       TEXT NOT NULL,
    role       TEXT NOT NULL,
    account    TEXT NOT NULL,
    subject    TEXT NOT NULL,
    language   TEXT NOT NULL,
    password   TEXT NOT NULL,
    secret     TEXT NOT NULL,
    code_at    INTEGER NOT NULL,
    failures   INTEGER NOT NULL,
    locked_to  INTEGER NOT NULL, -- 0: not locked
    disabled   INTEGER NOT NULL,
    demo       INTEGER NOT NULL,
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX people_account ON people (account, email);

CREATE TABLE sessions (
    token      BLOB PRIMARY KEY,
    person     TEXT NOT NULL REFERENCES people (id),
    created_at INTEGER NOT NULL,
    seen_at    INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_person ON sessions (person);
CREATE INDEX sessions_expires ON sessions (expires_at);

-- +goose Down
DROP TABLE sessions;
DROP TABLE people;
