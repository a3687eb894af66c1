-- +goose Up
-- What partners are told and do together (internal/casework/partner).
CREATE TABLE partner_alerts (
    id       TEXT PRIMARY KEY,
    partner  TEXT NOT NULL,
    kind     TEXT NOT NULL,
    right_id TEXT NOT NULL,
    raised   TEXT NOT NULL, -- account and key of the request that raised it, '' = not repeatable
    at       INTEGER NOT NULL,
    seen     INTEGER NOT NULL, -- 1 = acknowledged
    version  INTEGER NOT NULL,
    doc      TEXT NOT NULL
) STRICT;
CREATE INDEX partner_alerts_partner ON partner_alerts (partner, id);
CREATE INDEX partner_alerts_unseen ON partner_alerts (partner, id) WHERE seen = 0;
CREATE INDEX partner_alerts_right ON partner_alerts (partner, right_id, at) WHERE kind = 'attack';
CREATE INDEX partner_alerts_raised ON partner_alerts (raised) WHERE raised <> '';

CREATE TABLE joint_actions (
    id      TEXT PRIMARY KEY,
    kind    TEXT NOT NULL,
    state   TEXT NOT NULL,
    account TEXT NOT NULL,
    request TEXT NOT NULL, -- '' = not repeatable
    version INTEGER NOT NULL,
    doc     TEXT NOT NULL
) STRICT;
CREATE INDEX joint_actions_state ON joint_actions (state, id);
CREATE UNIQUE INDEX joint_actions_request ON joint_actions (account, request) WHERE request <> '';

-- Who takes part now.
CREATE TABLE joint_action_partners (
    partner TEXT NOT NULL,
    action  TEXT NOT NULL,
    PRIMARY KEY (partner, action)
) STRICT, WITHOUT ROWID;
CREATE INDEX joint_action_partners_action ON joint_action_partners (action);

CREATE TABLE joint_action_entries (
    action TEXT NOT NULL,
    id     TEXT NOT NULL,
    doc    TEXT NOT NULL,
    PRIMARY KEY (action, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE partner_bundles (
    id         TEXT PRIMARY KEY,
    partner    TEXT NOT NULL,
    action     TEXT NOT NULL, -- '' = for none
    spent_at   INTEGER NOT NULL, -- when its bytes are to go; 0 = they are gone
    account    TEXT NOT NULL,
    request    TEXT NOT NULL, -- '' = not repeatable
    version    INTEGER NOT NULL,
    doc        TEXT NOT NULL
) STRICT;
CREATE INDEX partner_bundles_partner ON partner_bundles (partner, id);
CREATE INDEX partner_bundles_action ON partner_bundles (action, id) WHERE action <> '';
CREATE INDEX partner_bundles_spent ON partner_bundles (spent_at) WHERE spent_at > 0;
CREATE UNIQUE INDEX partner_bundles_request ON partner_bundles (account, request) WHERE request <> '';

-- +goose Down
DROP TABLE partner_bundles;
DROP TABLE joint_action_entries;
DROP TABLE joint_action_partners;
DROP TABLE joint_actions;
DROP TABLE partner_alerts;
