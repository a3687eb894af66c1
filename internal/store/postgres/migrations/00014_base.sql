-- +goose Up
-- Times are microseconds since 1970 in UTC. Lists are JSON arrays of text. Text sorts by bytes, as in every store of the service: IDs sort by time.
-- The tables are those of SQLite's migrations 00001 to 00014; what each is for is said there.
CREATE TABLE holders (
    id          TEXT COLLATE "C" PRIMARY KEY,
    account     TEXT COLLATE "C" NOT NULL,
    legal_name  TEXT COLLATE "C" NOT NULL,
    country     TEXT COLLATE "C" NOT NULL,
    business_id TEXT COLLATE "C" NOT NULL,
    email       TEXT COLLATE "C" NOT NULL,
    created_at  BIGINT NOT NULL
);
CREATE INDEX holders_account ON holders (account, id);

CREATE TABLE rights (
    id                  TEXT COLLATE "C" PRIMARY KEY,
    holder_id           TEXT COLLATE "C" NOT NULL REFERENCES holders (id),
    account             TEXT COLLATE "C" NOT NULL,
    name                TEXT COLLATE "C" NOT NULL,
    type                TEXT COLLATE "C" NOT NULL,
    office              TEXT COLLATE "C" NOT NULL,
    territories         TEXT COLLATE "C" NOT NULL,
    registration_number TEXT COLLATE "C" NOT NULL,
    application_number  TEXT COLLATE "C" NOT NULL,
    registrant          TEXT COLLATE "C" NOT NULL,
    filed_on            BIGINT,
    granted_on          BIGINT,
    expires_on          BIGINT,
    nice                TEXT COLLATE "C" NOT NULL,
    locarno             TEXT COLLATE "C" NOT NULL,
    vienna              TEXT COLLATE "C" NOT NULL,
    state               TEXT COLLATE "C" NOT NULL CHECK (state IN ('pending', 'verified', 'rejected', 'expired')),
    price_amount        DOUBLE PRECISION,
    price_currency      TEXT COLLATE "C",
    created_at          BIGINT NOT NULL
);
CREATE INDEX rights_account ON rights (account, id);
CREATE INDEX rights_holder ON rights (holder_id, id);
CREATE INDEX rights_state ON rights (state, id);
CREATE UNIQUE INDEX rights_registration ON rights (account, type, office, registration_number)
    WHERE registration_number <> '';

CREATE TABLE refs (
    id         TEXT COLLATE "C" PRIMARY KEY,
    right_id   TEXT COLLATE "C" NOT NULL REFERENCES rights (id),
    kind       TEXT COLLATE "C" NOT NULL CHECK (kind IN ('image', 'word')),
    word       TEXT COLLATE "C" NOT NULL,
    language   TEXT COLLATE "C" NOT NULL,
    view       TEXT COLLATE "C" NOT NULL,
    blob       TEXT COLLATE "C" NOT NULL,
    width      BIGINT NOT NULL,
    height     BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    indexed_at BIGINT,
    deleted_at BIGINT,
    problem    TEXT COLLATE "C" NOT NULL DEFAULT ''
);
CREATE INDEX refs_right ON refs (right_id, id);
CREATE INDEX refs_unindexed ON refs (id) WHERE indexed_at IS NULL AND deleted_at IS NULL;
CREATE INDEX refs_deleted ON refs (deleted_at, id) WHERE deleted_at IS NOT NULL;
CREATE UNIQUE INDEX refs_content ON refs (right_id, kind, blob, word, language) WHERE deleted_at IS NULL;

CREATE TABLE sellers (
    id          TEXT COLLATE "C" PRIMARY KEY,
    right_id    TEXT COLLATE "C" NOT NULL REFERENCES rights (id),
    seller      TEXT COLLATE "C" NOT NULL,
    marketplace TEXT COLLATE "C" NOT NULL,
    territories TEXT COLLATE "C" NOT NULL,
    goods       TEXT COLLATE "C" NOT NULL,
    valid_from  BIGINT,
    valid_to    BIGINT,
    proof       TEXT COLLATE "C" NOT NULL,
    created_at  BIGINT NOT NULL,
    standing    TEXT COLLATE "C" NOT NULL DEFAULT ''
);
CREATE INDEX sellers_right ON sellers (right_id, seller);

