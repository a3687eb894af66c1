-- +goose Up
-- What can be made again from registered pictures: their keypoints, about 15 kB each.
CREATE TABLE local_features (
    id      INTEGER PRIMARY KEY, -- large rows belong into a table by number
    picture TEXT NOT NULL,       -- SHA-256 of the registered picture
    format  INTEGER NOT NULL,
    data    BLOB NOT NULL,
    UNIQUE (picture, format)
) STRICT;
CREATE INDEX refs_blob ON refs (blob) WHERE deleted_at IS NULL AND blob <> '';

-- +goose Down
DROP INDEX refs_blob;
DROP TABLE local_features;
