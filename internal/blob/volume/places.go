package volume

import "slices"

// A place is where a record lies: the number of its volume in this process, and its offset.
type place uint64

// offsetBits leave room for volumes of a terabyte, and for 16 million of them.
const offsetBits = 40

func placeOf(number int, at int64) place { return place(number)<<offsetBits | place(at) }

func (p place) number() int { return int(p >> offsetBits) }
func (p place) at() int64   { return int64(p & (1<<offsetBits - 1)) }

// places find records by the key of their sum. Nearly every key has one place.
type places struct {
	first map[uint64]place
	more  map[uint64][]place // further ones: bytes given again, or sums alike by chance or malice
}

func newPlaces() places { return places{first: map[uint64]place{}, more: map[uint64][]place{}} }

// add is idempotent.
func (p places) add(key uint64, at place) {
	first, ok := p.first[key]
	switch {
	case !ok:
		p.first[key] = at
	case first != at && !slices.Contains(p.more[key], at):
		p.more[key] = append(p.more[key], at)
	}
}

// of lists the places of a key, the one added last first.
func (p places) of(key uint64) []place {
	first, ok := p.first[key]
	if !ok {
		return nil
	}
	out := slices.Clone(p.more[key])
	slices.Reverse(out)
	return append(out, first)
}

func (p places) remove(key uint64, at place) {
	more := p.more[key]
	if i := slices.Index(more, at); i >= 0 {
		p.setMore(key, slices.Delete(more, i, i+1))
		return
	}
	if first, ok := p.first[key]; !ok || first != at {
		return
	}
	if len(more) == 0 {
		delete(p.first, key)
		return
	}
	p.first[key] = more[0]
	p.setMore(key, more[1:])
}

func (p places) setMore(key uint64, more []place) {
	if len(more) == 0 {
		delete(p.more, key)
		return
	}
	p.more[key] = more
}
