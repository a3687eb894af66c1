package local

import (
	"math"
	"slices"
	"sync"
	"sync/atomic"
	"unsafe"

	"touchstone/index"
)

// A collection holds points in memory, as arrays that only grow: a changed point is written anew at the end, and what it was
// before is marked dead. Readers take a view, which is the arrays as they were at one revision, and read it without any lock: no
// writer, and no compaction, holds up a search or changes what it sees. Writers are one at a time (the driver sees to it).
type collection struct {
	space index.Space
	view  atomic.Pointer[view]

	mu       sync.RWMutex      // ids and view change together under it; writers take it for that moment alone
	ids      map[string]int    // the entry of each live point
	interned map[string]uint32 // the number of each payload, by its encoding; for writers, like all that follows
	dead     int               // vectors of dead entries
	texts    int64             // bytes of the IDs and payloads held
	logged   int64             // bytes that the live points take in the log
}

// A view is a collection at one revision. It never changes, but for the marks of entries that die later.
type view struct {
	revision uint64
	points   int // that are alive
	vectors  int // of these
	entries  []entry
	numbers  []float32 // vector i at i*dimension
	payloads []payload
	bytes    int64
}

// An entry is one state of a point.
type entry struct {
	id      string
	died    uint64 // the revision that replaced or deleted it, 0 = none; atomic, as readers look while a writer sets it
	first   int    // its first vector
	payload uint32
	vectors uint8
}

// A payload is kept once for all points that share it (the views of one product, say), so that a filter looks at it once.
type payload struct {
	index.Payload
	encoded string
}

const entryBytes = int64(unsafe.Sizeof(entry{}))

// mapBytes is about what one point costs in the map of IDs: key, number, and the map's empty room.
const mapBytes = 40

func newCollection(s index.Space) *collection {
	c := &collection{space: s, ids: map[string]int{}, interned: map[string]uint32{}}
	c.view.Store(&view{})
	return c
}

// revise sets the revision that the collection had when the log was compacted.
func (c *collection) revise(revision uint64) {
	v := *c.view.Load()
	v.revision = max(v.revision, revision)
	c.view.Store(&v)
}

// alive reports whether the entry is part of the view.
func (v *view) alive(e *entry) bool {
	died := atomic.LoadUint64(&e.died)
	return died == 0 || died > v.revision
}

// upsert writes points as one revision and returns how many bytes of the log are now without use. It fails, before anything is
// changed, on what cannot have been written by this program.
func (c *collection) upsert(points []point) (garbage int64, err error) {
	v := *c.view.Load()
	v.revision++
	from := len(v.entries)
	for _, p := range points { // behind the end of what readers see
		payload, err := c.intern(&v, p.payload)
		if err != nil {
			return 0, err
		}
		e := entry{id: p.id, first: len(v.numbers) / c.space.Dimension, payload: payload, vectors: uint8(len(p.vectors) / c.space.Dimension)}
		v.entries = append(v.entries, e)
		v.numbers = append(v.numbers, p.vectors...)
	}
	c.mu.Lock()
	for i := range points {
		e := &v.entries[from+i]
		garbage += c.remove(&v, e.id)
		c.ids[e.id] = from + i
		v.points++
		v.vectors += int(e.vectors)
		c.texts += int64(len(e.id))
		c.logged += c.loggedBytes(&v, e)
	}
	v.bytes = c.memory(&v)
	c.view.Store(&v)
	c.mu.Unlock()
	c.tidy()
	return garbage, nil
}

// delete removes points as one revision and returns how many bytes of the log are now without use.
func (c *collection) delete(ids []string) (garbage int64) {
	v := *c.view.Load()
	v.revision++
	c.mu.Lock()
	for _, id := range ids {
		garbage += c.remove(&v, id) + int64(len(id)) + 2
	}
	v.bytes = c.memory(&v)
	c.view.Store(&v)
	c.mu.Unlock()
	c.tidy()
	return garbage
}

// remove marks what the ID holds as dead from the view's revision on, and returns the bytes it took in the log.
func (c *collection) remove(v *view, id string) int64 {
	i, exists := c.ids[id]
	if !exists {
		return 0
	}
	e := &v.entries[i]
	atomic.StoreUint64(&e.died, v.revision)
	delete(c.ids, id)
	v.points--
	v.vectors -= int(e.vectors)
	c.dead += int(e.vectors)
	logged := c.loggedBytes(v, e)
	c.logged -= logged
	return logged
}

// intern returns the number of a payload.
func (c *collection) intern(v *view, encoded []byte) (uint32, error) {
	if n, known := c.interned[string(encoded)]; known {
		return n, nil
	}
	d := decoder{b: encoded}
	p, err := d.payload()
	if err != nil {
		return 0, err
	}
	return c.add(v, payload{p, string(encoded)}), nil
}

