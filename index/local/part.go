package local

import (
	"slices"

	"touchstone/index/local/segment"
)

// A part is a segment as a view sees it: less the points that were changed or deleted since it was written.
type part struct {
	*segment.Segment
	file            uint64 // the number of its file; 0 = memory only
	dead            bitset // by vector
	points, vectors int    // that are alive
}

func newPart(s *segment.Segment, file uint64) part {
	return part{Segment: s, file: file, points: s.Entries, vectors: s.Vectors}
}

// bury marks the vectors of a point as dead. The bitset must be the caller's own.
func (p *part) bury(entry int) {
	from, to := p.Range(entry)
	p.dead.add(from, to)
	p.points--
	p.vectors -= to - from
}

// alive reports whether a point is.
func (p *part) alive(entry int) bool {
	from, _ := p.Range(entry)
	return !p.dead.has(from)
}

// find returns the point with an ID, if it is alive.
func (p *part) find(id string) (int, bool) {
	e, found := p.Find(id)
	return e, found && p.alive(e)
}

// floats returns the vectors of a point, one after the other, in the segment's memory.
func (p *part) floats(entry int) []float32 {
	from, to := p.Range(entry)
	return p.Numbers[from*p.Dimension : to*p.Dimension : to*p.Dimension]
}

// items lists what is alive, for another segment. They lie in this one's memory.
func (p *part) items(to []segment.Item) []segment.Item {
	to = slices.Grow(to, p.points)
	for group := range p.Payloads {
		from, end := p.Group(group)
		for e := from; e < end; e++ {
			if p.alive(e) {
				to = append(to, segment.Item{ID: p.ID(e), Payload: p.Encoded(group), Vectors: p.floats(e)})
			}
		}
	}
	return to
}
