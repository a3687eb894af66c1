-- +goose Up
-- Addresses that events are sent to (internal/casework/webhook). doc holds the place in the feed, and secrets.
CREATE TABLE webhooks (
    id      TEXT COLLATE "C" PRIMARY KEY,
    account TEXT COLLATE "C" NOT NULL,
    doc     TEXT COLLATE "C" NOT NULL
);
CREATE INDEX webhooks_account ON webhooks (account, id);

CREATE TABLE webhook_deliveries (
    hook_id     TEXT COLLATE "C" NOT NULL,
    seq         BIGINT NOT NULL, -- of the event
    lane        TEXT COLLATE "C" NOT NULL,    -- those of one lane are made in order
    kind        TEXT COLLATE "C" NOT NULL,
    state       TEXT COLLATE "C" NOT NULL,
    attempts    BIGINT NOT NULL,
    next_at     BIGINT NOT NULL,
    problem     TEXT COLLATE "C" NOT NULL,
    ended_at    BIGINT NOT NULL, -- 0 = not yet
    lease_until BIGINT NOT NULL,
    PRIMARY KEY (hook_id, seq)
);
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (hook_id, next_at, seq) WHERE state = 'waiting';
CREATE INDEX webhook_deliveries_lane ON webhook_deliveries (hook_id, lane, seq) WHERE state = 'waiting';
CREATE INDEX webhook_deliveries_dead ON webhook_deliveries (hook_id, seq) WHERE state = 'dead';
CREATE INDEX webhook_deliveries_done ON webhook_deliveries (ended_at) WHERE state = 'done';

-- Messages that came in, so that the very same is not taken twice.
CREATE TABLE webhook_callbacks (
    hook_id TEXT COLLATE "C" NOT NULL,
    message TEXT COLLATE "C" NOT NULL, -- its ID and timestamp
    at      BIGINT NOT NULL,
    PRIMARY KEY (hook_id, message)
);
CREATE INDEX webhook_callbacks_at ON webhook_callbacks (at);

-- +goose Down
DROP TABLE webhook_callbacks;
DROP TABLE webhook_deliveries;
DROP TABLE webhooks;
