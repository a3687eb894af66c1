-- +goose Up
-- Why the index could not take the reference when it was last tried; empty
-- when it could, or was not tried.
ALTER TABLE refs ADD COLUMN problem TEXT NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE refs DROP COLUMN problem;
