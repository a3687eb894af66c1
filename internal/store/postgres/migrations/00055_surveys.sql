-- +goose Up
-- What parties are asked about the service (internal/casework/survey). The SQL that reads and writes these tables is in internal/store/sqlstore.
CREATE TABLE surveys (
    id          TEXT COLLATE "C" PRIMARY KEY,
    party       TEXT COLLATE "C" NOT NULL, -- the same for the same party
    kind        TEXT COLLATE "C" NOT NULL,
    quarter     TEXT COLLATE "C" NOT NULL, -- in which it is asked
    side        TEXT COLLATE "C" NOT NULL,
    account     TEXT COLLATE "C" NOT NULL, -- '' of sellers
    subject     TEXT COLLATE "C" NOT NULL, -- holder or MARKETPLACE/SELLER, '' = the account
    marketplace TEXT COLLATE "C" NOT NULL,
    notice_id   TEXT COLLATE "C" NOT NULL, -- '' = about none
    state       TEXT COLLATE "C" NOT NULL,
    alarm_at    BIGINT NOT NULL, -- when it is asked or closed, 0 = never
    asked_at    BIGINT NOT NULL, -- 0 = not yet
    asked_month TEXT COLLATE "C" NOT NULL,    -- of asked_at, such as 2026-11; '' = not yet
    version     BIGINT NOT NULL,
    doc         TEXT COLLATE "C" NOT NULL
);
CREATE UNIQUE INDEX surveys_once ON surveys (party, kind, quarter);
CREATE INDEX surveys_asked ON surveys (party, asked_at) WHERE asked_at > 0;
CREATE INDEX surveys_account ON surveys (account, id) WHERE account <> '';
CREATE INDEX surveys_subject ON surveys (subject, id) WHERE subject <> '';
CREATE INDEX surveys_marketplace ON surveys (marketplace, side, id);
CREATE INDEX surveys_notice ON surveys (notice_id) WHERE notice_id <> '';
CREATE INDEX surveys_state ON surveys (state, id);
CREATE INDEX surveys_alarm ON surveys (alarm_at, id) WHERE alarm_at > 0;
CREATE INDEX surveys_month ON surveys (asked_month, kind, side, state) WHERE asked_month <> '';

-- Scores stay when a survey is erased: they are figures.
CREATE TABLE survey_scores (
    survey_id TEXT COLLATE "C" NOT NULL,
    topic     TEXT COLLATE "C" NOT NULL,
    month     TEXT COLLATE "C" NOT NULL, -- of the answer
    kind      TEXT COLLATE "C" NOT NULL,
    side      TEXT COLLATE "C" NOT NULL,
    score     BIGINT NOT NULL,
    PRIMARY KEY (survey_id, topic)
);
CREATE INDEX survey_scores_month ON survey_scores (month, kind, side, topic, score);

CREATE TABLE survey_cursor (
    one      BIGINT PRIMARY KEY CHECK (one = 1),
    position BIGINT NOT NULL -- the last event that was planned from
);
INSERT INTO survey_cursor (one, position) VALUES (1, 0);

-- +goose Down
DROP TABLE survey_cursor;
DROP TABLE survey_scores;
DROP TABLE surveys;
