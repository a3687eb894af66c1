-- +goose Up
-- What stands behind rights (internal/casework/dossier): papers by hash, powers of attorney, certificates with their text, and decisions on
-- rights. doc is the thing as JSON; the columns beside it are for finding it.
CREATE TABLE files (
    hash    TEXT COLLATE "C" NOT NULL,
    account TEXT COLLATE "C" NOT NULL,
    at      BIGINT NOT NULL,
    doc     TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (hash, account)
);

CREATE TABLE powers (
    id        TEXT COLLATE "C" PRIMARY KEY,
    account   TEXT COLLATE "C" NOT NULL,
    holder_id TEXT COLLATE "C" NOT NULL,
    agent     TEXT COLLATE "C" NOT NULL,
    state     TEXT COLLATE "C" NOT NULL,
    version   BIGINT NOT NULL,
    doc       TEXT COLLATE "C" NOT NULL
);
CREATE INDEX powers_holder ON powers (holder_id, id);
CREATE INDEX powers_agent ON powers (agent, id);
CREATE INDEX powers_account ON powers (account, id);
CREATE INDEX powers_state ON powers (state, id);

CREATE TABLE certificates (
    id       TEXT COLLATE "C" PRIMARY KEY,
    right_id TEXT COLLATE "C" NOT NULL,
    file     TEXT COLLATE "C" NOT NULL,
    version  BIGINT NOT NULL,
    doc      TEXT COLLATE "C" NOT NULL,
    content  TEXT COLLATE "C" NOT NULL -- as it was read
);
CREATE INDEX certificates_right ON certificates (right_id, id);
CREATE UNIQUE INDEX certificates_once ON certificates (right_id, file);
CREATE INDEX certificates_file ON certificates (file, id);

-- Append-only.
CREATE TABLE verifications (
    id       TEXT COLLATE "C" PRIMARY KEY,
    right_id TEXT COLLATE "C" NOT NULL,
    at       BIGINT NOT NULL,
    doc      TEXT COLLATE "C" NOT NULL
);
CREATE INDEX verifications_right ON verifications (right_id, at, id);

-- The same registration in two accounts, however it is written.
CREATE INDEX rights_number ON rights (UPPER(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(registration_number, ' ', ''), '-', ''), '.', ''), ',', ''), '/', '')));
CREATE INDEX rights_application ON rights (UPPER(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(application_number, ' ', ''), '-', ''), '.', ''), ',', ''), '/', '')));
CREATE INDEX rights_expiring ON rights (expires_on, id) WHERE state = 'verified';
-- The same picture under two rights.
CREATE INDEX refs_picture ON refs (blob) WHERE kind = 'image' AND deleted_at IS NULL;

-- +goose Down
DROP INDEX refs_picture;
DROP INDEX rights_expiring;
DROP INDEX rights_application;
DROP INDEX rights_number;
DROP TABLE verifications;
DROP TABLE certificates;
DROP TABLE powers;
DROP TABLE files;
