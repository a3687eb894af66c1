-- +goose Up
-- Which renewals holders were reminded of (internal/casework/dossier). A right that was renewed has another last day, and is reminded of anew.
CREATE TABLE reminders (
    right_id   TEXT COLLATE "C" NOT NULL,
    expires_on BIGINT NOT NULL,
    months     BIGINT NOT NULL, -- before it
    at         BIGINT NOT NULL,
    PRIMARY KEY (right_id, expires_on, months)
);

-- +goose Down
DROP TABLE reminders;
