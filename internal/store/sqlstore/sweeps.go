package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"touchstone/internal/casework"
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

func scanSweep(row Rows) (sweep.Sweep, error) {
	var s sweep.Sweep
	var created, notBefore, truncated int64
	var started, finished sql.NullInt64
	err := row.Scan(&s.ID, &s.RightID, &s.Reason, &s.State, &s.Stage, &created, &notBefore, &started, &finished, &s.Titles, &s.Cursor,
		&truncated, &s.Attempts, &s.Problem, &s.Candidates, &s.Scored, &s.Found, &s.Known)
	s.CreatedAt, s.NotBefore, s.StartedAt, s.FinishedAt = moment(created), moment(notBefore), optMoment(started), optMoment(finished)
	s.Truncated = truncated == 1
	return s, err
}

// QueueSweep implements sweep.Store.
func (s *Store) QueueSweep(ctx context.Context, in sweep.Sweep) (kept sweep.Sweep, queued bool, err error) {
	err = s.transact(ctx, func(t *tx) error {
		queued = false
		err := t.lock(ctx, "sweep of "+in.RightID)
		if err != nil {
			return err
		}
		kept, err = one(ctx, t.reader, "sweep of", in.RightID, scanSweep, `SELECT `+sweepColumns+` FROM sweeps
			WHERE right_id = ? AND state = 'waiting' AND started_at IS NULL ORDER BY id LIMIT 1`, in.RightID)
		if !errors.Is(err, casework.ErrNotFound) {
			return err
		}
		kept, queued = in, true
		err = t.run(ctx, `INSERT INTO sweeps (id, right_id, reason, state, stage, created_at, not_before, titles, cursor, truncated, attempts, problem, owner, lease_until)
			VALUES (?, ?, ?, ?, '', ?, ?, 0, '', 0, 0, '', '', 0)`, in.ID, in.RightID, in.Reason, in.State, stamp(in.CreatedAt), stamp(in.NotBefore))
		return insertError(err, "right", in.RightID, "this sweep is there already")
	})
	return kept, queued && err == nil, err
}

// Sweep implements sweep.Store.
func (s *Store) Sweep(ctx context.Context, id string) (sweep.Sweep, error) {
	return one(ctx, s.reader, "sweep", id, scanSweep, `SELECT `+sweepColumns+` FROM sweeps WHERE id = ?`, id)
}

// Sweeps implements sweep.Store; Account is the right's.
func (s *Store) Sweeps(ctx context.Context, q sweep.Query) ([]sweep.Sweep, error) {
	return list(ctx, s.reader, scanSweep, `SELECT `+sweepColumns+` FROM sweeps WHERE id > ?1 AND (?2 = '' OR right_id = ?2)
		AND (?3 = '' OR right_id IN (SELECT r.id FROM rights r WHERE r.account = ?3)) AND (?4 = '' OR right_id IN (SELECT r.id FROM rights r WHERE r.holder_id = ?4))
		ORDER BY id LIMIT ?5`, q.After, q.RightID, q.Account, q.HolderID, q.Limit)
}

