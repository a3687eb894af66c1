-- +goose Up
-- What has been measured of thresholds on decided cases of a marketplace (internal/threshold).
CREATE TABLE measured (
    marketplace TEXT NOT NULL,
    population  TEXT NOT NULL,
    signal      TEXT NOT NULL,
    pack        TEXT NOT NULL,
    doc         TEXT NOT NULL,
    PRIMARY KEY (marketplace, population, signal, pack)
) STRICT, WITHOUT ROWID;

-- +goose Down
DROP TABLE measured;
