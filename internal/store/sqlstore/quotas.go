package sqlstore

import (
	"context"
	"time"

	"touchstone/internal/server"
)

var _ server.QuotaStore = (*Store)(nil)

// QuotaUses implements server.QuotaStore.
func (s *Store) QuotaUses(ctx context.Context, since time.Time) ([]server.QuotaUse, error) {
	return list(ctx, s.reader, func(row Rows) (u server.QuotaUse, err error) {
		var at int64
		err = row.Scan(&u.KeyID, &u.Day, &u.Used, &u.Owed, &at)
		u.At = moment(at)
		return u, err
	}, `SELECT key_id, day, used, owed, at FROM quota_uses WHERE at >= ? ORDER BY key_id`, stamp(since))
}

// AddQuotaUses implements server.QuotaStore.
func (s *Store) AddQuotaUses(ctx context.Context, uses []server.QuotaUse) error {
	return s.transact(ctx, func(t *tx) error {
		for _, u := range uses {
			err := t.run(ctx, `INSERT INTO quota_uses (key_id, day, used, owed, at) VALUES (?, ?, ?, ?, ?)
				ON CONFLICT (key_id) DO UPDATE SET used = excluded.used + CASE quota_uses.day WHEN excluded.day THEN quota_uses.used ELSE 0 END,
				day = excluded.day, owed = excluded.owed, at = excluded.at`, u.KeyID, u.Day, u.Used, u.Owed, stamp(u.At))
			if err != nil {
				return err
			}
		}
		return nil
	})
}
