package local

import (
	"math"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"touchstone/index"
	"touchstone/index/local/segment"
	"touchstone/index/local/sketch"
)

// leastSketched is the shortest vector that is sketched. Fewer signs tell too little.
const leastSketched = 32

// A collection holds points in segments, which never change, and in a tail for what came since. Readers take a view, which is all
// of it as it was at one revision, and read it without any lock: no writer, and no compaction, holds up a search or changes what it sees.
type collection struct {
	space    index.Space
	rotation *sketch.Rotation // nil where vectors are not sketched
	view     atomic.Pointer[view]
	aim      atomic.Pointer[aim] // how wide sketches are read
	recent   recent              // query vectors of late
	thorough atomic.Bool         // the checkpoint under way leaves no dead points

	edit sync.Mutex   // held by those who make a new view, one at a time
	mu   sync.RWMutex // the last tail's IDs and the view change together under it; writers take it for that moment alone
}

func newCollection(s index.Space) *collection {
	c := &collection{space: s}
	if s.Dimension >= leastSketched && s.Dimension <= sketch.MaxDimension {
		c.rotation = sketch.NewRotation(s.Dimension)
	}
	c.view.Store(&view{tails: []tail{newTail()}})
	c.aim.Store(&aim{margin: theoreticalMargin})
	return c
}

// revise sets the revision that the collection had when its state was written out.
func (c *collection) revise(revision uint64) {
	v := *c.view.Load()
	v.revision = max(v.revision, revision)
	c.view.Store(&v)
}

// A change is a new view in the making. Bitsets of the old one are copied before the first bit changes.
type change struct {
	view
	own map[int]bool // places whose bitsets are ours
}

// next begins a view that follows the present one. The caller holds edit.
func (c *collection) next() *change {
	n := &change{view: *c.view.Load(), own: map[int]bool{}}
	n.revision++
	n.parts, n.tails = slices.Clone(n.parts), slices.Clone(n.tails)
	return n
}

// remove marks what an ID holds as dead.
func (n *change) remove(id string) {
	if r, found := n.find(id); found {
		n.bury(r)
	}
}

func (n *change) bury(r ref) {
	place, e := r.place(), r.entry()
	var vectors int
	if place < len(n.parts) {
		p := &n.parts[place]
		if !n.own[place] {
			p.dead = p.dead.grown(p.Vectors)
		}
		before := p.vectors
		p.bury(e)
		vectors = before - p.vectors
	} else {
		t := &n.tails[place-len(n.parts)]
		if !n.own[place] || e>>6 >= len(t.dead) {
			t.dead = t.dead.grown(len(t.entries))
		}
		t.dead.add(e, e+1)
		vectors = int(t.entries[e].vectors)
		t.points, t.vectors = t.points-1, t.vectors-vectors
	}
	n.own[place] = true
	n.points, n.vectors = n.points-1, n.vectors-vectors
}

// upsert writes points as one revision. It fails, before anything is changed, on what cannot have been written by this program.
func (c *collection) upsert(points []point) error {
	c.edit.Lock()
	defer c.edit.Unlock()
	n := c.next()
	t := &n.tails[len(n.tails)-1]
	from := len(t.entries)
	if err := t.append(points, c.space.Dimension); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for i := range points {
		e := &t.entries[from+i]
		n.remove(e.id)
		t.ids[e.id] = from + i
		t.points, t.vectors = t.points+1, t.vectors+int(e.vectors)
		n.points, n.vectors = n.points+1, n.vectors+int(e.vectors)
	}
	c.view.Store(&n.view)
	return nil
}

// delete removes points as one revision.
func (c *collection) delete(ids []string) {
	c.edit.Lock()
	defer c.edit.Unlock()
	n := c.next()
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, id := range ids {
		n.remove(id)
	}
	c.view.Store(&n.view)
}

// freeze begins a new tail, so that the old one changes no more but for its dead, and returns the view.
func (c *collection) freeze() *view {
	c.edit.Lock()
	defer c.edit.Unlock()
	v := *c.view.Load()
	if last := &v.tails[len(v.tails)-1]; len(last.entries) > 0 {
		v.tails = append(slices.Clone(v.tails), newTail())
		c.mu.Lock()
		c.view.Store(&v)
		c.mu.Unlock()
	}
	return &v
}

