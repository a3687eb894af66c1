package local

import (
	"runtime"
	"slices"
	"strings"

	"touchstone/index"
	"touchstone/index/local/segment"
)

// A view is a collection at one revision. It never changes, so that readers need no lock.
type view struct {
	revision uint64
	points   int // that are alive
	vectors  int // of these
	parts    []part
	tails    []tail // the last one is written to
}

// A ref names an entry of a view: the number of its part, or behind these of its tail, and its number there.
type ref uint64

func refOf(place, entry int) ref { return ref(place)<<32 | ref(entry) }

func (r ref) place() int { return int(r >> 32) }
func (r ref) entry() int { return int(uint32(r)) }

// find returns where a living point is. The caller holds the collection's lock, as the last tail's IDs may be changing.
func (v *view) find(id string) (ref, bool) {
	defer runtime.KeepAlive(v)
	for i := len(v.tails) - 1; i >= 0; i-- {
		if e, found := v.tails[i].find(id); found {
			return refOf(len(v.parts)+i, e), true
		}
	}
	for i := range v.parts {
		if e, found := v.parts[i].find(id); found {
			return refOf(i, e), true
		}
	}
	return 0, false
}

// id returns the ID of an entry, in the view's memory.
func (v *view) id(r ref) string {
	if p := r.place(); p < len(v.parts) {
		return v.parts[p].ID(r.entry())
	}
	return v.tails[r.place()-len(v.parts)].entries[r.entry()].id
}

// content returns the encoded payload and the vectors of an entry, in the view's memory.
func (v *view) content(r ref, dimension int) (encoded string, vectors []float32) {
	if i := r.place(); i < len(v.parts) {
		p := &v.parts[i]
		return p.Encoded(p.Payload(r.entry())), p.floats(r.entry())
	}
	t := &v.tails[r.place()-len(v.parts)]
	e := &t.entries[r.entry()]
	return t.payloads[e.payload].encoded, t.floats(e, dimension)
}

// payload returns the payload of an entry, which is the caller's.
func (v *view) payload(r ref) (index.Payload, error) {
	if i := r.place(); i < len(v.parts) {
		p := &v.parts[i]
		return segment.DecodePayload([]byte(p.Encoded(p.Payload(r.entry()))))
	}
	t := &v.tails[r.place()-len(v.parts)]
	e := t.payloads[t.entries[r.entry()].payload].Payload
	e.Territories = slices.Clone(e.Territories)
	return e, nil
}

// export copies an entry for the caller.
func (v *view) export(r ref, dimension int) (index.Point, error) {
	_, floats := v.content(r, dimension)
	all := slices.Clone(floats)
	vectors := make([][]float32, 0, len(all)/dimension)
	for vector := range slices.Chunk(all, dimension) {
		vectors = append(vectors, vector)
	}
	payload, err := v.payload(r)
	return index.Point{ID: strings.Clone(v.id(r)), Vectors: vectors, Payload: payload}, err
}

// each calls fn for every living entry.
func (v *view) each(fn func(ref) error) error {
	defer runtime.KeepAlive(v)
	for i := range v.parts {
		for e := range v.parts[i].Entries {
			if v.parts[i].alive(e) {
				if err := fn(refOf(i, e)); err != nil {
					return err
				}
			}
		}
	}
	for i := range v.tails {
		for e := range v.tails[i].entries {
			if !v.tails[i].dead.has(e) {
				if err := fn(refOf(len(v.parts)+i, e)); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// memory returns about how many bytes a view takes: the segments, and the rest.
func (v *view) memory() int64 {
	n := int64(0)
	for i := range v.parts {
		n += v.parts[i].Bytes() + 8*int64(len(v.parts[i].dead))
	}
	for i := range v.tails {
		n += v.tails[i].memory() + 8*int64(len(v.tails[i].dead))
	}
	return n
}
