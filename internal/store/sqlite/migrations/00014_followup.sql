-- +goose Up
-- What follows from decisions (internal/casework/followup). The SQL that reads and writes these tables is in internal/store/sqlstore.
CREATE TABLE verdicts (
    case_id    TEXT PRIMARY KEY,
    decided_at INTEGER NOT NULL, -- first decision
    doc        TEXT NOT NULL
) STRICT;
CREATE INDEX verdicts_decided ON verdicts (decided_at, case_id);

-- How many listings that a notifier filed on one day came to a result on another; days since 1970.
CREATE TABLE tallies (
    notifier TEXT NOT NULL,
    decided  INTEGER NOT NULL,
    filed    INTEGER NOT NULL,
    reason   TEXT NOT NULL,
    result   TEXT NOT NULL,
    number   INTEGER NOT NULL,
    PRIMARY KEY (notifier, decided, filed, reason, result)
) STRICT, WITHOUT ROWID;

CREATE TABLE filings (
    id       TEXT PRIMARY KEY,
    notifier TEXT NOT NULL,
    at       INTEGER NOT NULL,
    listings INTEGER NOT NULL,
    doc      TEXT NOT NULL
) STRICT;
CREATE INDEX filings_notifier ON filings (notifier, at, id);

CREATE TABLE notifiers (
    id    TEXT PRIMARY KEY,
    stale INTEGER NOT NULL,
    doc   TEXT NOT NULL
) STRICT;
CREATE INDEX notifiers_stale ON notifiers (id) WHERE stale = 1;

-- Append-only: penalties are reckoned from it.
CREATE TABLE ledger (
    id          TEXT PRIMARY KEY,
    marketplace TEXT NOT NULL,
    seller      TEXT NOT NULL,
    doc         TEXT NOT NULL
) STRICT;
CREATE INDEX ledger_seller ON ledger (marketplace, seller, id);

CREATE TABLE storefronts (
    marketplace TEXT NOT NULL,
    seller      TEXT NOT NULL,
    next_at     INTEGER NOT NULL, -- when its penalties change by themselves, 0 = never
    doc         TEXT NOT NULL,
    PRIMARY KEY (marketplace, seller)
) STRICT, WITHOUT ROWID;
CREATE INDEX storefronts_next ON storefronts (next_at, marketplace, seller) WHERE next_at > 0;

CREATE TABLE statements (
    id      TEXT PRIMARY KEY,
    case_id TEXT NOT NULL,
    at      INTEGER NOT NULL,
    state   TEXT NOT NULL,
    batch   TEXT NOT NULL,
    doc     TEXT NOT NULL
) STRICT;
CREATE INDEX statements_case ON statements (case_id, at, id);
CREATE INDEX statements_state ON statements (state, id);
CREATE INDEX statements_batch ON statements (batch, id) WHERE batch <> '';

-- +goose Down
DROP TABLE statements;
DROP TABLE storefronts;
DROP TABLE ledger;
DROP TABLE notifiers;
DROP TABLE filings;
DROP TABLE tallies;
DROP TABLE verdicts;
