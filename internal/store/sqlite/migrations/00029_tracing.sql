-- +goose Up
-- What is known of sellers (internal/tracing). The SQL that reads and writes these tables is in internal/store/sqlstore.
CREATE TABLE seller_profiles (
    marketplace TEXT NOT NULL,
    seller      TEXT NOT NULL,
    country     TEXT NOT NULL,
    region      TEXT NOT NULL,
    opened_at   INTEGER NOT NULL,
    seen_at     INTEGER NOT NULL,
    PRIMARY KEY (marketplace, seller)
) STRICT, WITHOUT ROWID;

-- Sellers by name: marketplace, a slash, seller.
CREATE TABLE seller_traits (
    seller   TEXT NOT NULL,
    kind     TEXT NOT NULL,
    value    TEXT NOT NULL,
    verified INTEGER NOT NULL,
    at       INTEGER NOT NULL, -- first; 0 = not known
    PRIMARY KEY (seller, kind, value)
) STRICT, WITHOUT ROWID;
CREATE INDEX seller_traits_value ON seller_traits (kind, value);

CREATE TABLE seller_rings (
    seller TEXT PRIMARY KEY,
    ring   TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE link_judgements (
    a      TEXT NOT NULL,
    b      TEXT NOT NULL,
    doc    TEXT NOT NULL,
    PRIMARY KEY (a, b)
) STRICT, WITHOUT ROWID;

-- Files that are the same picture, or nearly, by the first of them.
CREATE TABLE picture_names (
    hash TEXT PRIMARY KEY,
    name TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE seller_prices (
    seller   TEXT NOT NULL,
    currency TEXT NOT NULL,
    amount   INTEGER NOT NULL, -- hundredths
    PRIMARY KEY (seller, currency, amount)
) STRICT, WITHOUT ROWID;

CREATE TABLE sightings (
    what  TEXT NOT NULL,
    place TEXT NOT NULL,
    name  TEXT NOT NULL,
    at    INTEGER NOT NULL, -- first
    PRIMARY KEY (what, place, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX sightings_node ON sightings (place, name, at);

CREATE TABLE flows (
    id         TEXT PRIMARY KEY,
    from_place TEXT NOT NULL,
    from_name  TEXT NOT NULL,
    to_place   TEXT NOT NULL,
    to_name    TEXT NOT NULL,
    known      INTEGER NOT NULL,
    what       TEXT NOT NULL,
    at         INTEGER NOT NULL,
    by_whom    TEXT NOT NULL
) STRICT;
CREATE INDEX flows_to ON flows (to_place, to_name, id);

-- That a kept listing may infringe a right, by a signal; word '' where no word was written.
CREATE TABLE attacks (
    right_id    TEXT NOT NULL,
    listing_id  TEXT NOT NULL,
    signal      TEXT NOT NULL,
    marketplace TEXT NOT NULL,
    seller      TEXT NOT NULL,
    goods       TEXT NOT NULL,
    word        TEXT NOT NULL,
    form        TEXT NOT NULL,
    at          INTEGER NOT NULL,
    PRIMARY KEY (right_id, listing_id, signal)
) STRICT, WITHOUT ROWID;
CREATE INDEX attacks_at ON attacks (at);

CREATE TABLE attack_alerts (
    id       TEXT PRIMARY KEY,
    right_id TEXT NOT NULL,
    at       INTEGER NOT NULL,
    doc      TEXT NOT NULL
) STRICT;
CREATE INDEX attack_alerts_right ON attack_alerts (right_id, at);
CREATE INDEX attack_alerts_at ON attack_alerts (at);

-- Stores whose strikes count for each other; members in place while the family stands.
CREATE TABLE families (
    id    TEXT PRIMARY KEY,
    ended INTEGER NOT NULL,
    doc   TEXT NOT NULL
) STRICT;
CREATE TABLE family_members (
    marketplace TEXT NOT NULL,
    seller      TEXT NOT NULL,
    family      TEXT NOT NULL,
    PRIMARY KEY (marketplace, seller)
) STRICT, WITHOUT ROWID;
CREATE INDEX family_members_family ON family_members (family);

-- +goose Down
DROP TABLE family_members;
DROP TABLE families;
DROP TABLE attack_alerts;
DROP TABLE attacks;
DROP TABLE flows;
DROP TABLE sightings;
DROP TABLE seller_prices;
DROP TABLE picture_names;
DROP TABLE link_judgements;
DROP TABLE seller_rings;
DROP TABLE seller_traits;
DROP TABLE seller_profiles;
