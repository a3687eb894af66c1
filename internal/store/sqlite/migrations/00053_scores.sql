-- +goose Up
-- How the scores of listings are spread, by day, pack and signal (internal/drift).
CREATE TABLE score_counts (
    pack   TEXT NOT NULL,
    day    INTEGER NOT NULL, -- since 1 January 1970, UTC
    signal TEXT NOT NULL,
    bin    INTEGER NOT NULL,
    n      INTEGER NOT NULL,
    PRIMARY KEY (pack, day, signal, bin)
) STRICT, WITHOUT ROWID;

-- +goose Down
DROP TABLE score_counts;