CREATE TABLE marketplaces (
    id          TEXT COLLATE "C" PRIMARY KEY,
    name        TEXT COLLATE "C" NOT NULL,
    territories TEXT COLLATE "C" NOT NULL,
    languages   TEXT COLLATE "C" NOT NULL,
    listing_url TEXT COLLATE "C" NOT NULL,
    policy      TEXT COLLATE "C" NOT NULL,
    created_at  BIGINT NOT NULL
);

CREATE TABLE api_keys (
    id         TEXT COLLATE "C" PRIMARY KEY,
    account    TEXT COLLATE "C" NOT NULL,
    name       TEXT COLLATE "C" NOT NULL,
    role       TEXT COLLATE "C" NOT NULL,
    hash       BYTEA NOT NULL,
    subject    TEXT COLLATE "C" NOT NULL,
    per_minute BIGINT NOT NULL,
    per_day    BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT,
    revoked_at BIGINT
);
CREATE INDEX api_keys_account ON api_keys (account, id);

CREATE TABLE idempotency (
    scope        TEXT COLLATE "C" NOT NULL,
    key          TEXT COLLATE "C" NOT NULL,
    request_hash BYTEA NOT NULL,
    owner        TEXT COLLATE "C" NOT NULL,
    created_at   BIGINT NOT NULL,
    lease_until  BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL,
    response     BYTEA,
    PRIMARY KEY (scope, key)
);
CREATE INDEX idempotency_expires ON idempotency (expires_at);

CREATE TABLE reports (
    id          TEXT COLLATE "C" PRIMARY KEY,
    account     TEXT COLLATE "C" NOT NULL,
    key_id      TEXT COLLATE "C" NOT NULL,
    marketplace TEXT COLLATE "C" NOT NULL,
    created_at  BIGINT NOT NULL,
    record      BYTEA NOT NULL
);

CREATE TABLE batch_lines (
    batch_id  TEXT COLLATE "C" NOT NULL,
    line_key  TEXT COLLATE "C" NOT NULL,
    report_id TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (batch_id, line_key)
);

CREATE TABLE quota_uses (
    key_id TEXT COLLATE "C" PRIMARY KEY,
    day    BIGINT NOT NULL,
    used   BIGINT NOT NULL,
    owed   DOUBLE PRECISION NOT NULL,
    at     BIGINT NOT NULL
);

CREATE TABLE listings (
    id           TEXT COLLATE "C" PRIMARY KEY,
    account      TEXT COLLATE "C" NOT NULL,
    marketplace  TEXT COLLATE "C" NOT NULL,
    listing      TEXT COLLATE "C" NOT NULL,
    seller       TEXT COLLATE "C" NOT NULL,
    title        TEXT COLLATE "C" NOT NULL,
    pictures     TEXT COLLATE "C" NOT NULL,
    territories  TEXT COLLATE "C" NOT NULL,
    report_id    TEXT COLLATE "C" NOT NULL,
    content_hash TEXT COLLATE "C" NOT NULL,
    band         TEXT COLLATE "C" NOT NULL,
    scored_at    BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL,
    points       BIGINT NOT NULL,
    indexed_as   TEXT COLLATE "C" NOT NULL,
    lease_until  BIGINT NOT NULL,
    problem      TEXT COLLATE "C" NOT NULL,
    cluster      TEXT COLLATE "C" NOT NULL DEFAULT '',
    content      TEXT COLLATE "C" NOT NULL DEFAULT ''
);
CREATE INDEX listings_waiting ON listings (lease_until, id) WHERE indexed_as = '';
CREATE INDEX listings_indexed ON listings (indexed_as);
CREATE INDEX listings_expires ON listings (expires_at, id);

CREATE TABLE listing_contents (
    id      TEXT COLLATE "C" PRIMARY KEY REFERENCES listings (id) ON DELETE CASCADE,
    content TEXT COLLATE "C" NOT NULL
);