// exchange puts new parts in the place of what they were made from: parts and tails of an older view. What died since dies in the
// new parts too.
func (c *collection) exchange(old *view, out *selection, in []part) {
	c.edit.Lock()
	defer c.edit.Unlock()
	v := *c.view.Load()
	parts, tails := slices.Clone(in), []tail(nil)
	lost := func(id string) {
		for i := range parts[:len(in)] {
			if e, found := parts[i].find(id); found {
				parts[i].dead = parts[i].dead.grown(parts[i].Vectors)
				parts[i].bury(e)
				return
			}
		}
	}
	for i := range v.parts {
		p := &v.parts[i]
		before := out.part(old, p.Segment)
		if before == nil {
			parts = append(parts, *p)
			continue
		}
		p.dead.each(func(vector int) {
			if !before.dead.has(vector) {
				lost(p.ID(p.EntryOf(vector)))
			}
		})
	}
	for i := range v.tails {
		t := &v.tails[i]
		before := out.tail(old, t.names)
		if before == nil {
			tails = append(tails, *t)
			continue
		}
		t.dead.each(func(e int) {
			if !before.dead.has(e) {
				lost(t.entries[e].id)
			}
		})
	}
	v.parts, v.tails = parts, tails
	c.mu.Lock()
	defer c.mu.Unlock()
	c.view.Store(&v)
	runtime.KeepAlive(old)
}

// known returns those of the IDs that have points.
func (c *collection) known(ids []string) []string {
	c.mu.RLock()
	defer c.mu.RUnlock()
	v := c.view.Load()
	known := make([]string, 0, len(ids))
	for _, id := range ids {
		if _, found := v.find(id); found {
			known = append(known, id)
		}
	}
	return known
}

// holds reports whether the collection already has exactly this point.
func (c *collection) holds(p point) bool {
	c.mu.RLock()
	defer c.mu.RUnlock()
	v := c.view.Load()
	defer runtime.KeepAlive(v)
	r, found := v.find(p.id)
	if !found {
		return false
	}
	encoded, vectors := v.content(r, c.space.Dimension)
	return encoded == string(p.payload) && slices.EqualFunc(vectors, p.vectors, sameBits)
}

func sameBits(a, b float32) bool { return math.Float32bits(a) == math.Float32bits(b) }

// locate returns a view and where it has these IDs; unknown ones are left out.
func (c *collection) locate(ids []string) (*view, []ref) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	v := c.view.Load()
	found := make([]ref, 0, len(ids))
	for _, id := range ids {
		if r, ok := v.find(id); ok {
			found = append(found, r)
		}
	}
	return v, found
}

// each calls fn for all points of the present view.
func (c *collection) each(fn func(index.Point) error) error {
	v := c.view.Load()
	return v.each(func(r ref) error {
		p, err := v.export(r, c.space.Dimension)
		if err != nil {
			return err
		}
		return fn(p)
	})
}

// some calls fn for the points with these IDs.
func (c *collection) some(ids []string, fn func(index.Point) error) error {
	v, found := c.locate(ids)
	defer runtime.KeepAlive(v)
	for _, r := range found {
		p, err := v.export(r, c.space.Dimension)
		if err != nil {
			return err
		}
		if err := fn(p); err != nil {
			return err
		}
	}
	return nil
}

// info describes the collection.
func (c *collection) info(name string, sketchFrom int) index.CollectionInfo {
	v := c.view.Load()
	return index.CollectionInfo{Name: name, Space: c.space, Points: v.points, Vectors: v.vectors, Bytes: v.memory(), Revision: v.revision,
		Search: c.describe(v, sketchFrom)}
}

// close gives the memory of the present view's segments back. Nobody uses the collection any more.
func (c *collection) close() {
	v := c.view.Load()
	for i := range v.parts {
		_ = v.parts[i].Close() // unmapping what is mapped does not fail
	}
}

// A selection is what of a view goes into new segments.
type selection struct {
	parts []int
	tails []int
}

// part returns the part of the view that the selection has and that is of this segment.
func (s *selection) part(v *view, of *segment.Segment) *part {
	for _, i := range s.parts {
		if v.parts[i].Segment == of {
			return &v.parts[i]
		}
	}
	return nil
}

func (s *selection) tail(v *view, of *names) *tail {
	for _, i := range s.tails {
		if v.tails[i].names == of {
			return &v.tails[i]
		}
	}
	return nil
}
