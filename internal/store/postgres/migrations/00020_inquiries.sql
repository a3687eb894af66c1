-- +goose Up
-- What people ask the desk (internal/casework/inquiry). The SQL that reads and writes these tables is in internal/store/sqlstore.
CREATE TABLE inquiries (
    id       TEXT COLLATE "C" PRIMARY KEY,
    account  TEXT COLLATE "C" NOT NULL,
    subject  TEXT COLLATE "C" NOT NULL, -- holder or seller that the key was bound to, '' = the account
    topic    TEXT COLLATE "C" NOT NULL,
    state    TEXT COLLATE "C" NOT NULL,
    assignee TEXT COLLATE "C" NOT NULL,
    due_at   BIGINT NOT NULL, -- of the desk's turn, 0 = not its turn
    alarm_at BIGINT NOT NULL, -- next deadline, 0 = none
    request  TEXT COLLATE "C" NOT NULL,    -- '' = not repeatable
    version  BIGINT NOT NULL,
    doc      TEXT COLLATE "C" NOT NULL
);
CREATE INDEX inquiries_account ON inquiries (account, id);
CREATE INDEX inquiries_open ON inquiries (account) WHERE state <> 'resolved';
CREATE INDEX inquiries_state ON inquiries (state, id);
CREATE INDEX inquiries_assignee ON inquiries (assignee, id) WHERE assignee <> '';
CREATE INDEX inquiries_due ON inquiries (due_at, id) WHERE due_at > 0;
CREATE INDEX inquiries_alarm ON inquiries (alarm_at, id) WHERE alarm_at > 0;
CREATE UNIQUE INDEX inquiries_request ON inquiries (account, request) WHERE request <> '';

CREATE TABLE inquiry_messages (
    inquiry_id TEXT COLLATE "C" NOT NULL,
    id         TEXT COLLATE "C" NOT NULL,
    doc        TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (inquiry_id, id)
);

-- +goose Down
DROP TABLE inquiry_messages;
DROP TABLE inquiries;