CREATE TABLE sweeps (
    id          TEXT COLLATE "C" PRIMARY KEY,
    right_id    TEXT COLLATE "C" NOT NULL REFERENCES rights (id),
    reason      TEXT COLLATE "C" NOT NULL,
    state       TEXT COLLATE "C" NOT NULL CHECK (state IN ('waiting', 'running', 'done', 'failed')),
    stage       TEXT COLLATE "C" NOT NULL,
    created_at  BIGINT NOT NULL,
    not_before  BIGINT NOT NULL,
    started_at  BIGINT,
    finished_at BIGINT,
    titles      BIGINT NOT NULL,
    cursor      TEXT COLLATE "C" NOT NULL,
    truncated   BIGINT NOT NULL,
    attempts    BIGINT NOT NULL,
    problem     TEXT COLLATE "C" NOT NULL,
    owner       TEXT COLLATE "C" NOT NULL,
    lease_until BIGINT NOT NULL
);
CREATE INDEX sweeps_right ON sweeps (right_id, id);
CREATE INDEX sweeps_open ON sweeps (not_before, id) WHERE state IN ('waiting', 'running');

CREATE TABLE sweep_candidates (
    sweep_id TEXT COLLATE "C" NOT NULL REFERENCES sweeps (id),
    entry    TEXT COLLATE "C" NOT NULL,
    outcome  TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (sweep_id, entry)
);
CREATE INDEX sweep_candidates_open ON sweep_candidates (sweep_id, entry) WHERE outcome = '';

CREATE TABLE sweep_findings (
    id           TEXT COLLATE "C" PRIMARY KEY,
    sweep_id     TEXT COLLATE "C" NOT NULL REFERENCES sweeps (id),
    right_id     TEXT COLLATE "C" NOT NULL,
    account      TEXT COLLATE "C" NOT NULL,
    entry        TEXT COLLATE "C" NOT NULL,
    marketplace  TEXT COLLATE "C" NOT NULL,
    listing      TEXT COLLATE "C" NOT NULL,
    seller       TEXT COLLATE "C" NOT NULL,
    title        TEXT COLLATE "C" NOT NULL,
    original     TEXT COLLATE "C" NOT NULL,
    probability  DOUBLE PRECISION NOT NULL,
    band         TEXT COLLATE "C" NOT NULL,
    created_at   BIGINT NOT NULL,
    content_hash TEXT COLLATE "C" NOT NULL,
    pack         TEXT COLLATE "C" NOT NULL,
    right_state  TEXT COLLATE "C" NOT NULL
);
CREATE INDEX sweep_findings_sweep ON sweep_findings (sweep_id, id);
CREATE INDEX sweep_findings_right ON sweep_findings (right_id, id);
CREATE INDEX sweep_findings_account ON sweep_findings (account, id);
CREATE UNIQUE INDEX sweep_findings_same ON sweep_findings (right_id, entry, content_hash, pack, right_state);

CREATE TABLE local_features (
    picture TEXT COLLATE "C" NOT NULL,
    format  BIGINT NOT NULL,
    data    BYTEA NOT NULL,
    PRIMARY KEY (picture, format)
);
CREATE INDEX refs_blob ON refs (blob) WHERE deleted_at IS NULL AND blob <> '';

CREATE INDEX listings_cluster ON listings (cluster, id) WHERE cluster <> '';

CREATE TABLE picture_bands (
    band       BIGINT NOT NULL,
    listing_id TEXT COLLATE "C" NOT NULL REFERENCES listings (id) ON DELETE CASCADE,
    position   BIGINT NOT NULL,
    PRIMARY KEY (band, listing_id, position)
);
CREATE INDEX picture_bands_listing ON picture_bands (listing_id);

CREATE TABLE notices (
    id         TEXT COLLATE "C" PRIMARY KEY,
    account    TEXT COLLATE "C" NOT NULL,
    holder_id  TEXT COLLATE "C" NOT NULL,
    right_id   TEXT COLLATE "C" NOT NULL,
    state      TEXT COLLATE "C" NOT NULL,
    request    TEXT COLLATE "C" NOT NULL,
    version    BIGINT NOT NULL,
    doc        TEXT COLLATE "C" NOT NULL
);
CREATE INDEX notices_account ON notices (account, id);
CREATE INDEX notices_holder ON notices (holder_id, id);
CREATE INDEX notices_right ON notices (right_id, id);
CREATE UNIQUE INDEX notices_request ON notices (account, request) WHERE request <> '';

