-- +goose Up
-- Links by which sellers see what was decided about their listings (internal/casework/sellerlink).
CREATE TABLE seller_links (
    id      TEXT PRIMARY KEY,
    case_id TEXT NOT NULL,
    doc     TEXT NOT NULL
) STRICT;
CREATE INDEX seller_links_case ON seller_links (case_id, id);

-- +goose Down
DROP TABLE seller_links;
