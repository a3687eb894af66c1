package sqlstore

import (
	"context"
	"errors"
	"fmt"

	"touchstone/internal/casework"
	"touchstone/internal/intake"
)

var _ intake.ReportStore = (*Store)(nil)

// SaveReport implements intake.ReportStore. A report that is there already
// stays as it is: reports do not change.
func (s *Store) SaveReport(ctx context.Context, r intake.ReportRecord) error {
	b, err := packReport(r)
	if err != nil {
		return err
	}
	return s.transact(ctx, func(t *tx) error { return saveReport(ctx, t, r, b) })
}

func saveReport(ctx context.Context, t *tx, r intake.ReportRecord, record []byte) error {
	return t.run(ctx, `INSERT INTO reports (id, account, key_id, marketplace, created_at, record) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO NOTHING`, r.ID, r.Account, r.KeyID, r.Marketplace, stamp(r.CreatedAt), record)
}

// Report implements intake.ReportStore.
func (s *Store) Report(ctx context.Context, id string) (intake.ReportRecord, error) {
	return one(ctx, s.reader, "report", id, func(row Rows) (r intake.ReportRecord, err error) {
		var account, key string
		var record []byte
		if err := row.Scan(&account, &key, &record); err != nil {
			return r, err
		}
		if r, err = unpackReport(record); err != nil {
			return r, fmt.Errorf("%w: report %s: %w", ErrCorrupt, id, err)
		}
		r.Account, r.KeyID = account, key // not in the JSON, which is for its readers
		return r, nil
	}, `SELECT account, key_id, record FROM reports WHERE id = ?`, id)
}

// BatchLine returns the report that a line of a batch led to; ok is false when
// the line is not done. Batch IDs must be unique over accounts: put the
// account into the ID.
func (s *Store) BatchLine(ctx context.Context, batchID, lineKey string) (reportID string, ok bool, err error) {
	reportID, err = one(ctx, s.reader, "line", lineKey, scanText, `SELECT report_id FROM batch_lines WHERE batch_id = ? AND line_key = ?`, batchID, lineKey)
	if errors.Is(err, casework.ErrNotFound) {
		return "", false, nil
	}
	return reportID, err == nil, err
}

// SaveBatchLine says that a line of a batch is done. The first report of a
// line stays.
func (s *Store) SaveBatchLine(ctx context.Context, batchID, lineKey, reportID string) error {
	return s.transact(ctx, func(t *tx) error {
		return t.run(ctx, `INSERT INTO batch_lines (batch_id, line_key, report_id) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`, batchID, lineKey, reportID)
	})
}
