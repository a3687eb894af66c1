-- +goose Up
-- Decisions that stand, as later listings meet them: by seller, and by pictures that were removed (internal/casework/followup).
CREATE TABLE past (
    case_id     TEXT COLLATE "C" PRIMARY KEY,
    marketplace TEXT COLLATE "C" NOT NULL,
    seller      TEXT COLLATE "C" NOT NULL,
    at          BIGINT NOT NULL,
    doc         TEXT COLLATE "C" NOT NULL
);
CREATE INDEX past_seller ON past (marketplace, seller, at);

CREATE TABLE past_pictures (
    hash    TEXT COLLATE "C" NOT NULL,
    case_id TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (hash, case_id)
);
CREATE INDEX past_pictures_case ON past_pictures (case_id);

-- +goose Down
DROP TABLE past_pictures;
DROP TABLE past;