CREATE TABLE cases (
    id          TEXT COLLATE "C" PRIMARY KEY,
    subject     TEXT COLLATE "C" NOT NULL,
    notice_id   TEXT COLLATE "C" NOT NULL,
    account     TEXT COLLATE "C" NOT NULL,
    holder_id   TEXT COLLATE "C" NOT NULL,
    right_id    TEXT COLLATE "C" NOT NULL,
    marketplace TEXT COLLATE "C" NOT NULL,
    seller      TEXT COLLATE "C" NOT NULL,
    signal      TEXT COLLATE "C" NOT NULL,
    band        TEXT COLLATE "C" NOT NULL,
    state       TEXT COLLATE "C" NOT NULL,
    outcome     TEXT COLLATE "C" NOT NULL,
    undecided   BIGINT NOT NULL,
    waiting     BIGINT NOT NULL,
    queue       TEXT COLLATE "C" NOT NULL,
    rank        BIGINT NOT NULL,
    opened_at   BIGINT NOT NULL,
    lease_until BIGINT NOT NULL,
    alarm_at    BIGINT NOT NULL,
    version     BIGINT NOT NULL,
    doc         TEXT COLLATE "C" NOT NULL
);
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

CREATE TABLE queue_tallies (
    queue       TEXT COLLATE "C" NOT NULL,
    marketplace TEXT COLLATE "C" NOT NULL,
    band        TEXT COLLATE "C" NOT NULL,
    shard       BIGINT NOT NULL,
    waiting     BIGINT NOT NULL,
    PRIMARY KEY (queue, marketplace, band, shard)
);

CREATE TABLE decisions (
    id      TEXT COLLATE "C" PRIMARY KEY,
    case_id TEXT COLLATE "C" NOT NULL,
    at      BIGINT NOT NULL,
    doc     TEXT COLLATE "C" NOT NULL
);
CREATE INDEX decisions_case ON decisions (case_id, id);
CREATE INDEX decisions_at ON decisions (at, id);

CREATE TABLE enforcements (
    id          TEXT COLLATE "C" PRIMARY KEY,
    case_id     TEXT COLLATE "C" NOT NULL,
    marketplace TEXT COLLATE "C" NOT NULL,
    open        BIGINT NOT NULL,
    chase_at    BIGINT NOT NULL,
    doc         TEXT COLLATE "C" NOT NULL
);
CREATE INDEX enforcements_case ON enforcements (case_id, id);
CREATE INDEX enforcements_open ON enforcements (marketplace, id) WHERE open = 1;
CREATE INDEX enforcements_chase ON enforcements (chase_at, id) WHERE chase_at > 0;

CREATE TABLE heads (
    name TEXT COLLATE "C" PRIMARY KEY,
    seq  BIGINT NOT NULL,
    hash BYTEA NOT NULL
);
INSERT INTO heads (name, seq, hash) VALUES ('events', 0, ''), ('audits', 0, '');

CREATE TABLE events (
    seq         BIGINT PRIMARY KEY,
    kind        TEXT COLLATE "C" NOT NULL,
    case_id     TEXT COLLATE "C" NOT NULL,
    notice_id   TEXT COLLATE "C" NOT NULL,
    account     TEXT COLLATE "C" NOT NULL,
    holder_id   TEXT COLLATE "C" NOT NULL,
    marketplace TEXT COLLATE "C" NOT NULL,
    seller      TEXT COLLATE "C" NOT NULL,
    at          BIGINT NOT NULL,
    data        TEXT COLLATE "C" NOT NULL
);
CREATE INDEX events_account ON events (account, seq);
CREATE INDEX events_holder ON events (holder_id, seq);
CREATE INDEX events_marketplace ON events (marketplace, seq);
CREATE INDEX events_case ON events (case_id, seq);

