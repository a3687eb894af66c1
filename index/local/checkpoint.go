package local

import (
	"bytes"
	"errors"
	"io"
	"maps"
	"runtime"
	"slices"

	"touchstone/index/local/segment"
)

// segmentBytes is about how large the vectors of a segment become at most.
const segmentBytes = 64 << 20

// A checkpoint brings what is in tails into segments, rewrites segments that are small or have many dead points, and then forgets the
// log up to where it began. It works on views, beside readers and writers, who are held up only while the log is changed for a new one at the
// beginning and the parts for the new ones at the end.
type checkpoint struct {
	d           *driver
	manifest    *manifest
	collections []*rewriting // as the manifest lists them
}

// A rewriting is what a checkpoint does to one collection.
type rewriting struct {
	name string
	c    *collection
	view *view
	out  selection
	in   []part
}

// checkpoint does one. The caller sees to it that there is one at a time. When it fails nothing has changed but that points are in
// several tails; the next one takes them all.
func (d *driver) checkpoint() error {
	k, err := d.begin()
	if err != nil {
		return err
	}
	if err := k.rewrite(); err != nil {
		k.abandon()
		return err
	}
	if d.log != nil {
		if err := d.files.sync(); err != nil { // the segments' names come before that of the manifest that names them
			k.abandon()
			return err
		}
		if err := writeManifest(d.files, k.manifest); errors.Is(err, errRenamed) {
			return err // either manifest may be there after a loss of power, so the files of both stay
		} else if err != nil {
			k.abandon()
			return err
		}
		d.manifest = k.manifest
	}
	for _, r := range k.collections {
		if len(r.out.parts)+len(r.out.tails) > 0 {
			r.c.exchange(r.view, &r.out, r.in)
		}
	}
	if d.log != nil {
		d.files.sweep(k.manifest)
	}
	return nil
}

// begin begins a new log and keeps the views of this moment.
func (d *driver) begin() (*checkpoint, error) {
	d.write.Lock()
	defer d.write.Unlock()
	m := &manifest{aliases: map[string]string{}}
	if d.log != nil {
		if err := d.log.settle(); err != nil {
			return nil, err
		}
		m.from, m.next = d.current+1, d.manifest.next
		f, size, err := createLog(d.files, logName(m.from))
		if err != nil {
			return nil, err
		}
		d.log.replace(f, size)
		d.current = m.from
	}
	d.fresh.Store(0)
	d.mu.RLock()
	defer d.mu.RUnlock()
	maps.Copy(m.aliases, d.aliases)
	k := &checkpoint{d: d, manifest: m}
	for _, name := range slices.Sorted(maps.Keys(d.collections)) {
		c := d.collections[name]
		k.collections = append(k.collections, &rewriting{name: name, c: c, view: c.freeze()})
	}
	return k, nil
}

// rewrite writes the new segments and completes the manifest.
func (k *checkpoint) rewrite() error {
	for _, r := range k.collections {
		r.out = choose(r.view, r.c.most(), r.c.rotation != nil, r.c.thorough.Load())
		if err := k.segments(r); err != nil {
			return err
		}
		l := listed{name: r.name, space: r.c.space, revision: r.view.revision, aim: *r.c.aim.Load()}
		for i, p := range r.view.parts {
			if !slices.Contains(r.out.parts, i) {
				l.parts = append(l.parts, listedPart{p.file, p.dead})
			}
		}
		for _, p := range r.in {
			l.parts = append(l.parts, listedPart{p.file, nil})
		}
		k.manifest.collections = append(k.manifest.collections, l)
	}
	return nil
}

// most is how many vectors a segment of the collection has at most, but for those of its last point.
func (c *collection) most() int {
	return max(1, min(segment.MaxEntries, segmentBytes/(4*c.space.Dimension)))
}

// choose says what of a view goes into new segments: the tails; parts of which a fifth or more is dead, or which lack the sketches that they should
// have, as those of an earlier format do; and small parts as long as all
// that comes together is no smaller than the next of them, so that a point is written anew a few times at most while the collection grows. A
// thorough choice is of all parts with dead points and, where there are several, all small ones.
func choose(v *view, most int, sketched, thorough bool) selection {
	var s selection
	sum := 0
	for i := range v.tails {
		if t := &v.tails[i]; len(t.entries) > 0 && i < len(v.tails)-1 {
			s.tails = append(s.tails, i)
			sum += t.vectors
		}
	}
	var small []int
	for i := range v.parts {
		p := &v.parts[i]
		if 5*p.vectors <= 4*p.Vectors || p.Sketch == nil && sketched || thorough && p.vectors < p.Vectors {
			s.parts = append(s.parts, i)
			sum += p.vectors
		} else if 2*p.vectors <= most {
			small = append(small, i)
		}
	}
	slices.SortFunc(small, func(a, b int) int { return v.parts[a].vectors - v.parts[b].vectors })
	for _, i := range small {
		if n := v.parts[i].vectors; sum%most >= n && sum%most+n <= most || thorough && len(small) > 1 {
			s.parts = append(s.parts, i)
			sum += n
		}
	}
	return s
}

// segments writes what a collection's selection holds.
func (k *checkpoint) segments(r *rewriting) error {
	defer runtime.KeepAlive(r.view)
	var items []segment.Item
	for _, i := range r.out.parts {
		items = r.view.parts[i].items(items)
	}
	for _, i := range r.out.tails {
		items = r.view.tails[i].items(items, r.c.space.Dimension)
	}
	// neighbours by payload share segments, so that a filter by right finds them together
	slices.SortFunc(items, segment.Compare)
	for len(items) > 0 {
		if err := k.d.ctx.Err(); err != nil { // the index is being closed
			return err
		}
		n, vectors := 0, 0
		for n < min(len(items), segment.MaxEntries) && vectors < r.c.most() {
			vectors += len(items[n].Vectors) / r.c.space.Dimension
			n++
		}
		p, err := k.segment(r.c, items[:n])
		if err != nil {
			return err
		}
		r.in, items = append(r.in, p), items[n:]
	}
	return nil
}

// segment writes one segment, to a file or to memory, and opens it.
func (k *checkpoint) segment(c *collection, items []segment.Item) (part, error) {
	fill := func(w io.Writer) error { return segment.Write(w, c.space.Dimension, c.rotation, items) }
	if k.d.log == nil {
		var b bytes.Buffer
		b.Grow(len(items) * (4*c.space.Dimension + 128))
		if err := fill(&b); err != nil {
			return part{}, err
		}
		s, err := segment.Load(&b, b.Len())
		if err != nil {
			return part{}, err
		}
		return newPart(s, 0), nil
	}
	number := k.manifest.next
	k.manifest.next++
	if err := k.d.files.fill(segmentName(number), fill); err != nil {
		return part{}, err
	}
	s, err := segment.Open(k.d.files.path(segmentName(number)))
	if err != nil {
		return part{}, err
	}
	return newPart(s, number), nil
}

// abandon removes the segments of a checkpoint that failed.
func (k *checkpoint) abandon() {
	for _, r := range k.collections {
		for i := range r.in {
			_ = r.in[i].Close()
		}
	}
	if k.d.log != nil {
		k.d.files.sweep(k.d.manifest)
	}
}
