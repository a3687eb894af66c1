package sqlite

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"touchstone/internal/listings"
)

// SameFile implements listings.ClusterStore.
func (s *Store) SameFile(ctx context.Context, id, hash string, limit int) ([]string, error) {
	rows, err := s.often.query(ctx, `SELECT DISTINCT listing_id FROM shown_pictures WHERE hash = ? AND listing_id <> ? ORDER BY listing_id LIMIT ?`, hash, id, limit)
	return collect(rows, err, scanText)
}

func scanText(r scanner) (t string, err error) { return t, r.Scan(&t) }

// SaveBands implements listings.ClusterStore.
func (s *Store) SaveBands(ctx context.Context, bands map[string]map[int][]int) error {
	return s.write.do(ctx, func(_ context.Context, t *tx) error {
		for id, positions := range bands {
			if err := t.exec(`DELETE FROM picture_bands WHERE listing_id = ?`, id); err != nil {
				return err
			}
			for position, list := range positions {
				if len(list) == 0 {
					continue
				}
				err := t.exec(`INSERT INTO picture_bands (band, listing_id, position) SELECT value, ?1, ?2 FROM json_each(?3)
					WHERE EXISTS (SELECT 1 FROM listings WHERE id = ?1) ON CONFLICT DO NOTHING`, id, position, ints(list))
				if err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// ints is a list of numbers as a JSON array.
func ints(list []int) string {
	b, err := json.Marshal(list)
	if err != nil { // numbers always marshal
		panic(err)
	}
	return string(b)
}

// NearBands implements listings.ClusterStore.
func (s *Store) NearBands(ctx context.Context, id string, bands []int, limit int) ([]string, error) {
	var parts []string
	var args []any
	for _, band := range bands { // each by itself, for the limit
		parts = append(parts, `SELECT * FROM (SELECT listing_id || '#' || position FROM picture_bands WHERE band = ? AND listing_id <> ? LIMIT ?)`)
		args = append(args, band, id, limit)
	}
	if len(parts) == 0 {
		return nil, nil
	}
	rows, err := s.often.query(ctx, strings.Join(parts, ` UNION `)+` ORDER BY 1`, args...)
	return collect(rows, err, scanText)
}

// JoinClusters implements listings.ClusterStore.
func (s *Store) JoinClusters(ctx context.Context, joins []listings.Join) error {
	return s.write.do(ctx, func(_ context.Context, t *tx) error {
		for _, j := range joins {
			if err := join(t, j); err != nil {
				return err
			}
		}
		return nil
	})
}

func join(t *tx, j listings.Join) error {
	all := list(append([]string{j.ID}, j.Others...)).text()
	rows, err := t.query(`SELECT DISTINCT cluster FROM listings WHERE id IN (SELECT value FROM json_each(?)) ORDER BY cluster`, all)
	met, err := collect(rows, err, scanText)
	if err != nil {
		return err
	}
	if len(met) == 1 && met[0] != "" {
		return nil // they are together already
	}
	met = slices.DeleteFunc(met, func(c string) bool { return c == "" })
	cluster := j.Fresh
	if len(met) > 0 {
		cluster = met[0] // IDs sort by time
		for _, other := range met[1:] {
			if err := t.exec(`UPDATE listings SET cluster = ? WHERE cluster = ?`, cluster, other); err != nil {
				return err
			}
		}
	}
	return t.exec(`UPDATE listings SET cluster = ?1 WHERE id IN (SELECT value FROM json_each(?2)) AND cluster <> ?1`, cluster, all)
}

// Cluster implements listings.ClusterStore.
func (s *Store) Cluster(ctx context.Context, id, account, after string, limit int) (listings.Cluster, error) {
	var c listings.Cluster
	var pictures list
	if err := s.read.QueryRowContext(ctx, `SELECT cluster, pictures FROM listings WHERE id = ?`, id).Scan(&c.ID, &pictures); err != nil {
		return c, missing(err, "listing", id)
	}
	where, arg := "l.cluster = ?1", c.ID
	if c.ID == "" {
		where, arg = "l.id = ?1", id
	}
	if err := s.read.QueryRowContext(ctx, `SELECT count(*) FROM listings l WHERE `+where, arg).Scan(&c.Size); err != nil {
		return c, plain(err)
	}
	rows, err := s.read.QueryContext(ctx, `SELECT `+listingColumns+` FROM listings l WHERE `+where+` AND l.id > ?2 AND (?3 = '' OR l.account = ?3)
		ORDER BY l.id LIMIT ?4`, arg, after, account, limit)
	if c.Members, err = collect(rows, err, func(r scanner) (listings.Listing, error) { return scanListing(r) }); err != nil {
		return c, err
	}
	for _, hash := range slices.Compact(slices.Sorted(slices.Values(pictures))) {
		if hash == "" {
			continue
		}
		p := listings.SharedPicture{Hash: hash}
		err := s.read.QueryRowContext(ctx, `SELECT count(*) FROM (SELECT DISTINCT listing_id FROM shown_pictures WHERE hash = ? LIMIT ?)`,
			hash, listings.Common+1).Scan(&p.Listings)
		if err != nil {
			return c, plain(err)
		}
		c.Pictures = append(c.Pictures, p)
	}
	return c, nil
}

// PictureClusters implements listings.ClusterStore.
func (s *Store) PictureClusters(ctx context.Context, hashes []string) (map[string][]string, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT DISTINCT l.cluster, p.hash FROM shown_pictures p JOIN listings l ON l.id = p.listing_id
		WHERE p.hash IN (SELECT value FROM json_each(?)) AND l.cluster <> '' ORDER BY l.cluster, p.hash`, list(hashes).text())
	type row struct{ cluster, hash string }
	found, err := collect(rows, err, func(r scanner) (x row, err error) { return x, r.Scan(&x.cluster, &x.hash) })
	if err != nil {
		return nil, err
	}
	out := map[string][]string{}
	for _, x := range found {
		out[x.cluster] = append(out[x.cluster], x.hash)
	}
	return out, nil
}
