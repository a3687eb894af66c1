package sqlstore

import (
	"context"

	"touchstone/internal/removals"
)

var _ removals.Store = (*Store)(nil)

// AnyRemoved implements removals.Store.
func (s *Store) AnyRemoved(ctx context.Context) (bool, error) {
	there, err := list(ctx, s.reader, scanNumber, `SELECT 1 FROM past_pictures LIMIT 1`)
	return len(there) > 0, err
}

// ChangedRemovals implements removals.Store.
func (s *Store) ChangedRemovals(ctx context.Context, after string, limit int) ([]removals.Change, error) {
	return list(ctx, s.reader, func(r Rows) (c removals.Change, err error) {
		var stands int
		err = r.Scan(&c.Picture, &c.Token, &stands)
		c.Stands = stands > 0
		return c, err
	}, `SELECT hash, token, CASE WHEN EXISTS (SELECT 1 FROM past_pictures WHERE past_pictures.hash = past_changed.hash) THEN 1 ELSE 0 END
		FROM past_changed WHERE hash > ? ORDER BY hash LIMIT ?`, after, int64(limit))
}

// SettleRemovals implements removals.Store.
func (s *Store) SettleRemovals(ctx context.Context, done []removals.Change) error {
	return s.transact(ctx, func(t *tx) error {
		for _, c := range done {
			if err := t.run(ctx, `DELETE FROM past_changed WHERE hash = ? AND token = ?`, c.Picture, c.Token); err != nil {
				return err
			}
		}
		return nil
	})
}

// RecallRemovals implements removals.Store.
func (s *Store) RecallRemovals(ctx context.Context) error {
	return s.transact(ctx, func(t *tx) error {
		return t.run(ctx, `INSERT INTO past_changed (hash, token) SELECT DISTINCT hash, 'recalled' FROM past_pictures WHERE hash <> '' ON CONFLICT (hash) DO NOTHING`)
	})
}
