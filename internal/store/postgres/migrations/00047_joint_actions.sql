-- +goose Up
-- What partners are told and do together (internal/casework/partner).
CREATE TABLE partner_alerts (
    id       TEXT COLLATE "C" PRIMARY KEY,
    partner  TEXT COLLATE "C" NOT NULL,
    kind     TEXT COLLATE "C" NOT NULL,
    right_id TEXT COLLATE "C" NOT NULL,
    raised   TEXT COLLATE "C" NOT NULL, -- account and key of the request that raised it, '' = not repeatable
    at       BIGINT NOT NULL,
    seen     BIGINT NOT NULL, -- 1 = acknowledged
    version  BIGINT NOT NULL,
    doc      TEXT COLLATE "C" NOT NULL
);
CREATE INDEX partner_alerts_partner ON partner_alerts (partner, id);
CREATE INDEX partner_alerts_unseen ON partner_alerts (partner, id) WHERE seen = 0;
CREATE INDEX partner_alerts_right ON partner_alerts (partner, right_id, at) WHERE kind = 'attack';
CREATE INDEX partner_alerts_raised ON partner_alerts (raised) WHERE raised <> '';

CREATE TABLE joint_actions (
    id      TEXT COLLATE "C" PRIMARY KEY,
    kind    TEXT COLLATE "C" NOT NULL,
    state   TEXT COLLATE "C" NOT NULL,
    account TEXT COLLATE "C" NOT NULL,
    request TEXT COLLATE "C" NOT NULL, -- '' = not repeatable
    version BIGINT NOT NULL,
    doc     TEXT COLLATE "C" NOT NULL
);
CREATE INDEX joint_actions_state ON joint_actions (state, id);
CREATE UNIQUE INDEX joint_actions_request ON joint_actions (account, request) WHERE request <> '';

-- Who takes part now.
CREATE TABLE joint_action_partners (
    partner TEXT COLLATE "C" NOT NULL,
    action  TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (partner, action)
);
CREATE INDEX joint_action_partners_action ON joint_action_partners (action);

CREATE TABLE joint_action_entries (
    action TEXT COLLATE "C" NOT NULL,
    id     TEXT COLLATE "C" NOT NULL,
    doc    TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (action, id)
);

CREATE TABLE partner_bundles (
    id         TEXT COLLATE "C" PRIMARY KEY,
    partner    TEXT COLLATE "C" NOT NULL,
    action     TEXT COLLATE "C" NOT NULL, -- '' = for none
    spent_at   BIGINT NOT NULL, -- when its bytes are to go; 0 = they are gone
    account    TEXT COLLATE "C" NOT NULL,
    request    TEXT COLLATE "C" NOT NULL, -- '' = not repeatable
    version    BIGINT NOT NULL,
    doc        TEXT COLLATE "C" NOT NULL
);
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
