package local

import (
	"cmp"
	"math/bits"
	"slices"
	"sync"

	"github.com/viterin/vek/vek32"

	"touchstone/index/local/sketch"
)

// A finder finds the best points for one query vector.
type finder struct {
	vector  []float32
	cosine  bool
	top     top
	rotated []float32
	table   sketch.Table
	refiner sketch.Refiner
	soon    []later // looked at with the next tile, when they have come from memory
	passed  []later // by two signs
	later   []later // by three
}

// finders keeps what finders have grown, so that a search need not allocate it anew.
var finders = sync.Pool{New: func() any { return new(finder) }}

// newFinder returns a finder whose vector is yet to be set.
func newFinder(cosine bool, top top) *finder {
	f := finders.Get().(*finder)
	top.list, top.scores = f.top.list[:0], f.top.scores
	f.cosine, f.top = cosine, top
	return f
}

// release gives a finder back, which must not be used any more.
func (f *finder) release() {
	f.vector, f.top = nil, top{list: f.top.list, scores: f.top.scores}
	f.table.Release()
	f.refiner.Release()
	f.soon, f.passed, f.later = f.soon[:0], f.passed[:0], f.later[:0]
	finders.Put(f)
}

// A later is a vector that may be worth a closer look: what it hardly scores above is bound.
type later struct {
	bound float32
	part  uint32
	at    uint32 // the vector
}

// compare scores the vectors of one point, which lie one after the other, and offers the nearest.
func (f *finder) compare(vectors []float32, r ref) {
	n := len(f.vector)
	score, vector := vek32.Dot(vectors[:n], f.vector), 0
	for k, at := 1, n; at < len(vectors); k, at = k+1, at+n {
		if s := vek32.Dot(vectors[at:at+n], f.vector); s > score {
			score, vector = s, k
		}
	}
	f.offer(score, r, vector)
}

func (f *finder) offer(score float32, r ref, vector int) {
	if score < f.top.floor {
		return
	}
	if f.cosine {
		score = min(1, max(-1, score)) // rounding goes beyond; before ordering, so that equal scores are ordered by ID
	}
	f.top.offer(score, r, vector)
}

// look scores one vector of a part; compare, on others of its point, must not be called as well.
func (f *finder) look(v *view, place, vector int) {
	p := &v.parts[place]
	n := len(f.vector)
	score := vek32.Dot(p.Numbers[vector*n:(vector+1)*n], f.vector)
	if score < f.top.floor {
		return
	}
	e := p.EntryOf(vector)
	from, _ := p.Range(e)
	f.top.several = v.vectors > v.points
	f.offer(score, refOf(place, e), vector-from)
}

// sketches goes over the sketches of large parts. Tiles are small at first, while the scores to beat still rise fast.
func (s *search) sketches(large []int, chosen []choice) error {
	margin := s.c.aim.Load().margin
	for i := range s.finders {
		f := s.finders[i]
		f.rotated = append(f.rotated[:0], make([]float32, sketch.Padded(len(f.vector)))...)
		s.c.rotation.Apply(f.rotated, f.vector)
	}
	estimates, masks := make([]int16, tileBlocks*sketch.Lanes), make([]uint64, tileBlocks)
	tile := 1
	for _, i := range large {
		p := &s.v.parts[i]
		for k := range s.finders {
			f := s.finders[k]
			f.table.Aim(f.rotated, p.Sketch, margin)
			if len(f.passed) >= mostPassed {
				f.refine(s.v, margin)
			}
		}
		blocks := (p.Vectors + sketch.Lanes - 1) / sketch.Lanes
		for from := 0; from < blocks; {
			if err := s.wanted(); err != nil {
				return err
			}
			to := min(blocks, from+tile)
			tile = min(tileBlocks, 2*tile)
			for k := range s.finders {
				f := s.finders[k]
				f.lookSoon(s.v)
				next := p.Sketch.Share(to, min(blocks, to+tile), k, len(s.finders))
				f.table.Scan(from, to, f.table.Threshold(f.top.floor), estimates, masks, next)
				f.pick(s.v, i, from, &chosen[i], estimates, masks[:to-from])
			}
			from = to
		}
		for k := range s.finders {
			s.finders[k].lookSoon(s.v)
		}
	}
	for k := range s.finders {
		s.finders[k].refine(s.v, margin)
		s.finders[k].lookLater(s.v)
		s.finders[k].complete(s.v)
	}
	return nil
}

