package sqlstore

import (
	"context"
	"slices"
	"strings"

	"touchstone/internal/listings"
)

// SameFile implements listings.ClusterStore.
func (s *Store) SameFile(ctx context.Context, id, hash string, limit int) ([]string, error) {
	return list(Brief(ctx), s.reader, scanText, `SELECT DISTINCT listing_id FROM shown_pictures WHERE hash = ? AND listing_id <> ? ORDER BY listing_id LIMIT ?`, hash, id, limit)
}

// SaveBands implements listings.ClusterStore.
func (s *Store) SaveBands(ctx context.Context, bands map[string]map[int][]int) error {
	return s.transact(ctx, func(t *tx) error {
		for id, positions := range bands {
			there, err := list(ctx, t.reader, scanNumber, `SELECT 1 FROM listings WHERE id = ?`, id)
			if err != nil {
				return err
			}
			if len(there) == 0 { // with it went its bands
				continue
			}
			if err := t.run(ctx, `DELETE FROM picture_bands WHERE listing_id = ?`, id); err != nil {
				return err
			}
			for position, all := range positions {
				for _, band := range all {
					if err := t.run(ctx, `INSERT INTO picture_bands (band, listing_id, position) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`, band, id, position); err != nil {
						return err
					}
				}
			}
		}
		return nil
	})
}

// NearBands implements listings.ClusterStore.
func (s *Store) NearBands(ctx context.Context, id string, bands []int, limit int) ([]string, error) {
	var parts []string
	var args []any
	for _, band := range bands { // each by itself, for the limit
		parts = append(parts, `SELECT * FROM (SELECT listing_id || '#' || position AS place FROM picture_bands WHERE band = ? AND listing_id <> ? LIMIT ?) AS near`)
		args = append(args, band, id, limit)
	}
	if len(parts) == 0 {
		return nil, nil
	}
	near, err := list(Brief(ctx), s.reader, scanText, strings.Join(parts, ` UNION ALL `), args...)
	slices.Sort(near) // here, and not by the database, which would make a table of them first
	return slices.Compact(near), err
}

// ShownBy implements listings.ClusterStore.
func (s *Store) ShownBy(ctx context.Context, ids []string) (map[string][]string, error) {
	out := make(map[string][]string, len(ids))
	type row struct {
		id       string
		pictures texts
	}
	rows, err := list(ctx, s.reader, func(r Rows) (x row, err error) { return x, r.Scan(&x.id, &x.pictures) },
		`SELECT id, pictures FROM listings WHERE id IN (SELECT value FROM json_each(?))`, texts(ids).text())
	for _, x := range rows {
		out[x.id] = x.pictures
	}
	return out, err
}

// JoinClusters implements listings.ClusterStore.
func (s *Store) JoinClusters(ctx context.Context, joins []listings.Join) error {
	return s.transact(ctx, func(t *tx) error {
		if err := t.lock(ctx, "clusters"); err != nil {
			return err
		}
		for _, j := range joins {
			if err := join(ctx, t, j); err != nil {
				return err
			}
		}
		return nil
	})
}

// member is a listing and the cluster that it is in, "" for none.
type member struct{ id, cluster string }

func join(ctx context.Context, t *tx, j listings.Join) error {
	all, err := list(ctx, t.reader, func(r Rows) (m member, err error) { return m, r.Scan(&m.id, &m.cluster) },
		`SELECT l.id, l.cluster FROM json_each(?) j JOIN listings l ON l.id = j.value`, texts(append([]string{j.ID}, j.Others...)).text())
	if err != nil {
		return err
	}
	var met []string
	for _, m := range all {
		if m.cluster != "" {
			met = append(met, m.cluster)
		}
	}
	slices.Sort(met)
	met = slices.Compact(met)
	cluster := j.Fresh
	if len(met) > 0 {
		cluster = met[0] // IDs sort by time
		for _, other := range met[1:] {
			if err := t.run(ctx, `UPDATE listings SET cluster = ? WHERE cluster = ?`, cluster, other); err != nil {
				return err
			}
		}
	}
	for _, m := range all { // mostly the newest alone
		if m.cluster == "" {
			if err := t.run(ctx, `UPDATE listings SET cluster = ? WHERE id = ? AND cluster = ''`, cluster, m.id); err != nil {
				return err
			}
		}
	}
	return nil
}

// Cluster implements listings.ClusterStore.
func (s *Store) Cluster(ctx context.Context, id, account, after string, limit int) (listings.Cluster, error) {
	var pictures texts
	c, err := one(ctx, s.reader, "listing", id, func(r Rows) (c listings.Cluster, err error) { return c, r.Scan(&c.ID, &pictures) },
		`SELECT cluster, pictures FROM listings WHERE id = ?`, id)
	if err != nil {
		return c, err
	}
	where, arg := "l.cluster = ?1", c.ID
	if c.ID == "" {
		where, arg = "l.id = ?1", id
	}
	if c.Size, err = one(ctx, s.reader, "count", "", scanNumber, `SELECT count(*) FROM listings l WHERE `+where, arg); err != nil {
		return c, err
	}
	if c.Members, err = list(ctx, s.reader, scanJustListing, `SELECT `+listingColumns+` FROM listings l WHERE `+where+` AND l.id > ?2 AND (?3 = '' OR l.account = ?3)
		ORDER BY l.id LIMIT ?4`, arg, after, account, limit); err != nil {
		return c, err
	}
	for _, hash := range slices.Compact(slices.Sorted(slices.Values(pictures))) {
		if hash == "" {
			continue
		}
		n, err := one(ctx, s.reader, "count", "", scanNumber, `SELECT count(*) FROM (SELECT DISTINCT listing_id FROM shown_pictures WHERE hash = ? LIMIT ?) AS shown`,
			hash, listings.Common+1)
		if err != nil {
			return c, err
		}
		c.Pictures = append(c.Pictures, listings.SharedPicture{Hash: hash, Listings: n})
	}
	return c, nil
}

// ClusterMembers implements listings.ClusterStore.
func (s *Store) ClusterMembers(ctx context.Context, cluster, after string, limit int) ([]listings.Listing, error) {
	return list(ctx, s.reader, scanJustListing, `SELECT `+listingColumns+` FROM listings l WHERE l.cluster = ? AND l.cluster <> '' AND l.id > ? ORDER BY l.id LIMIT ?`, cluster, after, limit)
}

// PictureClusters implements listings.ClusterStore.
func (s *Store) PictureClusters(ctx context.Context, hashes []string) (map[string][]string, error) {
	type row struct{ cluster, hash string }
	found, err := list(ctx, s.reader, func(r Rows) (x row, err error) { return x, r.Scan(&x.cluster, &x.hash) },
		`SELECT DISTINCT l.cluster, p.hash FROM shown_pictures p JOIN listings l ON l.id = p.listing_id
		WHERE p.hash IN (SELECT value FROM json_each(?)) AND l.cluster <> '' ORDER BY l.cluster, p.hash`, texts(hashes).text())
	if err != nil {
		return nil, err
	}
	out := map[string][]string{}
	for _, x := range found {
		out[x.cluster] = append(out[x.cluster], x.hash)
	}
	return out, nil
}
