package local

import (
	"math/bits"

	"touchstone/index"
)

// A choice is what of a part or a tail a filter lets through.
type choice struct {
	vectors int    // how many, at most
	allowed []bool // of a tail: by payload; nil = all
	live    bitset // of a part: vectors; nil = all
}

// choose applies a filter to all of a view, dead points taken off: to the parts first, as refs count them.
func (s *search) choose(f index.Filter) []choice {
	chosen := make([]choice, 0, len(s.v.parts)+len(s.v.tails))
	for i := range s.v.parts {
		chosen = append(chosen, choosePart(&s.v.parts[i], f))
	}
	for i := range s.v.tails {
		chosen = append(chosen, chooseTail(&s.v.tails[i], f))
	}
	return chosen
}

func choosePart(p *part, f index.Filter) choice {
	payloads := p.Select(f)
	if payloads == nil && p.dead == nil {
		return choice{vectors: p.vectors}
	}
	live := bitset(nil).grown(p.Vectors)
	if payloads == nil {
		live.add(0, p.Vectors)
	} else {
		for from, end := range payloads.Ranges() { // payloads that follow each other have points that do
			first, _ := p.Group(int(from))
			_, last := p.Group(int(end) - 1)
			begin, _ := p.Range(first)
			_, over := p.Range(last - 1)
			live.add(begin, over)
		}
	}
	for i, w := range p.dead {
		live[i] &^= w
	}
	return choice{vectors: live.count(), live: live}
}

// chooseTail decides for each payload, as points share them.
func chooseTail(t *tail, f index.Filter) choice {
	c := choice{vectors: t.vectors}
	if f.Empty() {
		return c
	}
	s := newSieve(f)
	c.allowed = make([]bool, len(t.payloads))
	for i := range t.payloads {
		c.allowed[i] = s.matches(&t.payloads[i].Payload)
	}
	return c
}

// word returns which of 64 vectors of a part are chosen.
func (c *choice) word(p *part, i int) uint64 {
	if c.live != nil {
		return c.live.word(i)
	}
	if rest := p.Vectors - 64*i; rest < 64 {
		return 1<<rest - 1
	}
	return ^uint64(0)
}

// entries calls fn for the chosen points of a part whose first vector is among 64.
func (c *choice) entries(p *part, word int, fn func(int) error) error {
	for w := c.word(p, word); w != 0; w &= w - 1 {
		vector := 64*word + bits.TrailingZeros64(w)
		e := p.EntryOf(vector)
		if from, _ := p.Range(e); from != vector {
			continue
		}
		if err := fn(e); err != nil {
			return err
		}
	}
	return nil
}
