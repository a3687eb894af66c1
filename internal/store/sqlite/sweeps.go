package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"touchstone/internal/intake"
	"touchstone/internal/sweep"
)

var _ sweep.Store = (*Store)(nil)

// sweepColumns end with what the candidates say, so that progress is what was done and never what was counted.
const sweepColumns = `id, right_id, reason, state, stage, created_at, not_before, started_at, finished_at, titles, cursor, truncated,
	attempts, problem,
	(SELECT count(*) FROM sweep_candidates c WHERE c.sweep_id = sweeps.id),
	(SELECT count(*) FROM sweep_candidates c WHERE c.sweep_id = sweeps.id AND c.outcome <> ''),
	(SELECT count(*) FROM sweep_candidates c WHERE c.sweep_id = sweeps.id AND c.outcome = 'found'),
	(SELECT count(*) FROM sweep_candidates c WHERE c.sweep_id = sweeps.id AND c.outcome = 'known')`

func scanSweep(row scanner) (sweep.Sweep, error) {
	var s sweep.Sweep
	var created, notBefore int64
	var started, finished sql.NullInt64
	err := row.Scan(&s.ID, &s.RightID, &s.Reason, &s.State, &s.Stage, &created, &notBefore, &started, &finished, &s.Titles, &s.Cursor,
		&s.Truncated, &s.Attempts, &s.Problem, &s.Candidates, &s.Scored, &s.Found, &s.Known)
	s.CreatedAt, s.NotBefore, s.StartedAt, s.FinishedAt = moment(created), moment(notBefore), optMoment(started), optMoment(finished)
	return s, err
}

// QueueSweep implements sweep.Store.
func (s *Store) QueueSweep(ctx context.Context, in sweep.Sweep) (kept sweep.Sweep, queued bool, err error) {
	err = s.write.do(ctx, func(_ context.Context, t *tx) error {
		var err error
		queued = false
		kept, err = scanSweep(t.row(`SELECT `+sweepColumns+` FROM sweeps WHERE right_id = ? AND state = 'waiting' AND started_at IS NULL
			ORDER BY id LIMIT 1`, in.RightID))
		if !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		kept, queued = in, true
		err = t.exec(`INSERT INTO sweeps (id, right_id, reason, state, stage, created_at, not_before, titles, cursor, truncated, attempts, problem, owner, lease_until)
			VALUES (?, ?, ?, ?, '', ?, ?, 0, '', 0, 0, '', '', 0)`, in.ID, in.RightID, in.Reason, in.State, micros(in.CreatedAt), micros(in.NotBefore))
		return insertError(err, "right", in.RightID, "this sweep is there already")
	})
	return kept, queued && err == nil, err
}

// Sweep implements sweep.Store.
func (s *Store) Sweep(ctx context.Context, id string) (sweep.Sweep, error) {
	out, err := scanSweep(s.read.QueryRowContext(ctx, `SELECT `+sweepColumns+` FROM sweeps WHERE id = ?`, id))
	if err != nil {
		return sweep.Sweep{}, missing(err, "sweep", id)
	}
	return out, nil
}

// Sweeps implements sweep.Store; Account is the right's.
func (s *Store) Sweeps(ctx context.Context, q sweep.Query) ([]sweep.Sweep, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT `+sweepColumns+` FROM sweeps WHERE id > ?1 AND (?2 = '' OR right_id = ?2)
		AND (?3 = '' OR right_id IN (SELECT r.id FROM rights r WHERE r.account = ?3)) AND (?4 = '' OR right_id IN (SELECT r.id FROM rights r WHERE r.holder_id = ?4))
		ORDER BY id LIMIT ?5`, q.After, q.RightID, q.Account, q.HolderID, q.Limit)
	return collect(rows, err, scanSweep)
}

// ClaimSweep implements sweep.Store.
func (s *Store) ClaimSweep(ctx context.Context, owner string, now, until time.Time) (out sweep.Sweep, ok bool, err error) {
	err = s.write.do(ctx, func(_ context.Context, t *tx) error {
		var err error
		ok = false
		out, err = scanSweep(t.row(`SELECT `+sweepColumns+` FROM sweeps WHERE state IN ('waiting', 'running') AND not_before <= ?1 AND lease_until <= ?1
			ORDER BY not_before, id LIMIT 1`, micros(now)))
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		ok = true
		return t.exec(`UPDATE sweeps SET owner = ?, lease_until = ? WHERE id = ?`, owner, micros(until), out.ID)
	})
	return out, ok && err == nil, err
}

// SaveSweep implements sweep.Store.
func (s *Store) SaveSweep(ctx context.Context, in sweep.Sweep, owner string, until time.Time) (held bool, err error) {
	err = s.write.do(ctx, func(_ context.Context, t *tx) error {
		n, err := t.execCount(`UPDATE sweeps SET state = ?, stage = ?, not_before = ?, started_at = ?, finished_at = ?, titles = ?, cursor = ?,
			truncated = ?, attempts = ?, problem = ?, lease_until = ? WHERE id = ? AND owner = ?`,
			in.State, in.Stage, micros(in.NotBefore), optMicros(in.StartedAt), optMicros(in.FinishedAt), in.Titles, in.Cursor,
			in.Truncated, in.Attempts, in.Problem, micros(until), in.ID, owner)
		held = n > 0
		return err
	})
	return held, err
}

// AddCandidates implements sweep.Store.
func (s *Store) AddCandidates(ctx context.Context, sweepID string, entries []string) error {
	return s.write.do(ctx, func(_ context.Context, t *tx) error {
		return t.exec(`INSERT INTO sweep_candidates (sweep_id, entry, outcome) SELECT ?1, value, '' FROM json_each(?2) WHERE true
			ON CONFLICT DO NOTHING`, sweepID, list(entries).text())
	})
}

// NextCandidates implements sweep.Store.
func (s *Store) NextCandidates(ctx context.Context, sweepID string, limit int) ([]string, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT entry FROM sweep_candidates WHERE sweep_id = ? AND outcome = '' ORDER BY entry LIMIT ?`, sweepID, limit)
	return collect(rows, err, func(r scanner) (e string, err error) { return e, r.Scan(&e) })
}

