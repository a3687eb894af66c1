package sqlstore

import (
	"context"
	"slices"
	"strings"
	"time"

	"touchstone/internal/jobs"
)

const jobColumns = `id, kind, payload, run_at, state, attempts, problem, created_at`

func scanJob(rows Rows) (j jobs.Job, err error) {
	var runAt, created int64
	var payload string
	err = rows.Scan(&j.ID, &j.Kind, &payload, &runAt, &j.State, &j.Attempts, &j.Problem, &created)
	j.Payload, j.RunAt, j.CreatedAt = []byte(payload), moment(runAt), moment(created)
	return j, err
}

// Enqueue implements jobs.Queue.
func (t *tx) Enqueue(ctx context.Context, j jobs.Job) error {
	return t.later(ctx, `INSERT INTO jobs (`+jobColumns+`, owner, lease_until) VALUES (?, ?, ?, ?, ?, ?, ?, ?, '', 0) ON CONFLICT DO NOTHING`,
		j.ID, j.Kind, string(j.Payload), micros(j.RunAt), jobs.Waiting, int64(j.Attempts), j.Problem, micros(j.CreatedAt))
}

// Enqueue implements jobs.Queue.
func (s *Store) Enqueue(ctx context.Context, j jobs.Job) error {
	return s.transact(ctx, func(t *tx) error { return t.Enqueue(ctx, j) })
}

// due reads jobs that can be leased, of each kind by its index.
func (r reader) due(ctx context.Context, kinds []string, now time.Time, limit int, lock bool) ([]jobs.Job, error) {
	var all []jobs.Job
	for _, kind := range kinds {
		query := `SELECT ` + jobColumns + ` FROM jobs WHERE state = 'waiting' AND kind = ? AND run_at <= ? AND lease_until <= ? ORDER BY run_at, id LIMIT ?`
		if lock {
			query += " " + r.dialect.SkipLocked
		}
		part, err := list(ctx, r, scanJob, query, kind, micros(now), micros(now), int64(limit))
		if err != nil {
			return nil, err
		}
		all = append(all, part...)
	}
	slices.SortFunc(all, func(a, b jobs.Job) int {
		if c := a.RunAt.Compare(b.RunAt); c != 0 {
			return c
		}
		return strings.Compare(a.ID, b.ID)
	})
	return all[:min(limit, len(all))], nil
}

// ClaimJobs implements jobs.Store. It looks before it writes, so that an idle runner costs no transaction.
func (s *Store) ClaimJobs(ctx context.Context, owner string, kinds []string, now, until time.Time, limit int) (out []jobs.Job, err error) {
	if some, err := s.due(ctx, kinds, now, 1, false); err != nil || len(some) == 0 {
		return nil, err
	}
	err = s.transact(ctx, func(t *tx) error {
		var err error
		if out, err = t.due(ctx, kinds, now, limit, true); err != nil {
			return err
		}
		for i := range out {
			out[i].Attempts++
			if _, err := t.exec(ctx, `UPDATE jobs SET owner = ?, lease_until = ?, attempts = ? WHERE id = ?`, owner, micros(until), int64(out[i].Attempts), out[i].ID); err != nil {
				return err
			}
		}
		return nil
	})
	return out, err
}

// FinishJob implements jobs.Store.
func (s *Store) FinishJob(ctx context.Context, id, owner string) error {
	return s.transact(ctx, func(t *tx) error {
		_, err := t.exec(ctx, `DELETE FROM jobs WHERE id = ? AND owner = ?`, id, owner)
		return err
	})
}

// PutBackJob implements jobs.Store.
func (s *Store) PutBackJob(ctx context.Context, j jobs.Job, owner string) error {
	return s.transact(ctx, func(t *tx) error {
		_, err := t.exec(ctx, `UPDATE jobs SET run_at = ?, state = ?, attempts = ?, problem = ?, owner = '', lease_until = 0 WHERE id = ? AND owner = ?`,
			micros(j.RunAt), j.State, int64(j.Attempts), j.Problem, j.ID, owner)
		return err
	})
}

// DeadJobs implements jobs.Store.
func (s *Store) DeadJobs(ctx context.Context, after string, limit int) ([]jobs.Job, error) {
	return list(ctx, s.reader, scanJob, `SELECT `+jobColumns+` FROM jobs WHERE state = 'dead' AND id > ? ORDER BY id LIMIT ?`, after, int64(limit))
}

// ReviveJob implements jobs.Store.
func (s *Store) ReviveJob(ctx context.Context, id string, at time.Time) (ok bool, err error) {
	err = s.transact(ctx, func(t *tx) error {
		n, err := t.exec(ctx, `UPDATE jobs SET state = 'waiting', attempts = 0, run_at = ? WHERE id = ? AND state = 'dead'`, micros(at), id)
		ok = n > 0
		return err
	})
	return ok && err == nil, err
}
