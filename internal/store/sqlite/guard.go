package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"touchstone/internal/casework"
	"touchstone/internal/guard"
)

var _ guard.Store = (*Store)(nil)

const suppressionColumns = `id, right_id, marketplace, picture, cluster, seller, words, reason, by, created_at, expires_at, lifted_at, lifted_by, lift_reason`

func scanSuppression(row scanner) (guard.Suppression, error) {
	var s guard.Suppression
	var created int64
	var expires, lifted sql.NullInt64
	err := row.Scan(&s.ID, &s.RightID, &s.Marketplace, &s.Picture, &s.Cluster, &s.Seller, &s.Words, &s.Reason, &s.By, &created, &expires, &lifted, &s.LiftedBy, &s.LiftReason)
	s.CreatedAt, s.ExpiresAt, s.LiftedAt = moment(created), optMoment(expires), optMoment(lifted)
	return s, err
}

// AddSuppression implements guard.Store.
func (s *Store) AddSuppression(ctx context.Context, in guard.Suppression) error {
	return s.write.do(ctx, func(_ context.Context, t *tx) error {
		err := t.exec(`INSERT INTO suppressions (`+suppressionColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, '', '')`,
			in.ID, in.RightID, in.Marketplace, in.Picture, in.Cluster, in.Seller, in.Words, in.Reason, in.By, micros(in.CreatedAt), optMicros(in.ExpiresAt))
		return insertError(err, "right", in.RightID, "this suppression is there already")
	})
}

// Suppression implements guard.Store.
func (s *Store) Suppression(ctx context.Context, id string) (guard.Suppression, error) {
	out, err := scanSuppression(s.read.QueryRowContext(ctx, `SELECT `+suppressionColumns+` FROM suppressions WHERE id = ?`, id))
	if err != nil {
		return guard.Suppression{}, missing(err, "suppression", id)
	}
	return out, nil
}

// Suppressions implements guard.Store.
func (s *Store) Suppressions(ctx context.Context, q guard.SuppressionQuery) ([]guard.Suppression, error) {
	at := any(nil)
	if !q.At.IsZero() {
		at = micros(q.At)
	}
	rows, err := s.read.QueryContext(ctx, `SELECT `+suppressionColumns+` FROM suppressions WHERE id > ?1 AND (?2 = '' OR right_id = ?2)
		AND (?3 IS NULL OR lifted_at IS NULL AND (expires_at IS NULL OR expires_at > ?3)) ORDER BY id LIMIT ?4`, q.After, q.RightID, at, q.Limit)
	return collect(rows, err, scanSuppression)
}

// SuppressionsInForce implements guard.Store.
func (s *Store) SuppressionsInForce(ctx context.Context, at time.Time) ([]guard.Suppression, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT `+suppressionColumns+` FROM suppressions WHERE lifted_at IS NULL
		AND (expires_at IS NULL OR expires_at > ?) ORDER BY id`, micros(at))
	return collect(rows, err, scanSuppression)
}

// LiftSuppression implements guard.Store.
func (s *Store) LiftSuppression(ctx context.Context, id, by, reason string, at time.Time) error {
	return s.write.do(ctx, func(_ context.Context, t *tx) error {
		n, err := t.execCount(`UPDATE suppressions SET lifted_at = ?, lifted_by = ?, lift_reason = ? WHERE id = ? AND lifted_at IS NULL`, micros(at), by, reason, id)
		if err != nil || n > 0 {
			return err
		}
		var one int
		if err := t.row(`SELECT 1 FROM suppressions WHERE id = ?`, id).Scan(&one); err != nil {
			return missing(err, "suppression", id)
		}
		return fmt.Errorf("%w: the suppression %s was lifted before", casework.ErrConflict, id)
	})
}

const quarantineColumns = `id, kind, subject, right_id, state, count, created_at, decided_at, by, reason, until`

func scanQuarantine(row scanner) (guard.Quarantine, error) {
	var q guard.Quarantine
	var created int64
	var decided, until sql.NullInt64
	err := row.Scan(&q.ID, &q.Kind, &q.Subject, &q.RightID, &q.State, &q.Count, &created, &decided, &q.By, &q.Reason, &until)
	q.CreatedAt, q.DecidedAt, q.Until = moment(created), optMoment(decided), optMoment(until)
	return q, err
}

// OpenQuarantine implements guard.Store.
func (s *Store) OpenQuarantine(ctx context.Context, in guard.Quarantine) (kept guard.Quarantine, err error) {
	err = s.write.do(ctx, func(_ context.Context, t *tx) error {
		var err error
		kept, err = scanQuarantine(t.row(`SELECT `+quarantineColumns+` FROM quarantines WHERE subject = ?1 AND (state <> 'released' OR until > ?2)
			ORDER BY id DESC LIMIT 1`, in.Subject, micros(in.CreatedAt)))
		if !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		kept = in
		return t.exec(`INSERT INTO quarantines (`+quarantineColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, NULL, '', '', NULL)`,
			in.ID, in.Kind, in.Subject, in.RightID, in.State, in.Count, micros(in.CreatedAt))
	})
	return kept, err
}

// Quarantine implements guard.Store.
func (s *Store) Quarantine(ctx context.Context, id string) (guard.Quarantine, error) {
	q, err := scanQuarantine(s.read.QueryRowContext(ctx, `SELECT `+quarantineColumns+` FROM quarantines WHERE id = ?`, id))
	if err != nil {
		return guard.Quarantine{}, missing(err, "quarantine", id)
	}
	return q, nil
}

// Quarantines implements guard.Store.
func (s *Store) Quarantines(ctx context.Context, q guard.QuarantineQuery) ([]guard.Quarantine, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT `+quarantineColumns+` FROM quarantines WHERE id > ?1 AND (?2 = '' OR state = ?2) AND (?3 = '' OR kind = ?3)
		ORDER BY id LIMIT ?4`, q.After, q.State, q.Kind, q.Limit)
	return collect(rows, err, scanQuarantine)
}

// QuarantinesInForce implements guard.Store.
func (s *Store) QuarantinesInForce(ctx context.Context, at time.Time) ([]guard.Quarantine, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT `+quarantineColumns+` FROM quarantines WHERE state <> 'released' OR until > ? ORDER BY id`, micros(at))
	return collect(rows, err, scanQuarantine)
}

// DecideQuarantine implements guard.Store.
func (s *Store) DecideQuarantine(ctx context.Context, q guard.Quarantine) error {
	return s.write.do(ctx, func(_ context.Context, t *tx) error {
		n, err := t.execCount(`UPDATE quarantines SET state = ?, decided_at = ?, by = ?, reason = ?, until = ? WHERE id = ?`,
			q.State, optMicros(q.DecidedAt), q.By, q.Reason, optMicros(q.Until), q.ID)
		if err == nil && n == 0 {
			err = missing(sql.ErrNoRows, "quarantine", q.ID)
		}
		return insertError(err, "quarantine", q.ID, "its subject is in another quarantine that is in force")
	})
}

// AddMatches implements guard.Store.
func (s *Store) AddMatches(ctx context.Context, list []guard.Match, scored int, at time.Time) error {
	return s.write.do(ctx, func(_ context.Context, t *tx) error {
		err := t.exec(`INSERT INTO scored_hours (hour, scored) VALUES (?1, ?2) ON CONFLICT (hour) DO UPDATE SET scored = scored + ?2`, at.Unix()/3600, scored)
		for _, m := range list {
			if err != nil {
				break
			}
			err = t.exec(`INSERT INTO matches (reference, listing, at) VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET at = ?3`, m.Reference, m.Listing, micros(at))
		}
		return err
	})
}

// CountMatches implements guard.Store.
func (s *Store) CountMatches(ctx context.Context, references []string, from time.Time) (counts map[string]int, scored int, err error) {
	type row struct {
		reference string
		n         int
	}
	rows, err := s.read.QueryContext(ctx, `SELECT reference, count(*) FROM matches WHERE reference IN (SELECT value FROM json_each(?)) AND at >= ?
		GROUP BY reference`, list(references).text(), micros(from))
	found, err := collect(rows, err, func(r scanner) (x row, err error) { return x, r.Scan(&x.reference, &x.n) })
	if err != nil {
		return nil, 0, err
	}
	counts = make(map[string]int, len(found))
	for _, x := range found {
		counts[x.reference] = x.n
	}
	err = s.read.QueryRowContext(ctx, `SELECT coalesce(sum(scored), 0) FROM scored_hours WHERE hour >= ?`, from.Unix()/3600).Scan(&scored)
	return counts, scored, plain(err)
}

// ExpireMatches implements guard.Store.
func (s *Store) ExpireMatches(ctx context.Context, before time.Time) error {
	return s.write.do(ctx, func(_ context.Context, t *tx) error {
		if err := t.exec(`DELETE FROM matches WHERE at < ?`, micros(before)); err != nil {
			return err
		}
		return t.exec(`DELETE FROM scored_hours WHERE hour < ?`, before.Unix()/3600)
	})
}
