package local

import (
	"slices"
	"unsafe"

	"touchstone/index"
	"touchstone/index/local/segment"
)

// A tail holds the points that are in no segment yet, as arrays that only grow: a changed point is written anew at the end, and what
// it was before is marked dead. A view keeps the arrays as they were.
type tail struct {
	*names
	entries         []entry
	numbers         []float32
	payloads        []payload
	dead            bitset // by entry
	points, vectors int    // that are alive
	texts           int64  // bytes of the IDs and payloads held
}

// An entry is one state of a point.
type entry struct {
	id      string
	first   uint32 // its first vector
	payload uint32
	vectors uint8
}

// A payload is kept once for all points that share it (the views of one product, say), so that a filter looks at it once.
type payload struct {
	index.Payload
	encoded string
}

// names are what writers need of a tail. They change while the tail is the last one, under the collection's lock, and never afterwards.
type names struct {
	ids      map[string]int    // the newest entry of each ID, alive or not
	interned map[string]uint32 // the number of each payload, by its encoding
}

func newTail() tail {
	return tail{names: &names{ids: map[string]int{}, interned: map[string]uint32{}}}
}

// find returns the entry that an ID has, if it is alive.
func (t *tail) find(id string) (int, bool) {
	i, known := t.ids[id]
	return i, known && i < len(t.entries) && !t.dead.has(i)
}

// intern returns the number of a payload, by its encoding.
func (t *tail) intern(encoded []byte) (uint32, error) {
	if n, known := t.interned[string(encoded)]; known {
		return n, nil
	}
	p, err := segment.DecodePayload(encoded)
	if err != nil {
		return 0, err
	}
	n := uint32(len(t.payloads))
	t.payloads = append(t.payloads, payload{p, string(encoded)})
	t.interned[string(encoded)] = n
	t.texts += int64(unsafe.Sizeof(payload{})) + 3*int64(len(encoded)) // the encoding, the strings in it, and the map's share
	return n, nil
}

// append writes points behind the end of what readers see. It fails on what cannot have been written by this program.
func (t *tail) append(points []point, dimension int) error {
	for _, p := range points {
		n, err := t.intern(p.payload)
		if err != nil {
			return err
		}
		t.entries = append(t.entries, entry{id: p.id, first: uint32(len(t.numbers) / dimension), payload: n, vectors: uint8(len(p.vectors) / dimension)})
		t.numbers = append(t.numbers, p.vectors...)
		t.texts += int64(len(p.id))
	}
	return nil
}

// floats returns the vectors of an entry, one after the other, in the tail's memory.
func (t *tail) floats(e *entry, dimension int) []float32 {
	from, n := int(e.first)*dimension, int(e.vectors)*dimension
	return t.numbers[from : from+n : from+n]
}

// items lists what is alive, for a segment.
func (t *tail) items(to []segment.Item, dimension int) []segment.Item {
	to = slices.Grow(to, t.points)
	for i := range t.entries {
		if e := &t.entries[i]; !t.dead.has(i) {
			to = append(to, segment.Item{ID: e.id, Payload: t.payloads[e.payload].encoded, Vectors: t.floats(e, dimension)})
		}
	}
	return to
}

// memory is about how many bytes a tail takes.
func (t *tail) memory() int64 {
	const mapBytes = 40 // about what one point costs in the map of IDs: key, number, and the map's empty room
	return 4*int64(cap(t.numbers)) + int64(unsafe.Sizeof(entry{}))*int64(cap(t.entries)) + mapBytes*int64(len(t.entries)) + t.texts
}
