-- +goose Up
-- What parties are asked about the service (internal/casework/survey). The SQL that reads and writes these tables is in internal/store/sqlstore.
CREATE TABLE surveys (
    id          TEXT PRIMARY KEY,
    party       TEXT NOT NULL, -- the same for the same party
    kind        TEXT NOT NULL,
    quarter     TEXT NOT NULL, -- in which it is asked
    side        TEXT NOT NULL,
    account     TEXT NOT NULL, -- '' of sellers
    subject     TEXT NOT NULL, -- holder or MARKETPLACE/SELLER, '' = the account
    marketplace TEXT NOT NULL,
    notice_id   TEXT NOT NULL, -- '' = about none
    state       TEXT NOT NULL,
    alarm_at    INTEGER NOT NULL, -- when it is asked or closed, 0 = never
    asked_at    INTEGER NOT NULL, -- 0 = not yet
    asked_month TEXT NOT NULL,    -- of asked_at, such as 2026-11; '' = not yet
    version     INTEGER NOT NULL,
    doc         TEXT NOT NULL
) STRICT;
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
    survey_id TEXT NOT NULL,
    topic     TEXT NOT NULL,
    month     TEXT NOT NULL, -- of the answer
    kind      TEXT NOT NULL,
    side      TEXT NOT NULL,
    score     INTEGER NOT NULL,
    PRIMARY KEY (survey_id, topic)
) STRICT, WITHOUT ROWID;
CREATE INDEX survey_scores_month ON survey_scores (month, kind, side, topic, score);

CREATE TABLE survey_cursor (
    one      INTEGER PRIMARY KEY CHECK (one = 1),
    position INTEGER NOT NULL -- the last event that was planned from
) STRICT;
INSERT INTO survey_cursor (one, position) VALUES (1, 0);

-- +goose Down
DROP TABLE survey_cursor;
DROP TABLE survey_scores;
DROP TABLE surveys;
