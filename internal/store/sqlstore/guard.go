package sqlstore

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

func scanSuppression(row Rows) (guard.Suppression, error) {
	var s guard.Suppression
	var created int64
	var expires, lifted sql.NullInt64
	err := row.Scan(&s.ID, &s.RightID, &s.Marketplace, &s.Picture, &s.Cluster, &s.Seller, &s.Words, &s.Reason, &s.By, &created, &expires, &lifted, &s.LiftedBy, &s.LiftReason)
	s.CreatedAt, s.ExpiresAt, s.LiftedAt = moment(created), optMoment(expires), optMoment(lifted)
	return s, err
}

// AddSuppression implements guard.Store.
func (s *Store) AddSuppression(ctx context.Context, in guard.Suppression) error {
	return s.transact(ctx, func(t *tx) error {
		err := t.run(ctx, `INSERT INTO suppressions (`+suppressionColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, '', '')`,
			in.ID, in.RightID, in.Marketplace, in.Picture, in.Cluster, in.Seller, in.Words, in.Reason, in.By, stamp(in.CreatedAt), optStamp(in.ExpiresAt))
		return insertError(err, "right", in.RightID, "this suppression is there already")
	})
}

// Suppression implements guard.Store.
func (s *Store) Suppression(ctx context.Context, id string) (guard.Suppression, error) {
	return one(ctx, s.reader, "suppression", id, scanSuppression, `SELECT `+suppressionColumns+` FROM suppressions WHERE id = ?`, id)
}

// Suppressions implements guard.Store.
func (s *Store) Suppressions(ctx context.Context, q guard.SuppressionQuery) ([]guard.Suppression, error) {
	var w where
	w.add("id > ?", q.After)
	w.equal("right_id", q.RightID)
	if !q.At.IsZero() {
		w.add("lifted_at IS NULL AND (expires_at IS NULL OR expires_at > ?)", stamp(q.At))
	}
	return list(ctx, s.reader, scanSuppression, `SELECT `+suppressionColumns+` FROM suppressions`+w.sql+` ORDER BY id LIMIT ?`, append(w.args, q.Limit)...)
}

// SuppressionsInForce implements guard.Store.
func (s *Store) SuppressionsInForce(ctx context.Context, at time.Time) ([]guard.Suppression, error) {
	return list(ctx, s.reader, scanSuppression, `SELECT `+suppressionColumns+` FROM suppressions WHERE lifted_at IS NULL
		AND (expires_at IS NULL OR expires_at > ?) ORDER BY id`, stamp(at))
}

// LiftSuppression implements guard.Store.
func (s *Store) LiftSuppression(ctx context.Context, id, by, reason string, at time.Time) error {
	return s.transact(ctx, func(t *tx) error {
		n, err := t.exec(ctx, `UPDATE suppressions SET lifted_at = ?, lifted_by = ?, lift_reason = ? WHERE id = ? AND lifted_at IS NULL`, stamp(at), by, reason, id)
		if err != nil || n > 0 {
			return err
		}
		if _, err := one(ctx, t.reader, "suppression", id, scanText, `SELECT id FROM suppressions WHERE id = ?`, id); err != nil {
			return err
		}
		return fmt.Errorf("%w: the suppression %s was lifted before", casework.ErrConflict, id)
	})
}

const quarantineColumns = `id, kind, subject, right_id, state, count, created_at, decided_at, by, reason, until`

func scanQuarantine(row Rows) (guard.Quarantine, error) {
	var q guard.Quarantine
	var created int64
	var decided, until sql.NullInt64
	err := row.Scan(&q.ID, &q.Kind, &q.Subject, &q.RightID, &q.State, &q.Count, &created, &decided, &q.By, &q.Reason, &until)
	q.CreatedAt, q.DecidedAt, q.Until = moment(created), optMoment(decided), optMoment(until)
	return q, err
}

// OpenQuarantine implements guard.Store.
func (s *Store) OpenQuarantine(ctx context.Context, in guard.Quarantine) (kept guard.Quarantine, err error) {
	err = s.transact(ctx, func(t *tx) error {
		err := t.lock(ctx, "quarantine "+in.Subject)
		if err != nil {
			return err
		}
		kept, err = one(ctx, t.reader, "quarantine of", in.Subject, scanQuarantine, `SELECT `+quarantineColumns+` FROM quarantines
			WHERE subject = ?1 AND (state <> 'released' OR until > ?2) ORDER BY id DESC LIMIT 1`, in.Subject, stamp(in.CreatedAt))
		if !errors.Is(err, casework.ErrNotFound) {
			return err
		}
		kept = in
		return t.run(ctx, `INSERT INTO quarantines (`+quarantineColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, NULL, '', '', NULL)`,
			in.ID, in.Kind, in.Subject, in.RightID, in.State, in.Count, stamp(in.CreatedAt))
	})
	return kept, err
}

