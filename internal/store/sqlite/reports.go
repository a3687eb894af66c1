package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"touchstone/internal/intake"
)

var _ intake.ReportStore = (*Store)(nil)

// SaveReport implements intake.ReportStore. A report that is there already
// stays as it is: reports do not change.
func (s *Store) SaveReport(ctx context.Context, r intake.ReportRecord) error {
	b, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("save report %s: %w", r.ID, err)
	}
	return s.write.do(ctx, func(_ context.Context, t *tx) error { return saveReport(t, r, b) })
}

func saveReport(t *tx, r intake.ReportRecord, record []byte) error {
	return t.exec(`INSERT INTO reports (id, account, key_id, marketplace, created_at, record) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO NOTHING`, r.ID, r.Account, r.KeyID, r.Marketplace, micros(r.CreatedAt), record)
}

// Report implements intake.ReportStore.
func (s *Store) Report(ctx context.Context, id string) (intake.ReportRecord, error) {
	var r intake.ReportRecord
	var account, key string
	var record []byte
	err := s.often.row(ctx, `SELECT account, key_id, record FROM reports WHERE id = ?`, id).Scan(&account, &key, &record)
	if err != nil {
		return intake.ReportRecord{}, missing(err, "report", id)
	}
	if err := json.Unmarshal(record, &r); err != nil {
		return intake.ReportRecord{}, fmt.Errorf("%w: report %s: %w", ErrCorrupt, id, err)
	}
	r.Account, r.KeyID = account, key // not in the JSON, which is for its readers
	return r, nil
}

// BatchLine returns the report that a line of a batch led to; ok is false when
// the line is not done. Batch IDs must be unique over accounts: put the
// account into the ID.
func (s *Store) BatchLine(ctx context.Context, batchID, lineKey string) (reportID string, ok bool, err error) {
	err = s.often.row(ctx, `SELECT report_id FROM batch_lines WHERE batch_id = ? AND line_key = ?`, batchID, lineKey).Scan(&reportID)
	if errors.Is(err, sql.ErrNoRows) {
		return "", false, nil
	}
	return reportID, err == nil, plain(err)
}

// SaveBatchLine says that a line of a batch is done. The first report of a
// line stays.
func (s *Store) SaveBatchLine(ctx context.Context, batchID, lineKey, reportID string) error {
	return s.write.do(ctx, func(_ context.Context, t *tx) error {
		return t.exec(`INSERT INTO batch_lines (batch_id, line_key, report_id) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`, batchID, lineKey, reportID)
	})
}
