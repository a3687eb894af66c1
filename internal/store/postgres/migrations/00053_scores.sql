-- +goose Up
-- As SQLite's migration of this number.
CREATE TABLE score_counts (
    pack   TEXT COLLATE "C" NOT NULL,
    day    BIGINT NOT NULL, -- since 1 January 1970, UTC
    signal TEXT COLLATE "C" NOT NULL,
    bin    BIGINT NOT NULL,
    n      BIGINT NOT NULL,
    PRIMARY KEY (pack, day, signal, bin)
);

-- +goose Down
DROP TABLE score_counts;
