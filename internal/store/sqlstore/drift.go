package sqlstore

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"touchstone/internal/drift"
)

var _ drift.Store = (*Store)(nil)

// AddScores implements drift.Store.
func (s *Store) AddScores(ctx context.Context, add map[drift.Key]drift.Counts) error {
	keys := slices.SortedFunc(maps.Keys(add), func(a, b drift.Key) int { // one order for all: two writers never wait for each other
		return cmp.Or(cmp.Compare(a.Pack, b.Pack), cmp.Compare(a.Day, b.Day), cmp.Compare(a.Signal, b.Signal))
	})
	return s.transact(ctx, func(t *tx) error {
		for _, k := range keys {
			for bin, n := range add[k] {
				if n == 0 {
					continue
				}
				if _, err := t.exec(ctx, `INSERT INTO score_counts (pack, day, signal, bin, n) VALUES (?, ?, ?, ?, ?)
					ON CONFLICT (pack, day, signal, bin) DO UPDATE SET n = score_counts.n + excluded.n`, k.Pack, int64(k.Day), k.Signal, int64(bin), n); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// scoreCount is a row.
type scoreCount struct {
	signal string
	bin, n int64
}

// Scores implements drift.Store.
func (s *Store) Scores(ctx context.Context, pack string, from, to drift.Day) (map[string]drift.Counts, error) {
	rows, err := list(ctx, s.reader, func(rows Rows) (c scoreCount, err error) { return c, rows.Scan(&c.signal, &c.bin, &c.n) },
		`SELECT signal, bin, SUM(n) FROM score_counts WHERE pack = ? AND day >= ? AND day < ? GROUP BY signal, bin`, pack, int64(from), int64(to))
	out := map[string]drift.Counts{}
	for _, r := range rows {
		c := out[r.signal]
		c[min(max(r.bin, 0), drift.Bins-1)] += r.n
		out[r.signal] = c
	}
	return out, err
}
