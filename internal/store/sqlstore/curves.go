package sqlstore

import (
	"context"

	"touchstone/internal/threshold"
)

// Curves implements followup.Reader.
func (r reader) Curves(ctx context.Context) ([]threshold.Kept, error) {
	return list(ctx, r, scanDoc[threshold.Kept], `SELECT doc FROM measured ORDER BY marketplace, population, signal, pack`)
}

// PutCurve implements followup.Tx.
func (t *tx) PutCurve(ctx context.Context, k threshold.Kept) error {
	doc, err := encode(k)
	if err != nil {
		return err
	}
	_, err = t.exec(ctx, `INSERT INTO measured (marketplace, population, signal, pack, doc) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (marketplace, population, signal, pack) DO UPDATE SET doc = excluded.doc`, k.Marketplace, k.Population, k.Signal, k.Pack, doc)
	return err
}
