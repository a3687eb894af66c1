package local

import (
	"context"
	"fmt"

	"github.com/viterin/vek/vek32"

	"touchstone/index"
)

// tileBytes is how many bytes of vectors are compared with every query vector before the next ones are fetched: few enough to stay
// in a core's first cache, so that the way from memory is paid once a search and not once a query vector.
const tileBytes = 32 << 10

// checkEvery is after how many tiles a search looks whether it is still wanted.
const checkEvery = 64

// search scans a view exactly: no point that the filter lets through is passed over. One core does a search; a service has many to
// spread over its cores.
func (c *collection) search(ctx context.Context, v *view, q index.Query) ([][]index.Hit, error) {
	s := scan{dimension: c.space.Dimension, cosine: c.space.Metric == index.Cosine, view: v, allowed: v.allowed(q.Filter)}
	best := make([]top, len(q.Vectors))
	for i := range best {
		best[i] = top{view: v, limit: q.Limit}
	}
	rows := max(1, tileBytes/(4*c.space.Dimension))
	tiles := 0
	for from := 0; from < len(v.entries); tiles++ {
		if tiles%checkEvery == 0 && ctx.Err() != nil {
			return nil, fmt.Errorf("index: search given up: %w", ctx.Err())
		}
		from = s.fill(from, rows)
		for i, vector := range q.Vectors {
			s.score(vector, &best[i])
		}
	}
	hits := make([][]index.Hit, len(best))
	for i := range best {
		hits[i] = best[i].hits()
	}
	return hits, nil
}

// allowed says for each payload whether the filter lets it through; nil means all. Payloads are shared, so this looks at each once.
func (v *view) allowed(f index.Filter) []bool {
	if f.Empty() {
		return nil
	}
	s := newSieve(f)
	allowed := make([]bool, len(v.payloads))
	for i := range v.payloads {
		allowed[i] = s.matches(&v.payloads[i].Payload)
	}
	return allowed
}

// A scan goes over a view tile by tile.
type scan struct {
	dimension int
	cosine    bool
	view      *view
	allowed   []bool
	tile      []int32 // of the entries from base, those that count
	base      int
}

// fill makes a tile of the entries from here on, up to this many vectors, and returns where the next tile begins.
func (s *scan) fill(from, rows int) int {
	s.base, s.tile = from, s.tile[:0]
	for rows > 0 && from < len(s.view.entries) {
		e := &s.view.entries[from]
		if (s.allowed == nil || s.allowed[e.payload]) && s.view.alive(e) {
			s.tile = append(s.tile, int32(from-s.base))
			rows -= int(e.vectors)
		}
		from++
	}
	return from
}

// score compares one query vector with the tile.
func (s *scan) score(query []float32, best *top) {
	numbers, entries, n := s.view.numbers, s.view.entries[s.base:], s.dimension
	floor := best.floor()
	for _, i := range s.tile {
		e := &entries[i]
		at := e.first * n
		score, vector := vek32.Dot(numbers[at:at+n], query), 0
		for k := 1; k < int(e.vectors); k++ {
			at += n
			if d := vek32.Dot(numbers[at:at+n], query); d > score {
				score, vector = d, k
			}
		}
		if score < floor {
			continue
		}
		if s.cosine {
			score = min(1, max(-1, score)) // rounding goes beyond; before ordering, so that equal scores are ordered by ID
		}
		best.offer(score, s.base+int(i), vector)
		floor = best.floor()
	}
}
