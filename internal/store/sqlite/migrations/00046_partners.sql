-- +goose Up
-- Who works with the desk from outside of it (internal/casework/partner). The SQL that reads and writes these tables is in internal/store/sqlstore.
CREATE TABLE partners (
    id      TEXT PRIMARY KEY,
    kind    TEXT NOT NULL,
    ended   INTEGER NOT NULL, -- 1 = for good
    account TEXT NOT NULL,    -- of who made it
    request TEXT NOT NULL,    -- '' = not repeatable
    version INTEGER NOT NULL,
    doc     TEXT NOT NULL
) STRICT;
CREATE INDEX partners_standing ON partners (id) WHERE ended = 0;
CREATE UNIQUE INDEX partners_request ON partners (account, request) WHERE request <> '';

-- Accounts that act for a partner, and holders that it is; of those that have not ended.
CREATE TABLE partner_members (
    account TEXT PRIMARY KEY,
    partner TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX partner_members_partner ON partner_members (partner);
CREATE TABLE partner_holders (
    holder  TEXT PRIMARY KEY,
    partner TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX partner_holders_partner ON partner_holders (partner);

-- +goose Down
DROP TABLE partner_holders;
DROP TABLE partner_members;
DROP TABLE partners;
