-- +goose Up
-- Orders about a seller's store are told and chased as those about listings are. store is the seller, '' = an order about a listing.
ALTER TABLE enforcements ADD COLUMN store TEXT NOT NULL DEFAULT '';
ALTER TABLE enforcements ADD COLUMN escalated INTEGER NOT NULL DEFAULT 0; -- told often and never confirmed, or reported as failed
CREATE INDEX enforcements_store ON enforcements (marketplace, store, id) WHERE store <> '';
CREATE INDEX enforcements_escalated ON enforcements (id) WHERE escalated = 1;

-- +goose Down
DROP INDEX enforcements_escalated;
DROP INDEX enforcements_store;
ALTER TABLE enforcements DROP COLUMN escalated;
ALTER TABLE enforcements DROP COLUMN store;
