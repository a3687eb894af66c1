-- +goose Up
-- Listings that show the same pictures have the same cluster; '' = it shares
-- none.
ALTER TABLE listings ADD COLUMN cluster TEXT NOT NULL DEFAULT '';
CREATE INDEX listings_cluster ON listings (cluster, id) WHERE cluster <> '';

-- Where pictures that may be near each other are found: signs of their vectors.
CREATE TABLE picture_bands (
    band       INTEGER NOT NULL,
    listing_id TEXT NOT NULL REFERENCES listings (id) ON DELETE CASCADE,
    position   INTEGER NOT NULL,
    PRIMARY KEY (band, listing_id, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX picture_bands_listing ON picture_bands (listing_id);

-- +goose Down
DROP TABLE picture_bands;
DROP INDEX listings_cluster;
ALTER TABLE listings DROP COLUMN cluster;
