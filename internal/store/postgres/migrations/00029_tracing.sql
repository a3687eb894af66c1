-- +goose Up
-- What is known of sellers (internal/tracing). The SQL that reads and writes these tables is in internal/store/sqlstore.
CREATE TABLE seller_profiles (
    marketplace TEXT COLLATE "C" NOT NULL,
    seller      TEXT COLLATE "C" NOT NULL,
    country     TEXT COLLATE "C" NOT NULL,
    region      TEXT COLLATE "C" NOT NULL,
    opened_at   BIGINT NOT NULL,
    seen_at     BIGINT NOT NULL,
    PRIMARY KEY (marketplace, seller)
);

-- Sellers by name: marketplace, a slash, seller.
CREATE TABLE seller_traits (
    seller   TEXT COLLATE "C" NOT NULL,
    kind     TEXT COLLATE "C" NOT NULL,
    value    TEXT COLLATE "C" NOT NULL,
    verified BIGINT NOT NULL,
    at       BIGINT NOT NULL, -- first; 0 = not known
    PRIMARY KEY (seller, kind, value)
);
CREATE INDEX seller_traits_value ON seller_traits (kind, value);

CREATE TABLE seller_rings (
    seller TEXT COLLATE "C" PRIMARY KEY,
    ring   TEXT COLLATE "C" NOT NULL
);

CREATE TABLE link_judgements (
    a      TEXT COLLATE "C" NOT NULL,
    b      TEXT COLLATE "C" NOT NULL,
    doc    TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (a, b)
);

-- Files that are the same picture, or nearly, by the first of them.
CREATE TABLE picture_names (
    hash TEXT COLLATE "C" PRIMARY KEY,
    name TEXT COLLATE "C" NOT NULL
);

CREATE TABLE seller_prices (
    seller   TEXT COLLATE "C" NOT NULL,
    currency TEXT COLLATE "C" NOT NULL,
    amount   BIGINT NOT NULL, -- hundredths
    PRIMARY KEY (seller, currency, amount)
);

CREATE TABLE sightings (
    what  TEXT COLLATE "C" NOT NULL,
    place TEXT COLLATE "C" NOT NULL,
    name  TEXT COLLATE "C" NOT NULL,
    at    BIGINT NOT NULL, -- first
    PRIMARY KEY (what, place, name)
);
CREATE INDEX sightings_node ON sightings (place, name, at);

CREATE TABLE flows (
    id         TEXT COLLATE "C" PRIMARY KEY,
    from_place TEXT COLLATE "C" NOT NULL,
    from_name  TEXT COLLATE "C" NOT NULL,
    to_place   TEXT COLLATE "C" NOT NULL,
    to_name    TEXT COLLATE "C" NOT NULL,
    known      BIGINT NOT NULL,
    what       TEXT COLLATE "C" NOT NULL,
    at         BIGINT NOT NULL,
    by_whom    TEXT COLLATE "C" NOT NULL
);
CREATE INDEX flows_to ON flows (to_place, to_name, id);

-- That a kept listing may infringe a right, by a signal; word '' where no word was written.
CREATE TABLE attacks (
    right_id    TEXT COLLATE "C" NOT NULL,
    listing_id  TEXT COLLATE "C" NOT NULL,
    signal      TEXT COLLATE "C" NOT NULL,
    marketplace TEXT COLLATE "C" NOT NULL,
    seller      TEXT COLLATE "C" NOT NULL,
    goods       TEXT COLLATE "C" NOT NULL,
    word        TEXT COLLATE "C" NOT NULL,
    form        TEXT COLLATE "C" NOT NULL,
    at          BIGINT NOT NULL,
    PRIMARY KEY (right_id, listing_id, signal)
);
CREATE INDEX attacks_at ON attacks (at);

CREATE TABLE attack_alerts (
    id       TEXT COLLATE "C" PRIMARY KEY,
    right_id TEXT COLLATE "C" NOT NULL,
    at       BIGINT NOT NULL,
    doc      TEXT COLLATE "C" NOT NULL
);
CREATE INDEX attack_alerts_right ON attack_alerts (right_id, at);
CREATE INDEX attack_alerts_at ON attack_alerts (at);

-- Stores whose strikes count for each other; members in place while the family stands.
CREATE TABLE families (
    id    TEXT COLLATE "C" PRIMARY KEY,
    ended BIGINT NOT NULL,
    doc   TEXT COLLATE "C" NOT NULL
);
CREATE TABLE family_members (
    marketplace TEXT COLLATE "C" NOT NULL,
    seller      TEXT COLLATE "C" NOT NULL,
    family      TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (marketplace, seller)
);
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