CREATE TABLE audits (
    seq      BIGINT PRIMARY KEY,
    at       BIGINT NOT NULL,
    actor    TEXT COLLATE "C" NOT NULL,
    action   TEXT COLLATE "C" NOT NULL,
    subject  TEXT COLLATE "C" NOT NULL,
    payload  BYTEA NOT NULL,
    hash     BYTEA NOT NULL
);
CREATE INDEX audits_subject ON audits (subject, seq);

CREATE TABLE jobs (
    id          TEXT COLLATE "C" PRIMARY KEY,
    kind        TEXT COLLATE "C" NOT NULL,
    payload     TEXT COLLATE "C" NOT NULL,
    run_at      BIGINT NOT NULL,
    state       TEXT COLLATE "C" NOT NULL,
    attempts    BIGINT NOT NULL,
    problem     TEXT COLLATE "C" NOT NULL,
    created_at  BIGINT NOT NULL,
    owner       TEXT COLLATE "C" NOT NULL,
    lease_until BIGINT NOT NULL
);
CREATE INDEX jobs_due ON jobs (kind, run_at, id) WHERE state = 'waiting';
CREATE INDEX jobs_dead ON jobs (id) WHERE state = 'dead';

CREATE INDEX listings_listing ON listings (marketplace, listing, scored_at) WHERE listing <> '';

