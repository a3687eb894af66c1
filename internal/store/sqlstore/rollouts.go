package sqlstore

import (
	"context"
	"errors"
	"fmt"

	"touchstone/internal/audit"
	"touchstone/internal/casework"
	"touchstone/internal/rollout"
)

var _ rollout.Store = (*Store)(nil)

func scanRollout(rows Rows) (r rollout.Rollout, err error) {
	doc, err := scanText(rows)
	if err != nil {
		return r, err
	}
	return r, decode(doc, &r)
}

// CreateRollout implements rollout.Store.
func (s *Store) CreateRollout(ctx context.Context, r rollout.Rollout, events ...audit.Event) error {
	return s.transact(ctx, func(t *tx) error {
		if err := t.lock(ctx, "rollouts"); err != nil {
			return err
		}
		open, is, err := t.openRollout(ctx)
		if err != nil {
			return err
		}
		if is {
			return fmt.Errorf("%w: rollout %s (%s %s) is %s; wait for its end, or stop it", rollout.ErrBusy, open.ID, open.Kind, open.To.ID(), open.State)
		}
		return t.putRollout(ctx, r, events)
	})
}

// SaveRollout implements rollout.Store.
func (s *Store) SaveRollout(ctx context.Context, r rollout.Rollout, events ...audit.Event) error {
	return s.transact(ctx, func(t *tx) error { return t.putRollout(ctx, r, events) })
}

func (t *tx) putRollout(ctx context.Context, r rollout.Rollout, events []audit.Event) error {
	doc, err := encode(r)
	if err != nil {
		return err
	}
	var cut int64
	if r.CutAt != nil {
		cut = micros(*r.CutAt)
	}
	for _, e := range events {
		t.AddAudit(e)
	}
	_, err = t.exec(ctx, `INSERT INTO rollouts (id, open, cut_at, doc) VALUES (?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET open = excluded.open, cut_at = excluded.cut_at, doc = excluded.doc`, r.ID, truth(r.Open()), cut, doc)
	return err
}

// Rollout implements rollout.Store.
func (s *Store) Rollout(ctx context.Context, id string) (rollout.Rollout, error) {
	return one(ctx, s.reader, "rollout", id, scanRollout, `SELECT doc FROM rollouts WHERE id = ?`, id)
}

// Rollouts implements rollout.Store.
func (s *Store) Rollouts(ctx context.Context, before string, limit int) ([]rollout.Rollout, error) {
	var w where
	if before != "" {
		w.add("id < ?", before)
	}
	return list(ctx, s.reader, scanRollout, `SELECT doc FROM rollouts`+w.sql+` ORDER BY id DESC LIMIT ?`, append(w.args, int64(limit))...)
}

// OpenRollout implements rollout.Store.
func (s *Store) OpenRollout(ctx context.Context) (rollout.Rollout, bool, error) {
	return s.openRollout(ctx)
}

func (r reader) openRollout(ctx context.Context) (rollout.Rollout, bool, error) {
	return r.rollout(ctx, "open", `SELECT doc FROM rollouts WHERE open = 1 ORDER BY id LIMIT 1`)
}

// LastCut implements rollout.Store.
func (s *Store) LastCut(ctx context.Context) (rollout.Rollout, bool, error) {
	return s.rollout(ctx, "cut over", `SELECT doc FROM rollouts WHERE cut_at > 0 ORDER BY cut_at DESC, id DESC LIMIT 1`)
}

// rollout reads the only one of a query; false when there is none.
func (r reader) rollout(ctx context.Context, which, query string) (rollout.Rollout, bool, error) {
	out, err := one(ctx, r, "rollout", which, scanRollout, query)
	if errors.Is(err, casework.ErrNotFound) {
		return out, false, nil
	}
	return out, err == nil, err
}

// AddDisagreement implements rollout.Store.
func (s *Store) AddDisagreement(ctx context.Context, d rollout.Disagreement) error {
	doc, err := encode(d)
	if err != nil {
		return err
	}
	return s.transact(ctx, func(t *tx) error {
		_, err := t.exec(ctx, `INSERT INTO rollout_differences (rollout_id, id, doc) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`, d.Rollout, d.ID, doc)
		return err
	})
}

// Disagreements implements rollout.Store.
func (s *Store) Disagreements(ctx context.Context, id, after string, limit int) ([]rollout.Disagreement, error) {
	return list(ctx, s.reader, scanDoc[rollout.Disagreement], `SELECT doc FROM rollout_differences WHERE rollout_id = ? AND id > ? ORDER BY id LIMIT ?`, id, after, int64(limit))
}

// Disagreement implements rollout.Store.
func (s *Store) Disagreement(ctx context.Context, of, id string) (rollout.Disagreement, error) {
	return one(ctx, s.reader, "difference", id, scanDoc[rollout.Disagreement], `SELECT doc FROM rollout_differences WHERE rollout_id = ? AND id = ?`, of, id)
}

// Audit implements rollout.Store.
func (s *Store) Audit(ctx context.Context, events ...audit.Event) error {
	return s.transact(ctx, func(t *tx) error {
		for _, e := range events {
			t.AddAudit(e)
		}
		return nil
	})
}
