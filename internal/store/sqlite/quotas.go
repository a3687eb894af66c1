package sqlite

import (
	"context"
	"time"

	"touchstone/internal/server"
)

var _ server.QuotaStore = (*Store)(nil)

// QuotaUses implements server.QuotaStore.
func (s *Store) QuotaUses(ctx context.Context, since time.Time) ([]server.QuotaUse, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT key_id, day, used, owed, at FROM quota_uses WHERE at >= ? ORDER BY key_id`, micros(since))
	return collect(rows, err, func(row scanner) (u server.QuotaUse, err error) {
		var at int64
		err = row.Scan(&u.KeyID, &u.Day, &u.Used, &u.Owed, &at)
		u.At = moment(at)
		return u, err
	})
}

// AddQuotaUses implements server.QuotaStore.
func (s *Store) AddQuotaUses(ctx context.Context, uses []server.QuotaUse) error {
	return s.write.do(ctx, func(_ context.Context, t *tx) error {
		for _, u := range uses {
			err := t.exec(`INSERT INTO quota_uses (key_id, day, used, owed, at) VALUES (?, ?, ?, ?, ?)
				ON CONFLICT (key_id) DO UPDATE SET used = excluded.used + CASE day WHEN excluded.day THEN used ELSE 0 END,
				day = excluded.day, owed = excluded.owed, at = excluded.at`, u.KeyID, u.Day, u.Used, u.Owed, micros(u.At))
			if err != nil {
				return err
			}
		}
		return nil
	})
}
