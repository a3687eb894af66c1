package local

import (
	"math/bits"
	"slices"

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
	later   []later
}

// A later is a vector that may be worth a closer look: what it hardly scores above is bound.
type later struct {
	bound float32
	part  uint32
	at    uint32 // the vector
}

// mostLater is how many of them are kept before they are looked at.
const mostLater = 1 << 16

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
		f := &s.finders[i]
		f.rotated = make([]float32, sketch.Padded(len(f.vector)))
		s.c.rotation.Apply(f.rotated, f.vector)
	}
	estimates, masks := make([]int16, tileBlocks*sketch.Lanes), make([]uint64, tileBlocks)
	tile := 1
	for _, i := range large {
		p := &s.v.parts[i]
		for k := range s.finders {
			s.finders[k].table.Aim(s.finders[k].rotated, p.Sketch, margin)
		}
		blocks := (p.Vectors + sketch.Lanes - 1) / sketch.Lanes
		for from := 0; from < blocks; {
			if err := s.wanted(); err != nil {
				return err
			}
			to := min(blocks, from+tile)
			for k := range s.finders {
				f := &s.finders[k]
				f.table.Scan(from, to, f.table.Threshold(f.top.floor), estimates, masks)
				f.pick(s.v, i, from, &chosen[i], estimates, masks[:to-from])
			}
			from, tile = to, min(tileBlocks, 2*tile)
		}
	}
	for k := range s.finders {
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

// pick goes over the vectors of a tile that reach the threshold. Those that promise to be among the best are looked at now, which
// raises the score to beat; the others later, when it has risen.
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
				f.look(v, place, 64*block+i)
			case bound >= f.top.floor:
				f.later = append(f.later, later{bound, uint32(place), uint32(64*block + i)})
			}
		}
	}
	if len(f.later) >= mostLater {
		f.lookLater(v)
	}
}

// ahead is how many vectors before it is looked at a vector is fetched from memory. They lie far apart, so nobody else foresees it.
const ahead = 12

// lookLater looks at the vectors put off, as far as they may still reach the score to beat: first at those that promise the most, which raise it.
func (f *finder) lookLater(v *view) {
	floor := f.top.floor
	wanted := slices.DeleteFunc(f.later, func(l later) bool { return l.bound < floor })
	hopeful := floor + f.table.Slack()*2/3
	first := 0
	for i, l := range wanted {
		if l.bound >= hopeful {
			wanted[first], wanted[i] = l, wanted[first]
			first++
		}
	}
	f.lookAt(v, wanted[:first])
	floor = f.top.floor
	f.lookAt(v, slices.DeleteFunc(wanted[first:], func(l later) bool { return l.bound < floor }))
	f.later = f.later[:0]
}

// lookAt looks at vectors as far as they may still be among the best.
func (f *finder) lookAt(v *view, wanted []later) {
	for i, l := range wanted {
		if i+ahead < len(wanted) {
			next, n := wanted[i+ahead], len(f.vector)
			sketch.Prefetch(v.parts[next.part].Numbers[int(next.at)*n : (int(next.at)+1)*n])
		}
		if l.bound >= f.top.floor {
			f.look(v, int(l.part), int(l.at))
		}
	}
}