// add gives a payload a number.
func (c *collection) add(v *view, p payload) uint32 {
	n := uint32(len(v.payloads))
	v.payloads = append(v.payloads, p)
	c.interned[p.encoded] = n
	c.texts += int64(unsafe.Sizeof(p)) + 3*int64(len(p.encoded)) // the encoding, the strings in it, and the map's share
	return n
}

// tidy copies what lives into new arrays when more than 30 % of the vectors are dead. Readers of older views keep the old arrays for
// as long as they need them.
func (c *collection) tidy() {
	old := c.view.Load()
	if c.dead <= 64 || 10*c.dead <= 3*(old.vectors+c.dead) {
		return
	}
	v := *old
	v.entries, v.numbers, v.payloads = make([]entry, 0, old.points), make([]float32, 0, old.vectors*c.space.Dimension), nil
	c.interned, c.dead, c.texts = map[string]uint32{}, 0, 0
	ids := make(map[string]int, old.points)
	for i := range old.entries {
		e := &old.entries[i]
		if !old.alive(e) {
			continue
		}
		p := old.payloads[e.payload]
		n, known := c.interned[p.encoded]
		if !known {
			n = c.add(&v, p)
		}
		ids[e.id] = len(v.entries)
		v.entries = append(v.entries, entry{id: e.id, first: len(v.numbers) / c.space.Dimension, payload: n, vectors: e.vectors})
		v.numbers = append(v.numbers, c.vectors(old, e)...)
		c.texts += int64(len(e.id))
	}
	v.bytes = c.memory(&v)
	c.mu.Lock()
	c.ids = ids
	c.view.Store(&v)
	c.mu.Unlock()
}

// memory returns about how many bytes the collection holds.
func (c *collection) memory(v *view) int64 {
	return 4*int64(cap(v.numbers)) + entryBytes*int64(cap(v.entries)) + mapBytes*int64(v.points) + c.texts
}

// vectors returns the vectors of an entry, one after the other, in the view's memory.
func (c *collection) vectors(v *view, e *entry) []float32 {
	from, n := e.first*c.space.Dimension, int(e.vectors)*c.space.Dimension
	return v.numbers[from : from+n : from+n]
}

// loggedBytes is about how long the entry is in the log.
func (c *collection) loggedBytes(v *view, e *entry) int64 {
	return int64(4*int(e.vectors)*c.space.Dimension + len(v.payloads[e.payload].encoded) + len(e.id) + 4)
}

// holds reports whether the collection already has exactly this point.
func (c *collection) holds(p point) bool {
	i, exists := c.ids[p.id]
	if !exists {
		return false
	}
	v := c.view.Load()
	e := &v.entries[i]
	return v.payloads[e.payload].encoded == string(p.payload) && slices.EqualFunc(c.vectors(v, e), p.vectors, sameBits)
}

func sameBits(a, b float32) bool { return math.Float32bits(a) == math.Float32bits(b) }

// each calls fn for all points of a view.
func (c *collection) each(v *view, fn func(index.Point) error) error {
	for i := range v.entries {
		e := &v.entries[i]
		if !v.alive(e) {
			continue
		}
		if err := fn(c.export(v, e)); err != nil {
			return err
		}
	}
	return nil
}

// some calls fn for the points with these IDs.
func (c *collection) some(ids []string, fn func(index.Point) error) error {
	c.mu.RLock()
	v := c.view.Load()
	found := make([]int, 0, len(ids))
	for _, id := range ids {
		if i, exists := c.ids[id]; exists {
			found = append(found, i)
		}
	}
	c.mu.RUnlock()
	for _, i := range found {
		if err := fn(c.export(v, &v.entries[i])); err != nil {
			return err
		}
	}
	return nil
}

// export copies an entry for the caller.
func (c *collection) export(v *view, e *entry) index.Point {
	all := slices.Clone(c.vectors(v, e))
	vectors := make([][]float32, e.vectors)
	for i := range vectors {
		vectors[i] = all[i*c.space.Dimension : (i+1)*c.space.Dimension : (i+1)*c.space.Dimension]
	}
	return index.Point{ID: e.id, Vectors: vectors, Payload: v.payloads[e.payload].export()}
}

func (p payload) export() index.Payload {
	e := p.Payload
	e.Territories = slices.Clone(e.Territories)
	return e
}

// info describes the collection.
func (c *collection) info(name string) index.CollectionInfo {
	v := c.view.Load()
	return index.CollectionInfo{Name: name, Space: c.space, Points: v.points, Vectors: v.vectors, Bytes: v.bytes, Revision: v.revision}
}
