-- +goose Up
-- Links by which sellers see what was decided about their listings (internal/casework/sellerlink).
CREATE TABLE seller_links (
    id      TEXT COLLATE "C" PRIMARY KEY,
    case_id TEXT COLLATE "C" NOT NULL,
    doc     TEXT COLLATE "C" NOT NULL
);
CREATE INDEX seller_links_case ON seller_links (case_id, id);

-- +goose Down
DROP TABLE seller_links;
