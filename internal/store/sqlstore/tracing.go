package sqlstore

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"touchstone/internal/casework"
	"touchstone/internal/network"
	"touchstone/internal/tracing"
)

var _ tracing.Store = (*Store)(nil)

// Seller implements tracing.Store.
func (s *Store) Seller(ctx context.Context, marketplace, seller string) (tracing.Seller, error) {
	return one(ctx, s.reader, "seller", tracing.NameOf(marketplace, seller), func(rows Rows) (p tracing.Seller, err error) {
		var opened, seen int64
		err = rows.Scan(&p.Marketplace, &p.Seller, &p.Country, &p.Region, &opened, &seen)
		p.OpenedAt, p.SeenAt = optional(opened), moment(seen)
		return p, err
	}, `SELECT marketplace, seller, country, region, opened_at, seen_at FROM seller_profiles WHERE marketplace = ? AND seller = ?`, marketplace, seller)
}

// optional is a time that may not be known.
func optional(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return moment(us)
}

// DropTraits implements tracing.Store.
func (s *Store) DropTraits(ctx context.Context, seller string, traits []network.Trait) error {
	return s.transact(ctx, func(t *tx) error {
		for _, tr := range traits {
			if _, err := t.exec(ctx, `DELETE FROM seller_traits WHERE seller = ? AND kind = ? AND value = ?`, seller, string(tr.Kind), tr.Value); err != nil {
				return err
			}
		}
		return nil
	})
}

func scanHeld(rows Rows) (h tracing.Held, err error) {
	var kind string
	var verified, at int64
	err = rows.Scan(&h.Seller, &kind, &h.Value, &verified, &at)
	h.Kind, h.Verified, h.At = network.Kind(kind), verified == 1, optional(at)
	return h, err
}

// Traits implements tracing.Store.
func (s *Store) Traits(ctx context.Context, after tracing.Held, limit int) ([]tracing.Held, error) {
	return list(ctx, s.reader, scanHeld, `SELECT seller, kind, value, verified, at FROM seller_traits WHERE (seller, kind, value) > (?, ?, ?) ORDER BY seller, kind, value LIMIT ?`,
		after.Seller, string(after.Kind), after.Value, int64(limit))
}

// TraitsOf implements tracing.Store.
func (s *Store) TraitsOf(ctx context.Context, seller string) ([]tracing.Held, error) {
	return list(ctx, s.reader, scanHeld, `SELECT seller, kind, value, verified, at FROM seller_traits WHERE seller = ? ORDER BY kind, value`, seller)
}

// Sharers implements tracing.Store.
func (s *Store) Sharers(ctx context.Context, kind network.Kind, values []string) (map[string]time.Time, error) {
	out := map[string]time.Time{}
	return out, s.each(ctx, func(rows Rows) error {
		var value string
		var at int64
		err := rows.Scan(&value, &at)
		out[value] = moment(at)
		return err
	}, `SELECT t.value, MIN(t.at) FROM seller_traits t WHERE t.kind = ? AND t.value IN (SELECT value FROM json_each(?)) GROUP BY t.value`, string(kind), texts(values).text())
}

// ForgetSeller implements tracing.Store.
func (s *Store) ForgetSeller(ctx context.Context, marketplace, seller string) error {
	name := tracing.NameOf(marketplace, seller)
	return s.transact(ctx, func(t *tx) error {
		n, err := t.exec(ctx, `DELETE FROM seller_profiles WHERE marketplace = ? AND seller = ?`, marketplace, seller)
		if err != nil {
			return err
		}
		if n == 0 {
			return fmt.Errorf("%w: there is no seller %q", casework.ErrNotFound, name)
		}
		for _, q := range []string{`DELETE FROM seller_traits WHERE seller = ?`, `DELETE FROM seller_rings WHERE seller = ?`, `DELETE FROM seller_prices WHERE seller = ?`,
			`DELETE FROM sightings WHERE place = 'store' AND name = ?`} {
			if _, err := t.exec(ctx, q, name); err != nil {
				return err
			}
		}
		_, err = t.exec(ctx, `UPDATE attacks SET seller = '' WHERE marketplace = ? AND seller = ?`, marketplace, seller)
		return err
	})
}

// pairs reads two texts a row into a map.
func (s *Store) pairs(ctx context.Context, query string, args ...any) (map[string]string, error) {
	out := map[string]string{}
	return out, s.each(ctx, func(rows Rows) error {
		var key, value string
		err := rows.Scan(&key, &value)
		out[key] = value
		return err
	}, query, args...)
}

// Rings implements tracing.Store.
func (s *Store) Rings(ctx context.Context) (map[string]string, error) {
	return s.pairs(ctx, `SELECT seller, ring FROM seller_rings`)
}

// PutRings implements tracing.Store.
func (s *Store) PutRings(ctx context.Context, rings map[string]string) error {
	return s.transact(ctx, func(t *tx) error {
		for _, seller := range slices.Sorted(maps.Keys(rings)) {
			query, args := `INSERT INTO seller_rings (seller, ring) VALUES (?, ?) ON CONFLICT (seller) DO UPDATE SET ring = excluded.ring`, []any{seller, rings[seller]}
			if rings[seller] == "" {
				query, args = `DELETE FROM seller_rings WHERE seller = ?`, args[:1]
			}
			if _, err := t.exec(ctx, query, args...); err != nil {
				return err
			}
		}
		return nil
	})
}

// PutJudgement implements tracing.Store.
func (s *Store) PutJudgement(ctx context.Context, j tracing.Judgement) error {
	doc, err := encode(j)
	if err != nil {
		return err
	}
	return s.transact(ctx, func(t *tx) error {
		_, err := t.exec(ctx, `INSERT INTO link_judgements (a, b, doc) VALUES (?, ?, ?) ON CONFLICT (a, b) DO UPDATE SET doc = excluded.doc`, j.A, j.B, doc)
		return err
	})
}

// Judgements implements tracing.Store.
func (s *Store) Judgements(ctx context.Context) ([]tracing.Judgement, error) {
	return list(ctx, s.reader, scanDoc[tracing.Judgement], `SELECT doc FROM link_judgements ORDER BY a, b`)
}

// PictureNames implements tracing.Store.
func (s *Store) PictureNames(ctx context.Context, hashes []string) (map[string]string, error) {
	return s.pairs(ctx, `SELECT hash, name FROM picture_names WHERE hash IN (SELECT value FROM json_each(?))`, texts(hashes).text())
}

// Prices implements tracing.Store.
func (s *Store) Prices(ctx context.Context, seller, currency string, limit int) ([]int64, error) {
	return list(ctx, s.reader, func(rows Rows) (a int64, err error) { return a, rows.Scan(&a) },
		`SELECT amount FROM seller_prices WHERE seller = ? AND currency = ? ORDER BY amount LIMIT ?`, seller, currency, int64(limit))
}
