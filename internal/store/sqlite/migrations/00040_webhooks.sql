-- +goose Up
-- Addresses that events are sent to (internal/casework/webhook). doc holds the place in the feed, and secrets.
CREATE TABLE webhooks (
    id      TEXT PRIMARY KEY,
    account TEXT NOT NULL,
    doc     TEXT NOT NULL
) STRICT;
CREATE INDEX webhooks_account ON webhooks (account, id);

CREATE TABLE webhook_deliveries (
    hook_id     TEXT NOT NULL,
    seq         INTEGER NOT NULL, -- of the event
    lane        TEXT NOT NULL,    -- those of one lane are made in order
    kind        TEXT NOT NULL,
    state       TEXT NOT NULL,
    attempts    INTEGER NOT NULL,
    next_at     INTEGER NOT NULL,
    problem     TEXT NOT NULL,
    ended_at    INTEGER NOT NULL, -- 0 = not yet
    lease_until INTEGER NOT NULL,
    PRIMARY KEY (hook_id, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (hook_id, next_at, seq) WHERE state = 'waiting';
CREATE INDEX webhook_deliveries_lane ON webhook_deliveries (hook_id, lane, seq) WHERE state = 'waiting';
CREATE INDEX webhook_deliveries_dead ON webhook_deliveries (hook_id, seq) WHERE state = 'dead';
CREATE INDEX webhook_deliveries_done ON webhook_deliveries (ended_at) WHERE state = 'done';

-- Messages that came in, so that the very same is not taken twice.
CREATE TABLE webhook_callbacks (
    hook_id TEXT NOT NULL,
    message TEXT NOT NULL, -- its ID and timestamp
    at      INTEGER NOT NULL,
    PRIMARY KEY (hook_id, message)
) STRICT, WITHOUT ROWID;
CREATE INDEX webhook_callbacks_at ON webhook_callbacks (at);

-- +goose Down
DROP TABLE webhook_callbacks;
DROP TABLE webhook_deliveries;
DROP TABLE webhooks;
