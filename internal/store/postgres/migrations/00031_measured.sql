-- +goose Up
-- What has been measured of thresholds on decided cases of a marketplace (internal/threshold).
CREATE TABLE measured (
    marketplace TEXT COLLATE "C" NOT NULL,
    population  TEXT COLLATE "C" NOT NULL,
    signal      TEXT COLLATE "C" NOT NULL,
    pack        TEXT COLLATE "C" NOT NULL,
    doc         TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (marketplace, population, signal, pack)
);

-- +goose Down
DROP TABLE measured;
