package sqlite

import (
	"context"
	"database/sql"
	"time"

	"touchstone/internal/casework"
)

const refColumns = `id, right_id, kind, word, language, view, blob, width, height, created_at, indexed_at, deleted_at, problem`

func scanReference(row scanner) (casework.Reference, error) {
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
	return s.write.do(ctx, func(_ context.Context, t *tx) error {
		err := t.exec(`INSERT INTO refs (id, right_id, kind, word, language, view, blob, width, height, created_at, changed_at)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, r.ID, r.RightID, r.Kind, r.Word, r.Language, r.View, r.Blob,
			r.Width, r.Height, micros(r.CreatedAt), micros(r.CreatedAt))
		return insertError(err, "right", r.RightID, "the right has this reference already")
	})
}

// Reference implements casework.ReferenceStore.
func (s *Store) Reference(ctx context.Context, id string) (casework.Reference, error) {
	r, err := scanReference(s.read.QueryRowContext(ctx, `SELECT `+refColumns+` FROM refs WHERE id = ? AND deleted_at IS NULL`, id))
	if err != nil {
		return casework.Reference{}, missing(err, "reference", id)
	}
	return r, nil
}

// References implements casework.ReferenceStore.
func (s *Store) References(ctx context.Context, rightIDs []string) ([]casework.Reference, error) {
	rows, err := s.often.query(ctx, `SELECT `+refColumns+` FROM refs
		WHERE right_id IN (SELECT value FROM json_each(?)) AND deleted_at IS NULL ORDER BY id`, list(rightIDs).text())
	return collect(rows, err, scanReference)
}

// DeleteReference implements casework.ReferenceStore.
func (s *Store) DeleteReference(ctx context.Context, id string, at time.Time) error {
	return s.write.do(ctx, func(_ context.Context, t *tx) error {
		n, err := t.execCount(`UPDATE refs SET deleted_at = ?, changed_at = ? WHERE id = ? AND deleted_at IS NULL`, micros(at), micros(at), id)
		if err == nil && n == 0 {
			return missing(sql.ErrNoRows, "reference", id)
		}
		return err
	})
}

// UnindexedReferences implements casework.ReferenceStore.
func (s *Store) UnindexedReferences(ctx context.Context, after string, limit int) ([]casework.Reference, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT `+refColumns+` FROM refs
		WHERE indexed_at IS NULL AND deleted_at IS NULL AND id > ? ORDER BY id LIMIT ?`, after, limit)
	return collect(rows, err, scanReference)
}

// CountUnindexed implements casework.ReferenceStore.
func (s *Store) CountUnindexed(ctx context.Context) (n casework.IndexCounts, err error) {
	err = s.read.QueryRowContext(ctx, `SELECT count(*), coalesce(sum(problem <> ''), 0) FROM refs
		WHERE indexed_at IS NULL AND deleted_at IS NULL`).Scan(&n.Waiting, &n.Failing)
	return n, plain(err)
}

// MarkUnindexed implements casework.ReferenceStore.
func (s *Store) MarkUnindexed(ctx context.Context, id, problem string) error {
	return s.write.do(ctx, func(_ context.Context, t *tx) error {
		return t.exec(`UPDATE refs SET indexed_at = NULL, problem = ? WHERE id = ? AND deleted_at IS NULL`, problem, id)
	})
}

// MarkIndexed implements casework.ReferenceStore.
func (s *Store) MarkIndexed(ctx context.Context, id string, at time.Time) error {
	return s.write.do(ctx, func(_ context.Context, t *tx) error {
		return t.exec(`UPDATE refs SET indexed_at = ?, problem = '' WHERE id = ? AND changed_at <= ? AND deleted_at IS NULL`, micros(at), id, micros(at))
	})
}

// DeletedReferences implements casework.ReferenceStore.
func (s *Store) DeletedReferences(ctx context.Context, limit int) ([]casework.Reference, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT `+refColumns+` FROM refs
		WHERE deleted_at IS NOT NULL ORDER BY deleted_at, id LIMIT ?`, limit)
	return collect(rows, err, scanReference)
}

// PurgeReference implements casework.ReferenceStore.
func (s *Store) PurgeReference(ctx context.Context, id string) error {
	return s.write.do(ctx, func(_ context.Context, t *tx) error {
		return t.exec(`DELETE FROM refs WHERE id = ? AND deleted_at IS NOT NULL`, id)
	})
}
