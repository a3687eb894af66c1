-- +goose Up
-- Decisions that stand, as later listings meet them: by seller, and by pictures that were removed (internal/casework/followup).
CREATE TABLE past (
    case_id     TEXT PRIMARY KEY,
    marketplace TEXT NOT NULL,
    seller      TEXT NOT NULL,
    at          INTEGER NOT NULL,
    doc         TEXT NOT NULL
) STRICT;
CREATE INDEX past_seller ON past (marketplace, seller, at);

CREATE TABLE past_pictures (
    hash    TEXT NOT NULL,
    case_id TEXT NOT NULL,
    PRIMARY KEY (hash, case_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX past_pictures_case ON past_pictures (case_id);

-- +goose Down
DROP TABLE past_pictures;
DROP TABLE past;
