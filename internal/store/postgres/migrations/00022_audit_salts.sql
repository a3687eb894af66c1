-- +goose Up
-- What an audit entry binds can hold something personal: it is bound under a salt, which is erased with it.
ALTER TABLE audits ADD COLUMN salt BYTEA NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE audits DROP COLUMN salt;
