package sqlstore

import (
	"context"
	"fmt"
	"slices"
	"time"

	"touchstone/internal/casework"
	"touchstone/internal/network"
	"touchstone/internal/tracing"
)

func scanSighting(rows Rows) (g network.Sighting, err error) {
	var place string
	var at int64
	err = rows.Scan(&g.What, &place, &g.Node.Name, &at)
	g.Node.Place, g.At = network.Place(place), moment(at)
	return g, err
}

// SightingsOf implements tracing.Store.
func (s *Store) SightingsOf(ctx context.Context, nodes []network.Node, limit int) ([]network.Sighting, error) {
	var out []network.Sighting
	for _, n := range nodes {
		some, err := list(ctx, s.reader, scanSighting, `SELECT what, place, name, at FROM sightings WHERE place = ? AND name = ? ORDER BY at, what LIMIT ?`, string(n.Place), n.Name, int64(limit))
		if err != nil {
			return nil, err
		}
		out = append(out, some...)
	}
	return out, nil
}

// SightingsWhat implements tracing.Store.
func (s *Store) SightingsWhat(ctx context.Context, whats []string, limit int) ([]network.Sighting, error) {
	var out []network.Sighting
	for _, what := range whats {
		some, err := list(ctx, s.reader, scanSighting, `SELECT what, place, name, at FROM sightings WHERE what = ? ORDER BY place, name LIMIT ?`, what, int64(limit))
		if err != nil {
			return nil, err
		}
		out = append(out, some...)
	}
	return out, nil
}

// AddFlow implements tracing.Store.
func (s *Store) AddFlow(ctx context.Context, id, by string, f network.Flow) error {
	return s.transact(ctx, func(t *tx) error {
		_, err := t.exec(ctx, `INSERT INTO flows (id, from_place, from_name, to_place, to_name, known, what, at, by_whom) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`,
			id, string(f.From.Place), f.From.Name, string(f.To.Place), f.To.Name, truth(f.Known), f.What, micros(f.At), by)
		return err
	})
}

// FlowsTo implements tracing.Store.
func (s *Store) FlowsTo(ctx context.Context, nodes []network.Node, limit int) ([]network.Flow, error) {
	var out []network.Flow
	for _, n := range nodes {
		some, err := list(ctx, s.reader, func(rows Rows) (f network.Flow, err error) {
			var place string
			var known, at int64
			err = rows.Scan(&place, &f.From.Name, &known, &f.What, &at)
			f.From.Place, f.To, f.Known, f.At = network.Place(place), n, known == 1, optional(at)
			return f, err
		}, `SELECT from_place, from_name, known, what, at FROM flows WHERE to_place = ? AND to_name = ? ORDER BY id LIMIT ?`, string(n.Place), n.Name, int64(limit))
		if err != nil {
			return nil, err
		}
		out = append(out, some...)
	}
	return out, nil
}

// attackKeys are the columns that attacks are counted by.
var attackKeys = map[string]string{"right": "right_id", "goods": "goods", "form": "form", "marketplace": "marketplace"}

// CountAttacks implements tracing.Store. A listing counts once, whatever signals saw it.
func (s *Store) CountAttacks(ctx context.Context, by, right string, before, from, to time.Time, limit int) ([]tracing.Count, error) {
	key, ok := attackKeys[by]
	if !ok {
		return nil, fmt.Errorf("attacks are not counted by %q", by)
	}
	var w where
	w.add("at >= ?", micros(before))
	w.add("at < ?", micros(to))
	w.add(key + " <> ''")
	w.equal("right_id", right)
	f := micros(from)
	args := append([]any{f, f, f, f}, w.args...)
	return list(ctx, s.reader, func(rows Rows) (c tracing.Count, err error) {
		var now, earlier, sellers, first int64
		err = rows.Scan(&c.Key, &now, &earlier, &sellers, &first, &c.Example, &c.Word)
		c.Now, c.Before, c.SellersNow, c.FirstAt = int(now), int(earlier), int(sellers), moment(first)
		return c, err
	}, `SELECT `+key+`, COUNT(DISTINCT CASE WHEN at >= ? THEN listing_id END) AS here, COUNT(DISTINCT CASE WHEN at < ? THEN listing_id END),
		COUNT(DISTINCT CASE WHEN at >= ? AND seller <> '' THEN marketplace || '/' || seller END), MIN(at), COALESCE(MAX(CASE WHEN at >= ? THEN listing_id END), ''), MAX(word)
		FROM attacks`+w.sql+` GROUP BY `+key+` HAVING COUNT(DISTINCT CASE WHEN at >= ? THEN listing_id END) > 0 ORDER BY here DESC, `+key+` LIMIT ?`, append(args, f, int64(limit))...)
}

