-- +goose Up
-- A scored listing writes as few pages as can be.
--
-- Nobody lists reports by account.
DROP INDEX reports_account;

-- What is read only when a listing is scored again: JSON, '' when it is long and so in listing_contents.
ALTER TABLE listings ADD COLUMN content TEXT NOT NULL DEFAULT '';

-- Which listings show a picture. What a listing shows is in its own row.
CREATE TABLE shown_pictures (
    hash       TEXT NOT NULL,
    listing_id TEXT NOT NULL,
    position   INTEGER NOT NULL,
    PRIMARY KEY (hash, listing_id, position)
) STRICT, WITHOUT ROWID;
INSERT INTO shown_pictures (hash, listing_id, position) SELECT hash, listing_id, position FROM listing_pictures;
DROP TABLE listing_pictures;

-- +goose Down
CREATE TABLE listing_pictures (
    listing_id TEXT NOT NULL REFERENCES listings (id) ON DELETE CASCADE,
    position   INTEGER NOT NULL,
    hash       TEXT NOT NULL,
    PRIMARY KEY (listing_id, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX listing_pictures_hash ON listing_pictures (hash, listing_id);
INSERT INTO listing_pictures (listing_id, position, hash) SELECT listing_id, position, hash FROM shown_pictures;
DROP TABLE shown_pictures;
INSERT INTO listing_contents (id, content) SELECT id, content FROM listings WHERE content <> '';
ALTER TABLE listings DROP COLUMN content;
CREATE INDEX reports_account ON reports (account, id);
