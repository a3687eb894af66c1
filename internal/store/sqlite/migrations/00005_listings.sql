-- +goose Up
-- Listings as they were last scored, kept for sweeps. Narrow on purpose: a
-- sweep for a word reads all titles.
CREATE TABLE listings (
    id           TEXT PRIMARY KEY,
    account      TEXT NOT NULL,
    marketplace  TEXT NOT NULL,
    listing      TEXT NOT NULL,
    seller       TEXT NOT NULL,
    title        TEXT NOT NULL,
    pictures     TEXT NOT NULL, -- hashes by position, '' for one that could not be read
    territories  TEXT NOT NULL,
    report_id    TEXT NOT NULL,
    content_hash TEXT NOT NULL,
    band         TEXT NOT NULL,
    scored_at    INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL,
    points       INTEGER NOT NULL, -- positions that the index may hold
    indexed_as   TEXT NOT NULL,    -- the pack whose index holds the pictures as they are; '' = none
    lease_until  INTEGER NOT NULL, -- of who brings a waiting one to the index
    problem      TEXT NOT NULL
) STRICT;
CREATE INDEX listings_waiting ON listings (lease_until, id) WHERE indexed_as = '';
CREATE INDEX listings_indexed ON listings (indexed_as);
CREATE INDEX listings_expires ON listings (expires_at, id);

-- What is read only when a listing is scored again.
CREATE TABLE listing_contents (
    id      TEXT PRIMARY KEY REFERENCES listings (id) ON DELETE CASCADE,
    content TEXT NOT NULL -- JSON
) STRICT;

-- Which listings show a picture.
CREATE TABLE listing_pictures (
    listing_id TEXT NOT NULL REFERENCES listings (id) ON DELETE CASCADE,
    position   INTEGER NOT NULL,
    hash       TEXT NOT NULL,
    PRIMARY KEY (listing_id, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX listing_pictures_hash ON listing_pictures (hash, listing_id);

-- +goose Down
DROP TABLE listing_pictures;
DROP TABLE listing_contents;
DROP TABLE listings;
