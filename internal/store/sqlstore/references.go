package sqlstore

import (
	"context"
	"database/sql"
	"time"

	"touchstone/internal/casework"
)

const refColumns = `id, right_id, kind, word, language, view, blob, width, height, created_at, indexed_at, deleted_at, problem`

func scanReference(row Rows) (casework.Reference, error) {
	var r casework.Reference
	var created int64
	var indexed, deleted sql.NullInt64
	err := row.Scan(&r.ID, &r.RightID, &r.Kind, &r.Word, &r.Language, &r.View, &r.Blob, &r.Width, &r.Height, &created, &indexed, &deleted, &r.Problem)
	if err != nil {
		return casework.Reference{}, err
	}
	r.CreatedAt, r.IndexedAt, r.DeletedAt = moment(created), optMoment(indexed), optMoment(deleted)
	return r, nil
}

// AddReference implements casework.ReferenceStore.
func (s *Store) AddReference(ctx context.Context, r casework.Reference) error {
	return s.transact(ctx, func(t *tx) error {
		err := t.run(ctx, `INSERT INTO refs (id, right_id, kind, word, language, view, blob, width, height, created_at, changed_at)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, r.ID, r.RightID, r.Kind, r.Word, r.Language, r.View, r.Blob,
			r.Width, r.Height, stamp(r.CreatedAt), stamp(r.CreatedAt))
		return insertError(err, "right", r.RightID, "the right has this reference already")
	})
}

// Reference implements casework.ReferenceStore.
func (s *Store) Reference(ctx context.Context, id string) (casework.Reference, error) {
	return one(ctx, s.reader, "reference", id, scanReference, `SELECT `+refColumns+` FROM refs WHERE id = ? AND deleted_at IS NULL`, id)
}

// References implements casework.ReferenceStore.
func (s *Store) References(ctx context.Context, rightIDs []string) ([]casework.Reference, error) {
	return list(ctx, s.reader, scanReference, `SELECT `+refColumns+` FROM refs
		WHERE right_id IN (SELECT value FROM json_each(?)) AND deleted_at IS NULL ORDER BY id`, texts(rightIDs).text())
}

// DeleteReference implements casework.ReferenceStore.
func (s *Store) DeleteReference(ctx context.Context, id string, at time.Time) error {
	return s.transact(ctx, func(t *tx) error {
		n, err := t.exec(ctx, `UPDATE refs SET deleted_at = ?, changed_at = ? WHERE id = ? AND deleted_at IS NULL`, stamp(at), stamp(at), id)
		if err == nil && n == 0 {
			return absent("reference", id)
		}
		return err
	})
}

// UnindexedReferences implements casework.ReferenceStore.
func (s *Store) UnindexedReferences(ctx context.Context, after string, limit int) ([]casework.Reference, error) {
	return list(ctx, s.reader, scanReference, `SELECT `+refColumns+` FROM refs
		WHERE indexed_at IS NULL AND deleted_at IS NULL AND id > ? ORDER BY id LIMIT ?`, after, limit)
}

// CountUnindexed implements casework.ReferenceStore.
func (s *Store) CountUnindexed(ctx context.Context) (casework.IndexCounts, error) {
	return one(ctx, s.reader, "count", "", func(r Rows) (n casework.IndexCounts, err error) { return n, r.Scan(&n.Waiting, &n.Failing) },
		`SELECT count(*), count(CASE WHEN problem <> '' THEN 1 END) FROM refs WHERE indexed_at IS NULL AND deleted_at IS NULL`)
}

// MarkUnindexed implements casework.ReferenceStore.
func (s *Store) MarkUnindexed(ctx context.Context, id, problem string) error {
	return s.transact(ctx, func(t *tx) error {
		return t.run(ctx, `UPDATE refs SET indexed_at = NULL, problem = ? WHERE id = ? AND deleted_at IS NULL`, problem, id)
	})
}

// MarkIndexed implements casework.ReferenceStore.
func (s *Store) MarkIndexed(ctx context.Context, id string, at time.Time) error {
	return s.transact(ctx, func(t *tx) error {
		return t.run(ctx, `UPDATE refs SET indexed_at = ?, problem = '' WHERE id = ? AND changed_at <= ? AND deleted_at IS NULL`, stamp(at), id, stamp(at))
	})
}

// DeletedReferences implements casework.ReferenceStore.
func (s *Store) DeletedReferences(ctx context.Context, limit int) ([]casework.Reference, error) {
	return list(ctx, s.reader, scanReference, `SELECT `+refColumns+` FROM refs
		WHERE deleted_at IS NOT NULL ORDER BY deleted_at, id LIMIT ?`, limit)
}

// PurgeReference implements casework.ReferenceStore.
func (s *Store) PurgeReference(ctx context.Context, id string) error {
	return s.transact(ctx, func(t *tx) error {
		return t.run(ctx, `DELETE FROM refs WHERE id = ? AND deleted_at IS NOT NULL`, id)
	})
}