CREATE TABLE people (
    id         TEXT COLLATE "C" PRIMARY KEY,
    email      TEXT COLLATE "C" NOT NULL UNIQUE,
    name       TEXT COLLATE "C" NOT NULL,
    role       TEXT COLLATE "C" NOT NULL,
    account    TEXT COLLATE "C" NOT NULL,
    subject    TEXT COLLATE "C" NOT NULL,
    language   TEXT COLLATE "C" NOT NULL,
    password   TEXT COLLATE "C" NOT NULL,
    secret     TEXT COLLATE "C" NOT NULL,
    code_at    BIGINT NOT NULL,
    failures   BIGINT NOT NULL,
    locked_to  BIGINT NOT NULL,
    disabled   BIGINT NOT NULL,
    demo       BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX people_account ON people (account, email);

CREATE TABLE sessions (
    token      BYTEA PRIMARY KEY,
    person     TEXT COLLATE "C" NOT NULL REFERENCES people (id),
    created_at BIGINT NOT NULL,
    seen_at    BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX sessions_person ON sessions (person);
CREATE INDEX sessions_expires ON sessions (expires_at);

CREATE TABLE shown_pictures (
    hash       TEXT COLLATE "C" NOT NULL,
    listing_id TEXT COLLATE "C" NOT NULL,
    position   BIGINT NOT NULL,
    PRIMARY KEY (hash, listing_id, position)
);

CREATE TABLE suppressions (
    id          TEXT COLLATE "C" PRIMARY KEY,
    right_id    TEXT COLLATE "C" NOT NULL REFERENCES rights (id),
    marketplace TEXT COLLATE "C" NOT NULL,
    picture     TEXT COLLATE "C" NOT NULL,
    cluster     TEXT COLLATE "C" NOT NULL,
    seller      TEXT COLLATE "C" NOT NULL,
    words       TEXT COLLATE "C" NOT NULL,
    reason      TEXT COLLATE "C" NOT NULL,
    by          TEXT COLLATE "C" NOT NULL,
    created_at  BIGINT NOT NULL,
    expires_at  BIGINT,
    lifted_at   BIGINT,
    lifted_by   TEXT COLLATE "C" NOT NULL,
    lift_reason TEXT COLLATE "C" NOT NULL
);
CREATE INDEX suppressions_right ON suppressions (right_id, id);
CREATE INDEX suppressions_standing ON suppressions (id) WHERE lifted_at IS NULL;

CREATE TABLE quarantines (
    id          TEXT COLLATE "C" PRIMARY KEY,
    kind        TEXT COLLATE "C" NOT NULL CHECK (kind IN ('reference', 'picture')),
    subject     TEXT COLLATE "C" NOT NULL,
    right_id    TEXT COLLATE "C" NOT NULL,
    state       TEXT COLLATE "C" NOT NULL CHECK (state IN ('open', 'confirmed', 'released')),
    count       BIGINT NOT NULL,
    created_at  BIGINT NOT NULL,
    decided_at  BIGINT,
    by          TEXT COLLATE "C" NOT NULL,
    reason      TEXT COLLATE "C" NOT NULL,
    until       BIGINT
);
CREATE INDEX quarantines_subject ON quarantines (subject, id);
CREATE UNIQUE INDEX quarantines_standing ON quarantines (subject) WHERE state <> 'released';

CREATE TABLE matches (
    reference TEXT COLLATE "C" NOT NULL,
    listing   TEXT COLLATE "C" NOT NULL,
    at        BIGINT NOT NULL,
    PRIMARY KEY (reference, listing)
);
CREATE INDEX matches_at ON matches (at);
CREATE TABLE scored_hours (
    hour   BIGINT PRIMARY KEY,
    scored BIGINT NOT NULL
);

CREATE TABLE verdicts (
    case_id    TEXT COLLATE "C" PRIMARY KEY,
    decided_at BIGINT NOT NULL,
    doc        TEXT COLLATE "C" NOT NULL
);
CREATE INDEX verdicts_decided ON verdicts (decided_at, case_id);

CREATE TABLE tallies (
    notifier TEXT COLLATE "C" NOT NULL,
    decided  BIGINT NOT NULL,
    filed    BIGINT NOT NULL,
    reason   TEXT COLLATE "C" NOT NULL,
    result   TEXT COLLATE "C" NOT NULL,
    number   BIGINT NOT NULL,
    PRIMARY KEY (notifier, decided, filed, reason, result)
);

CREATE TABLE filings (
    id       TEXT COLLATE "C" PRIMARY KEY,
    notifier TEXT COLLATE "C" NOT NULL,
    at       BIGINT NOT NULL,
    listings BIGINT NOT NULL,
    doc      TEXT COLLATE "C" NOT NULL
);
CREATE INDEX filings_notifier ON filings (notifier, at, id);

CREATE TABLE notifiers (
    id    TEXT COLLATE "C" PRIMARY KEY,
    stale BIGINT NOT NULL,
    doc   TEXT COLLATE "C" NOT NULL
);
CREATE INDEX notifiers_stale ON notifiers (id) WHERE stale = 1;

CREATE TABLE ledger (
    id          TEXT COLLATE "C" PRIMARY KEY,
    marketplace TEXT COLLATE "C" NOT NULL,
    seller      TEXT COLLATE "C" NOT NULL,
    doc         TEXT COLLATE "C" NOT NULL
);
CREATE INDEX ledger_seller ON ledger (marketplace, seller, id);

CREATE TABLE storefronts (
    marketplace TEXT COLLATE "C" NOT NULL,
    seller      TEXT COLLATE "C" NOT NULL,
    next_at     BIGINT NOT NULL,
    doc         TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (marketplace, seller)
);
CREATE INDEX storefronts_next ON storefronts (next_at, marketplace, seller) WHERE next_at > 0;

CREATE TABLE statements (
    id      TEXT COLLATE "C" PRIMARY KEY,
    case_id TEXT COLLATE "C" NOT NULL,
    at      BIGINT NOT NULL,
    state   TEXT COLLATE "C" NOT NULL,
    batch   TEXT COLLATE "C" NOT NULL,
    doc     TEXT COLLATE "C" NOT NULL
);
CREATE INDEX statements_case ON statements (case_id, at, id);
CREATE INDEX statements_state ON statements (state, id);
CREATE INDEX statements_batch ON statements (batch, id) WHERE batch <> '';

-- +goose Down
DROP TABLE statements, storefronts, ledger, notifiers, filings, tallies, verdicts, scored_hours, matches, quarantines, suppressions, shown_pictures, sessions, people, jobs, audits, events, heads, enforcements, decisions, queue_tallies, cases, notices, picture_bands, local_features, sweep_findings, sweep_candidates, sweeps, listing_contents, listings, quota_uses, batch_lines, reports, idempotency, api_keys, marketplaces, sellers, refs, rights, holders;
