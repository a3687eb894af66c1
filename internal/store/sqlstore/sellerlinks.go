package sqlstore

import (
	"context"

	"touchstone/internal/casework/sellerlink"
)

var (
	_ sellerlink.Store = (*Store)(nil)
	_ sellerlink.Tx    = (*tx)(nil)
)

// SellerLink implements sellerlink.Reader.
func (r reader) SellerLink(ctx context.Context, id string) (sellerlink.Link, error) {
	return one(ctx, r, "link", id, scanDoc[sellerlink.Link], `SELECT doc FROM seller_links WHERE id = ?`, id)
}

// SellerLinks implements sellerlink.Reader.
func (r reader) SellerLinks(ctx context.Context, caseID string, limit int) ([]sellerlink.Link, error) {
	return list(ctx, r, scanDoc[sellerlink.Link], `SELECT doc FROM seller_links WHERE case_id = ? ORDER BY id DESC LIMIT ?`, caseID, int64(limit))
}

// PutSellerLink implements sellerlink.Tx.
func (t *tx) PutSellerLink(ctx context.Context, l sellerlink.Link) error {
	doc, err := encode(l)
	if err != nil {
		return err
	}
	_, err = t.exec(ctx, `INSERT INTO seller_links (id, case_id, doc) VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET doc = excluded.doc`, l.ID, l.Case, doc)
	return err
}