// ClaimSweep implements sweep.Store.
func (s *Store) ClaimSweep(ctx context.Context, owner string, now, until time.Time) (out sweep.Sweep, ok bool, err error) {
	err = s.transact(ctx, func(t *tx) error {
		var err error
		ok = false
		out, err = one(ctx, t.reader, "sweep", "", scanSweep, `SELECT `+sweepColumns+` FROM sweeps
			WHERE state IN ('waiting', 'running') AND not_before <= ?1 AND lease_until <= ?1 ORDER BY not_before, id LIMIT 1 `+t.dialect.SkipLocked, stamp(now))
		if errors.Is(err, casework.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		ok = true
		return t.run(ctx, `UPDATE sweeps SET owner = ?, lease_until = ? WHERE id = ?`, owner, stamp(until), out.ID)
	})
	return out, ok && err == nil, err
}

// SaveSweep implements sweep.Store.
func (s *Store) SaveSweep(ctx context.Context, in sweep.Sweep, owner string, until time.Time) (held bool, err error) {
	err = s.transact(ctx, func(t *tx) error {
		n, err := t.exec(ctx, `UPDATE sweeps SET state = ?, stage = ?, not_before = ?, started_at = ?, finished_at = ?, titles = ?, cursor = ?,
			truncated = ?, attempts = ?, problem = ?, lease_until = ? WHERE id = ? AND owner = ?`,
			in.State, in.Stage, stamp(in.NotBefore), optStamp(in.StartedAt), optStamp(in.FinishedAt), in.Titles, in.Cursor,
			truth(in.Truncated), in.Attempts, in.Problem, stamp(until), in.ID, owner)
		held = n > 0
		return err
	})
	return held, err
}

// AddCandidates implements sweep.Store.
func (s *Store) AddCandidates(ctx context.Context, sweepID string, entries []string) error {
	return s.transact(ctx, func(t *tx) error {
		return t.run(ctx, `INSERT INTO sweep_candidates (sweep_id, entry, outcome) SELECT ?1, value, '' FROM json_each(?2) WHERE true
			ON CONFLICT DO NOTHING`, sweepID, texts(entries).text())
	})
}

// NextCandidates implements sweep.Store.
func (s *Store) NextCandidates(ctx context.Context, sweepID string, limit int) ([]string, error) {
	return list(ctx, s.reader, func(r Rows) (e string, err error) { return e, r.Scan(&e) }, `SELECT entry FROM sweep_candidates WHERE sweep_id = ? AND outcome = '' ORDER BY entry LIMIT ?`, sweepID, limit)
}

// FinishCandidate implements sweep.Store.
func (s *Store) FinishCandidate(ctx context.Context, sweepID, entry, outcome string, r *intake.ReportRecord, f *sweep.Finding) (as string, err error) {
	var record []byte
	if r != nil {
		if record, err = packReport(*r); err != nil {
			return "", err
		}
	}
	err = s.transact(ctx, func(t *tx) error {
		as = outcome
		if f != nil {
			n, err := t.exec(ctx, `INSERT INTO sweep_findings (`+findingColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
				f.ID, f.SweepID, f.RightID, f.Account, f.Entry, f.Marketplace, f.Listing, f.Seller, f.Title, f.Original, f.Probability, f.Band,
				stamp(f.CreatedAt), f.ContentHash, f.Pack, f.RightState)
			if err != nil {
				return err
			}
			if n == 0 {
				as = sweep.OutcomeKnown
			} else if err := saveReport(ctx, t, *r, record); err != nil {
				return err
			}
		}
		return t.run(ctx, `UPDATE sweep_candidates SET outcome = ? WHERE sweep_id = ? AND entry = ? AND outcome = ''`, as, sweepID, entry)
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
	return list(ctx, s.reader, func(r Rows) (f sweep.Finding, err error) {
		var created int64
		err = r.Scan(&f.ID, &f.SweepID, &f.RightID, &f.Account, &f.Entry, &f.Marketplace, &f.Listing, &f.Seller, &f.Title, &f.Original,
			&f.Probability, &f.Band, &created, &f.ContentHash, &f.Pack, &f.RightState)
		f.CreatedAt = moment(created)
		return f, err
	}, query+" ORDER BY id LIMIT ?", append(args, q.Limit)...)
}

// ListingTitles implements sweep.Store.
func (s *Store) ListingTitles(ctx context.Context, after string, limit int) ([]sweep.Title, error) {
	return list(ctx, s.reader, func(r Rows) (t sweep.Title, err error) {
		var territories texts
		err = r.Scan(&t.Entry, &t.Title, &territories)
		t.Territories = territories
		return t, err
	}, `SELECT id, title, territories FROM listings WHERE id > ? ORDER BY id LIMIT ?`, after, limit)
}

// ListingsWaiting implements sweep.Store.
func (s *Store) ListingsWaiting(ctx context.Context, until time.Time) (n int, err error) {
	return one(ctx, s.reader, "count", "", scanNumber, `SELECT count(*) FROM listings WHERE indexed_as = '' AND scored_at <= ?`, stamp(until))
}
