package sqlstore

import (
	"context"

	"touchstone/internal/intake"
)

var _ intake.LocalStore = (*Store)(nil)

// LocalFeatures implements intake.LocalStore.
func (s *Store) LocalFeatures(ctx context.Context, picture string, format int) (data []byte, err error) {
	return one(ctx, s.reader, "local features of picture", picture, func(r Rows) (data []byte, err error) { return data, r.Scan(&data) },
		`SELECT data FROM local_features WHERE picture = ? AND format = ?`, picture, format)
}

// SaveLocalFeatures implements intake.LocalStore.
func (s *Store) SaveLocalFeatures(ctx context.Context, picture string, format int, data []byte) error {
	return s.transact(ctx, func(t *tx) error {
		return t.run(ctx, `INSERT INTO local_features (picture, format, data)
			SELECT ?1, ?2, ?3 WHERE EXISTS (SELECT 1 FROM refs WHERE blob = ?1 AND blob <> '' AND deleted_at IS NULL)
				OR EXISTS (SELECT 1 FROM past_pictures WHERE hash = ?1 AND hash <> '')
			ON CONFLICT (picture, format) DO UPDATE SET data = excluded.data`, picture, format, data)
	})
}

// DropLocalFeatures implements intake.LocalStore.
func (s *Store) DropLocalFeatures(ctx context.Context, picture string) error {
	return s.transact(ctx, func(t *tx) error {
		return t.run(ctx, `DELETE FROM local_features WHERE picture = ?
			AND NOT EXISTS (SELECT 1 FROM refs WHERE blob = local_features.picture AND blob <> '' AND deleted_at IS NULL)
			AND NOT EXISTS (SELECT 1 FROM past_pictures WHERE hash = local_features.picture)`, picture)
	})
}