// DropAttacks implements tracing.Store.
func (s *Store) DropAttacks(ctx context.Context, before time.Time) error {
	return s.transact(ctx, func(t *tx) error {
		_, err := t.exec(ctx, `DELETE FROM attacks WHERE at < ?`, micros(before))
		return err
	})
}

// AddAlert implements tracing.Store.
func (s *Store) AddAlert(ctx context.Context, a tracing.Alert) error {
	doc, err := encode(a)
	if err != nil {
		return err
	}
	return s.transact(ctx, func(t *tx) error {
		_, err := t.exec(ctx, `INSERT INTO attack_alerts (id, right_id, at, doc) VALUES (?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`, a.ID, a.Right, micros(a.At), doc)
		return err
	})
}

// Alerts implements tracing.Store.
func (s *Store) Alerts(ctx context.Context, rights []string, since time.Time, limit int) ([]tracing.Alert, error) {
	var w where
	w.add("at >= ?", micros(since))
	if len(rights) > 0 {
		w.add("right_id IN (SELECT value FROM json_each(?))", texts(rights).text())
	}
	return list(ctx, s.reader, scanDoc[tracing.Alert], `SELECT doc FROM attack_alerts`+w.sql+` ORDER BY at DESC, id DESC LIMIT ?`, append(w.args, int64(limit))...)
}

// AddFamily implements tracing.Store.
func (s *Store) AddFamily(ctx context.Context, f tracing.Family) error {
	doc, err := encode(f)
	if err != nil {
		return err
	}
	return s.transact(ctx, func(t *tx) error {
		if _, err := t.exec(ctx, `INSERT INTO families (id, ended, doc) VALUES (?, 0, ?)`, f.ID, doc); err != nil {
			return err
		}
		for _, seller := range slices.Sorted(slices.Values(f.Sellers)) {
			n, err := t.exec(ctx, `INSERT INTO family_members (marketplace, seller, family) VALUES (?, ?, ?) ON CONFLICT (marketplace, seller) DO NOTHING`, f.Marketplace, seller, f.ID)
			if err != nil {
				return err
			}
			if n == 0 {
				return fmt.Errorf("%w: store %q is in a family already; end that one first", casework.ErrConflict, seller)
			}
		}
		return nil
	})
}

// EndFamily implements tracing.Store.
func (s *Store) EndFamily(ctx context.Context, id, by string, at time.Time) (f tracing.Family, err error) {
	err = s.transact(ctx, func(t *tx) error {
		if f, err = one(ctx, t.reader, "family", id, scanDoc[tracing.Family], `SELECT doc FROM families WHERE id = ?`, id); err != nil {
			return err
		}
		if f.EndedAt != nil {
			return fmt.Errorf("%w: family %s has ended", casework.ErrConflict, id)
		}
		f.EndedBy, f.EndedAt = by, &at
		doc, err := encode(f)
		if err != nil {
			return err
		}
		if _, err := t.exec(ctx, `UPDATE families SET ended = 1, doc = ? WHERE id = ?`, doc, id); err != nil {
			return err
		}
		_, err = t.exec(ctx, `DELETE FROM family_members WHERE family = ?`, id)
		return err
	})
	return f, err
}

// FamilyOf implements tracing.Store.
func (s *Store) FamilyOf(ctx context.Context, marketplace, seller string) (tracing.Family, error) {
	return one(ctx, s.reader, "family of", seller, scanDoc[tracing.Family],
		`SELECT f.doc FROM family_members m JOIN families f ON f.id = m.family WHERE m.marketplace = ? AND m.seller = ?`, marketplace, seller)
}

// Families implements tracing.Store.
func (s *Store) Families(ctx context.Context, after string, limit int) ([]tracing.Family, error) {
	return list(ctx, s.reader, scanDoc[tracing.Family], `SELECT doc FROM families WHERE ended = 0 AND id > ? ORDER BY id LIMIT ?`, after, int64(limit))
}

// Kin implements followup.Reader.
func (r reader) Kin(ctx context.Context, marketplace, seller string) ([]string, error) {
	return list(ctx, r, scanText, `SELECT o.seller FROM family_members m JOIN family_members o ON o.family = m.family WHERE m.marketplace = ? AND m.seller = ? AND o.seller <> ? ORDER BY o.seller`,
		marketplace, seller, seller)
}
