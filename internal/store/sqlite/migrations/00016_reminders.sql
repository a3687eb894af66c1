-- +goose Up
-- Which renewals holders were reminded of (internal/casework/dossier). A right that was renewed has another last day, and is reminded of anew.
CREATE TABLE reminders (
    right_id   TEXT NOT NULL,
    expires_on INTEGER NOT NULL,
    months     INTEGER NOT NULL, -- before it
    at         INTEGER NOT NULL,
    PRIMARY KEY (right_id, expires_on, months)
) STRICT, WITHOUT ROWID;

-- +goose Down
DROP TABLE reminders;
