package local

import (
	"context"
	"fmt"
	"runtime"

	"touchstone/index"
)

// tileBytes is how many bytes of vectors are compared with every query vector before the next ones are fetched: few enough to stay
// in a core's first cache, so that the way from memory is paid once a search and not once a query vector.
const tileBytes = 32 << 10

// tileBlocks is the same for sketches, which are left to the second cache.
const tileBlocks = 64

// checkEvery is after how many tiles a search looks whether it is still wanted.
const checkEvery = 64

// A search goes over a view once, for all its query vectors. One core does a search; a service has many to spread over its cores.
type search struct {
	ctx     context.Context
	c       *collection
	v       *view
	finders []*finder
	tiles   int
	rows    []uint32 // scratch: the entries of a tile
}

var noFilter index.Filter

// newSearch prepares a search for some query vectors, which are yet to be set.
func (c *collection) newSearch(ctx context.Context, v *view, vectors, limit int) *search {
	s := &search{ctx: ctx, c: c, v: v, finders: make([]*finder, vectors)}
	for i := range s.finders {
		s.finders[i] = newFinder(c.space.Metric == index.Cosine, newTop(v, limit))
	}
	return s
}

// release gives the finders back.
func (s *search) release() {
	for _, f := range s.finders {
		f.release()
	}
}

// search answers a query out of a view.
func (c *collection) search(ctx context.Context, v *view, q index.Query, sketchFrom int) ([][]index.Hit, error) {
	defer runtime.KeepAlive(v)
	s := c.newSearch(ctx, v, len(q.Vectors), q.Limit)
	defer s.release()
	for i := range s.finders {
		s.finders[i].vector = q.Vectors[i]
	}
	if err := s.run(s.choose(q.Filter), q.Exact, sketchFrom); err != nil {
		return nil, err
	}
	if !q.Exact {
		c.recent.note(q.Vectors)
	}
	hits := make([][]index.Hit, len(s.finders))
	for i := range s.finders {
		var err error
		if hits[i], err = s.finders[i].top.hits(); err != nil {
			return nil, err
		}
	}
	return hits, nil
}

// run looks at the tails and small parts first, closely, since what is found there spares looks at the rest, and then at
// the large parts by their sketches. A filter that leaves few vectors is answered exactly.
func (s *search) run(chosen []choice, exact bool, sketchFrom int) error {
	total := 0
	for i := range chosen {
		total += chosen[i].vectors
	}
	exact = exact || s.c.rotation == nil || total < sketchFrom
	for i := range s.v.tails {
		if err := s.tail(i, chosen[len(s.v.parts)+i]); err != nil {
			return err
		}
	}
	var large []int
	for i := range s.v.parts {
		if c := &chosen[i]; exact || s.v.parts[i].Sketch == nil || c.vectors < s.v.parts[i].Vectors/closeShare {
			if err := s.part(i, c); err != nil {
				return err
			}
			continue
		}
		large = append(large, i)
	}
	if len(large) == 0 {
		return nil
	}
	return s.sketches(large, chosen)
}

// closeShare: looking closely at less than one vector in so many costs less than reading all sketches of a part.
const closeShare = 64

// wanted is called after each tile.
func (s *search) wanted() error {
	if s.tiles++; s.tiles%checkEvery == 1 && s.ctx.Err() != nil {
		return fmt.Errorf("index: search given up: %w", s.ctx.Err())
	}
	return nil
}

// tail compares the points of a tail.
func (s *search) tail(i int, c choice) error {
	t, n := &s.v.tails[i], s.c.space.Dimension
	rows := max(1, tileBytes/(4*n))
	for from := 0; from < len(t.entries); {
		if err := s.wanted(); err != nil {
			return err
		}
		s.rows = s.rows[:0]
		for room := rows; room > 0 && from < len(t.entries); from++ {
			if e := &t.entries[from]; (c.allowed == nil || c.allowed[e.payload]) && !t.dead.has(from) {
				s.rows = append(s.rows, uint32(from))
				room -= int(e.vectors)
			}
		}
		for f := range s.finders {
			for _, row := range s.rows {
				e := &t.entries[row]
				s.finders[f].compare(t.floats(e, n), refOf(len(s.v.parts)+i, int(row)))
			}
		}
	}
	return nil
}

// part compares the points of a part, as many at a time as fit a tile.
func (s *search) part(i int, c *choice) error {
	p := &s.v.parts[i]
	rows := max(1, tileBytes/(4*p.Dimension))
	s.rows = s.rows[:0]
	room := rows
	flush := func() error {
		for f := range s.finders {
			for _, e := range s.rows {
				s.finders[f].compare(p.floats(int(e)), refOf(i, int(e)))
			}
		}
		s.rows, room = s.rows[:0], rows
		return s.wanted()
	}
	for w, words := 0, (p.Vectors+63)/64; w < words; w++ {
		err := c.entries(p, w, func(e int) error {
			s.rows = append(s.rows, uint32(e))
			from, to := p.Range(e)
			if room -= to - from; room <= 0 {
				return flush()
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return flush()
}