// complete compares the points that were found by all of their vectors: a nearer one may have been passed over.
func (f *finder) complete(v *view) {
	if !f.top.several {
		return
	}
	f.top.cut()
	found := f.top.list
	f.top = newTop(v, f.top.limit)
	for _, c := range found {
		if c.ref.place() < len(v.parts) {
			f.compare(v.parts[c.ref.place()].floats(c.ref.entry()), c.ref)
		} else {
			f.top.offer(c.score, c.ref, int(c.vector))
		}
	}
}

// pick goes over the vectors of a tile that reach the threshold. Those that promise to be among the best are looked at soon, which
// raises the score to beat; the others are put off until it has risen.
func (f *finder) pick(v *view, place, block int, c *choice, estimates []int16, masks []uint64) {
	p, slack := &v.parts[place], f.table.Slack()
	for b, mask := range masks {
		if mask == 0 {
			continue
		}
		for mask &= c.word(p, block+b); mask != 0; mask &= mask - 1 {
			i := 64*b + bits.TrailingZeros64(mask)
			bound := f.table.Bound(estimates[i])
			switch {
			case bound-slack >= f.top.floor:
				f.soon = append(f.soon, later{bound, uint32(place), uint32(64*block + i)})
				f.fetch(v, f.soon[len(f.soon)-1])
			case bound >= f.top.floor:
				f.passed = append(f.passed, later{bound, uint32(place), uint32(64*block + i)})
			}
		}
	}
}

// mostPassed is how many vectors are put off before their third signs are read, between parts.
const mostPassed = 1 << 14

// ahead is how many vectors before it is looked at a vector is fetched from memory. They lie far apart, so nobody else foresees it.
const ahead = 12

// refine reads the third signs of the vectors that passed by two, part by part as they lie, as far as they may still reach the score to beat, and keeps those that may then.
func (f *finder) refine(v *view, margin float32) {
	floor, part := f.top.floor, ^uint32(0)
	wanted := slices.DeleteFunc(f.passed, func(l later) bool { return l.bound < floor })
	for i, l := range wanted {
		if l.part != part {
			part = l.part
			f.refiner.Aim(f.rotated, v.parts[part].Sketch, margin)
		}
		if i+ahead < len(wanted) && wanted[i+ahead].part == part {
			f.refiner.Prefetch(int(wanted[i+ahead].at))
		}
		if l.bound = f.refiner.Refine(int(l.at), l.bound); l.bound >= floor {
			f.later = append(f.later, l)
		}
	}
	f.passed = f.passed[:0]
}

// lookSoon looks at the vectors that were sent for.
func (f *finder) lookSoon(v *view) {
	for _, l := range f.soon {
		if l.bound >= f.top.floor {
			f.look(v, int(l.part), int(l.at))
		}
	}
	f.soon = f.soon[:0]
}

// fetch sends for a vector.
func (f *finder) fetch(v *view, l later) {
	n := len(f.vector)
	sketch.Prefetch(v.parts[l.part].Numbers[int(l.at)*n : (int(l.at)+1)*n])
}

// lookLater looks at the vectors that passed by three signs, the most promising first, which raises the score to beat.
func (f *finder) lookLater(v *view) {
	slices.SortFunc(f.later, func(a, b later) int { return cmp.Compare(b.bound, a.bound) })
	f.lookAt(v, f.later)
	f.later = f.later[:0]
}

// lookAt looks at vectors as far as they may still be among the best.
func (f *finder) lookAt(v *view, wanted []later) {
	for i, l := range wanted {
		if i+ahead < len(wanted) {
			f.fetch(v, wanted[i+ahead])
		}
		if l.bound >= f.top.floor {
			f.look(v, int(l.part), int(l.at))
		}
	}
}
