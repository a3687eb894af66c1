-- +goose Up
-- Times are microseconds since 1970 in UTC. Lists are JSON arrays of text.
CREATE TABLE holders (
    id          TEXT PRIMARY KEY,
    account     TEXT NOT NULL,
    legal_name  TEXT NOT NULL,
    country     TEXT NOT NULL,
    business_id TEXT NOT NULL,
    email       TEXT NOT NULL,
    created_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX holders_account ON holders (account, id);

CREATE TABLE rights (
    id                  TEXT PRIMARY KEY,
    holder_id           TEXT NOT NULL REFERENCES holders (id),
    account             TEXT NOT NULL,
    name                TEXT NOT NULL,
    type                TEXT NOT NULL,
    office              TEXT NOT NULL,
    territories         TEXT NOT NULL,
    registration_number TEXT NOT NULL,
    application_number  TEXT NOT NULL,
    registrant          TEXT NOT NULL,
    filed_on            INTEGER,
    granted_on          INTEGER,
    expires_on          INTEGER,
    nice                TEXT NOT NULL,
    locarno             TEXT NOT NULL,
    vienna              TEXT NOT NULL,
    state               TEXT NOT NULL CHECK (state IN ('pending', 'verified', 'rejected', 'expired')),
    price_amount        REAL,
    price_currency      TEXT,
    created_at          INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX rights_account ON rights (account, id);
CREATE INDEX rights_holder ON rights (holder_id, id);
CREATE INDEX rights_state ON rights (state, id);
-- The same registration twice in an account is a mistake; in two accounts
-- (holder and agent) it is not.
CREATE UNIQUE INDEX rights_registration ON rights (account, type, office, registration_number)
    WHERE registration_number <> '';

-- changed_at is when the row, or its right, last changed in a way that the
-- index must hear of. A row with deleted_at is a tombstone.
CREATE TABLE refs (
    id         TEXT PRIMARY KEY,
    right_id   TEXT NOT NULL REFERENCES rights (id),
    kind       TEXT NOT NULL CHECK (kind IN ('image', 'word')),
    word       TEXT NOT NULL,
    language   TEXT NOT NULL,
    view       TEXT NOT NULL,
    blob       TEXT NOT NULL,
    width      INTEGER NOT NULL,
    height     INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    indexed_at INTEGER,
    deleted_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX refs_right ON refs (right_id, id);
CREATE INDEX refs_unindexed ON refs (id) WHERE indexed_at IS NULL AND deleted_at IS NULL;
CREATE INDEX refs_deleted ON refs (deleted_at, id) WHERE deleted_at IS NOT NULL;
CREATE UNIQUE INDEX refs_content ON refs (right_id, kind, blob, word, language) WHERE deleted_at IS NULL;

CREATE TABLE sellers (
    id          TEXT PRIMARY KEY,
    right_id    TEXT NOT NULL REFERENCES rights (id),
    seller      TEXT NOT NULL,
    marketplace TEXT NOT NULL,
    territories TEXT NOT NULL,
    goods       TEXT NOT NULL,
    valid_from  INTEGER,
    valid_to    INTEGER,
    proof       TEXT NOT NULL,
    created_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sellers_right ON sellers (right_id, seller);

CREATE TABLE marketplaces (
    id          TEXT PRIMARY KEY,
    name        TEXT NOT NULL,
    territories TEXT NOT NULL,
    languages   TEXT NOT NULL,
    listing_url TEXT NOT NULL,
    policy      TEXT NOT NULL,
    created_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- +goose Down
DROP TABLE marketplaces;
DROP TABLE sellers;
DROP TABLE refs;
DROP TABLE rights;
DROP TABLE holders;