// FinishCandidate implements sweep.Store.
func (s *Store) FinishCandidate(ctx context.Context, sweepID, entry, outcome string, r *intake.ReportRecord, f *sweep.Finding) (as string, err error) {
	var record []byte
	if r != nil {
		if record, err = json.Marshal(r); err != nil {
			return "", fmt.Errorf("save report %s: %w", r.ID, err)
		}
	}
	err = s.write.do(ctx, func(_ context.Context, t *tx) error {
		as = outcome
		if f != nil {
			n, err := t.execCount(`INSERT INTO sweep_findings (`+findingColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
				f.ID, f.SweepID, f.RightID, f.Account, f.Entry, f.Marketplace, f.Listing, f.Seller, f.Title, f.Original, f.Probability, f.Band,
				micros(f.CreatedAt), f.ContentHash, f.Pack, f.RightState)
			if err != nil {
				return err
			}
			if n == 0 {
				as = sweep.OutcomeKnown
			} else if err := saveReport(t, *r, record); err != nil {
				return err
			}
		}
		return t.exec(`UPDATE sweep_candidates SET outcome = ? WHERE sweep_id = ? AND entry = ? AND outcome = ''`, as, sweepID, entry)
	})
	return as, err
}

const findingColumns = `id, sweep_id, right_id, account, entry, marketplace, listing, seller, title, original, probability, band, created_at,
	content_hash, pack, right_state`

// SweepFindings implements sweep.Store; Account is the listing's.
func (s *Store) SweepFindings(ctx context.Context, q sweep.Query) ([]sweep.Finding, error) {
	query, args := `SELECT `+findingColumns+` FROM sweep_findings WHERE id > ?`, []any{q.After}
	for _, c := range []struct{ column, value string }{{"sweep_id", q.SweepID}, {"right_id", q.RightID}, {"account", q.Account}} {
		if c.value != "" {
			query, args = query+" AND "+c.column+" = ?", append(args, c.value)
		}
	}
	rows, err := s.read.QueryContext(ctx, query+" ORDER BY id LIMIT ?", append(args, q.Limit)...)
	return collect(rows, err, func(r scanner) (f sweep.Finding, err error) {
		var created int64
		err = r.Scan(&f.ID, &f.SweepID, &f.RightID, &f.Account, &f.Entry, &f.Marketplace, &f.Listing, &f.Seller, &f.Title, &f.Original,
			&f.Probability, &f.Band, &created, &f.ContentHash, &f.Pack, &f.RightState)
		f.CreatedAt = moment(created)
		return f, err
	})
}

// ListingTitles implements sweep.Store.
func (s *Store) ListingTitles(ctx context.Context, after string, limit int) ([]sweep.Title, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT id, title, territories FROM listings WHERE id > ? ORDER BY id LIMIT ?`, after, limit)
	return collect(rows, err, func(r scanner) (t sweep.Title, err error) {
		var territories list
		err = r.Scan(&t.Entry, &t.Title, &territories)
		t.Territories = territories
		return t, err
	})
}

// ListingsWaiting implements sweep.Store.
func (s *Store) ListingsWaiting(ctx context.Context, until time.Time) (n int, err error) {
	err = s.read.QueryRowContext(ctx, `SELECT count(*) FROM listings WHERE indexed_as = '' AND scored_at <= ?`, micros(until)).Scan(&n)
	return n, plain(err)
}