// Quarantine implements guard.Store.
func (s *Store) Quarantine(ctx context.Context, id string) (guard.Quarantine, error) {
	return one(ctx, s.reader, "quarantine", id, scanQuarantine, `SELECT `+quarantineColumns+` FROM quarantines WHERE id = ?`, id)
}

// Quarantines implements guard.Store.
func (s *Store) Quarantines(ctx context.Context, q guard.QuarantineQuery) ([]guard.Quarantine, error) {
	return list(ctx, s.reader, scanQuarantine, `SELECT `+quarantineColumns+` FROM quarantines WHERE id > ?1 AND (?2 = '' OR state = ?2) AND (?3 = '' OR kind = ?3)
		ORDER BY id LIMIT ?4`, q.After, q.State, q.Kind, q.Limit)
}

// QuarantinesInForce implements guard.Store.
func (s *Store) QuarantinesInForce(ctx context.Context, at time.Time) ([]guard.Quarantine, error) {
	return list(ctx, s.reader, scanQuarantine, `SELECT `+quarantineColumns+` FROM quarantines WHERE state <> 'released' OR until > ? ORDER BY id`, stamp(at))
}

// DecideQuarantine implements guard.Store.
func (s *Store) DecideQuarantine(ctx context.Context, q guard.Quarantine) error {
	return s.transact(ctx, func(t *tx) error {
		n, err := t.exec(ctx, `UPDATE quarantines SET state = ?, decided_at = ?, by = ?, reason = ?, until = ? WHERE id = ?`,
			q.State, optStamp(q.DecidedAt), q.By, q.Reason, optStamp(q.Until), q.ID)
		if err == nil && n == 0 {
			err = absent("quarantine", q.ID)
		}
		return insertError(err, "quarantine", q.ID, "its subject is in another quarantine that is in force")
	})
}

// AddMatches implements guard.Store.
func (s *Store) AddMatches(ctx context.Context, found []guard.Match, scored int, at time.Time) error {
	return s.transact(ctx, func(t *tx) error {
		err := t.run(ctx, `INSERT INTO scored_hours (hour, scored) VALUES (?1, ?2) ON CONFLICT (hour) DO UPDATE SET scored = scored_hours.scored + excluded.scored`, at.Unix()/3600, scored)
		for _, m := range found {
			if err != nil {
				break
			}
			err = t.run(ctx, `INSERT INTO matches (reference, listing, at) VALUES (?, ?, ?) ON CONFLICT (reference, listing) DO UPDATE SET at = excluded.at`, m.Reference, m.Listing, stamp(at))
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
	found, err := list(ctx, s.reader, func(r Rows) (x row, err error) { return x, r.Scan(&x.reference, &x.n) },
		`SELECT reference, count(*) FROM matches WHERE reference IN (SELECT value FROM json_each(?)) AND at >= ? GROUP BY reference`,
		texts(references).text(), stamp(from))
	if err != nil {
		return nil, 0, err
	}
	counts = make(map[string]int, len(found))
	for _, x := range found {
		counts[x.reference] = x.n
	}
	scored, err = one(ctx, s.reader, "sum", "", scanNumber, `SELECT CAST(coalesce(sum(scored), 0) AS BIGINT) FROM scored_hours WHERE hour >= ?`, from.Unix()/3600)
	return counts, scored, err
}

// ExpireMatches implements guard.Store.
func (s *Store) ExpireMatches(ctx context.Context, before time.Time) error {
	return s.transact(ctx, func(t *tx) error {
		if err := t.run(ctx, `DELETE FROM matches WHERE at < ?`, stamp(before)); err != nil {
			return err
		}
		return t.run(ctx, `DELETE FROM scored_hours WHERE hour < ?`, before.Unix()/3600)
	})
}
