-- +goose Up
-- Notices, cases and what follows from them. doc is the thing as JSON; the columns beside it are for finding it. The SQL that reads and
-- writes these tables is in internal/store/sqlstore, and serves every database.
CREATE TABLE notices (
    id         TEXT PRIMARY KEY,
    account    TEXT NOT NULL,
    holder_id  TEXT NOT NULL,
    right_id   TEXT NOT NULL,
    state      TEXT NOT NULL,
    request    TEXT NOT NULL, -- '' = not repeatable
    version    INTEGER NOT NULL,
    doc        TEXT NOT NULL
) STRICT;
CREATE INDEX notices_account ON notices (account, id);
CREATE INDEX notices_holder ON notices (holder_id, id);
CREATE INDEX notices_right ON notices (right_id, id);
CREATE UNIQUE INDEX notices_request ON notices (account, request) WHERE request <> '';

CREATE TABLE cases (
    id          TEXT PRIMARY KEY,
    subject     TEXT NOT NULL, -- marketplace, listing and right
    notice_id   TEXT NOT NULL,
    account     TEXT NOT NULL,
    holder_id   TEXT NOT NULL,
    right_id    TEXT NOT NULL,
    marketplace TEXT NOT NULL,
    seller      TEXT NOT NULL,
    signal      TEXT NOT NULL,
    band        TEXT NOT NULL,
    state       TEXT NOT NULL,
    outcome     TEXT NOT NULL,
    undecided   INTEGER NOT NULL,
    waiting     INTEGER NOT NULL, -- in its queue
    queue       TEXT NOT NULL,
    rank        INTEGER NOT NULL, -- place in the queue, least first
    opened_at   INTEGER NOT NULL,
    lease_until INTEGER NOT NULL, -- of the claim, 0 = none
    alarm_at    INTEGER NOT NULL, -- next deadline, 0 = none
    version     INTEGER NOT NULL,
    doc         TEXT NOT NULL
) STRICT;
CREATE INDEX cases_subject ON cases (subject, id);
CREATE INDEX cases_notice ON cases (notice_id, undecided, id) WHERE notice_id <> '';
CREATE INDEX cases_account ON cases (account, id);
CREATE INDEX cases_holder ON cases (holder_id, id);
CREATE INDEX cases_right ON cases (right_id, id);
CREATE INDEX cases_seller ON cases (marketplace, seller, id);
CREATE INDEX cases_state ON cases (state, id);
CREATE INDEX cases_alarm ON cases (alarm_at, id) WHERE alarm_at > 0;
CREATE INDEX queue_rank ON cases (queue, rank, id) WHERE waiting = 1;
CREATE INDEX queue_right ON cases (queue, right_id, rank, id) WHERE waiting = 1;
CREATE INDEX queue_holder ON cases (queue, holder_id, rank, id) WHERE waiting = 1;
CREATE INDEX queue_seller ON cases (queue, seller, rank, id) WHERE waiting = 1;
CREATE INDEX queue_marketplace ON cases (queue, marketplace, rank, id) WHERE waiting = 1;
CREATE INDEX queue_band ON cases (queue, band, rank, id) WHERE waiting = 1;
CREATE INDEX queue_signal ON cases (queue, signal, rank, id) WHERE waiting = 1;

-- How many cases wait, in several rows each, so that transactions do not wait for each other where rows are locked.
CREATE TABLE queue_tallies (
    queue       TEXT NOT NULL,
    marketplace TEXT NOT NULL,
    band        TEXT NOT NULL,
    shard       INTEGER NOT NULL,
    waiting     INTEGER NOT NULL,
    PRIMARY KEY (queue, marketplace, band, shard)
) STRICT, WITHOUT ROWID;

CREATE TABLE decisions (
    id      TEXT PRIMARY KEY,
    case_id TEXT NOT NULL,
    at      INTEGER NOT NULL,
    doc     TEXT NOT NULL
) STRICT;
CREATE INDEX decisions_case ON decisions (case_id, id);
CREATE INDEX decisions_at ON decisions (at, id);

CREATE TABLE enforcements (
    id          TEXT PRIMARY KEY,
    case_id     TEXT NOT NULL,
    marketplace TEXT NOT NULL,
    open        INTEGER NOT NULL,
    chase_at    INTEGER NOT NULL, -- 0 = never
    doc         TEXT NOT NULL
) STRICT;
CREATE INDEX enforcements_case ON enforcements (case_id, id);
CREATE INDEX enforcements_open ON enforcements (marketplace, id) WHERE open = 1;
CREATE INDEX enforcements_chase ON enforcements (chase_at, id) WHERE chase_at > 0;

-- Numbers of the feed and the audit log, given out when a transaction commits: their order is that of the commits.
CREATE TABLE heads (
    name TEXT PRIMARY KEY,
    seq  INTEGER NOT NULL,
    hash BLOB NOT NULL
) STRICT;
INSERT INTO heads (name, seq, hash) VALUES ('events', 0, x''), ('audits', 0, x'');

CREATE TABLE events (
    seq         INTEGER PRIMARY KEY,
    kind        TEXT NOT NULL,
    case_id     TEXT NOT NULL,
    notice_id   TEXT NOT NULL,
    account     TEXT NOT NULL,
    holder_id   TEXT NOT NULL,
    marketplace TEXT NOT NULL,
    seller      TEXT NOT NULL,
    at          INTEGER NOT NULL,
    data        TEXT NOT NULL
) STRICT;
CREATE INDEX events_account ON events (account, seq);
CREATE INDEX events_holder ON events (holder_id, seq);
CREATE INDEX events_marketplace ON events (marketplace, seq);
CREATE INDEX events_case ON events (case_id, seq);

CREATE TABLE audits (
    seq      INTEGER PRIMARY KEY,
    at       INTEGER NOT NULL,
    actor    TEXT NOT NULL,
    action   TEXT NOT NULL,
    subject  TEXT NOT NULL,
    payload  BLOB NOT NULL, -- hash; empty = nothing beside
    hash     BLOB NOT NULL  -- of this row and the hash of the one before
) STRICT;
CREATE INDEX audits_subject ON audits (subject, seq);

CREATE TABLE jobs (
    id          TEXT PRIMARY KEY,
    kind        TEXT NOT NULL,
    payload     TEXT NOT NULL,
    run_at      INTEGER NOT NULL,
    state       TEXT NOT NULL,
    attempts    INTEGER NOT NULL,
    problem     TEXT NOT NULL,
    created_at  INTEGER NOT NULL,
    owner       TEXT NOT NULL,
    lease_until INTEGER NOT NULL
) STRICT;
CREATE INDEX jobs_due ON jobs (kind, run_at, id) WHERE state = 'waiting';
CREATE INDEX jobs_dead ON jobs (id) WHERE state = 'dead';

-- Notices name listings by the marketplace's ID.
CREATE INDEX listings_listing ON listings (marketplace, listing, scored_at) WHERE listing <> '';

-- +goose Down
DROP INDEX listings_listing;
DROP TABLE jobs;
DROP TABLE audits;
DROP TABLE events;
DROP TABLE heads;
DROP TABLE enforcements;
DROP TABLE decisions;
DROP TABLE queue_tallies;
DROP TABLE cases;
DROP TABLE notices;
