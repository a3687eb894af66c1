package local

import (
	"errors"
	"io"
	"maps"
	"slices"
)

// compactFrame is about how many bytes a frame of a compacted log has.
const compactFrame = 1 << 20

// compactLog writes a new log of what lives when more than 30 % of the old one has no use. The caller holds write. A failure is no
// failure of the change that came by: the old log is whole and stays, and is tried again when as much has come to it again.
func (d *driver) compactLog() {
	size := d.log.bytes()
	if size < d.cfg.compactFrom || 10*d.garbage <= 3*size {
		return
	}
	if d.log.settle() != nil {
		return // the change will hear of it
	}
	fresh, err := createLog(d.dir, d.dump)
	if errors.Is(err, errRenamed) {
		d.log.poison(err)
		return
	}
	d.garbage = 0
	if err != nil {
		d.cfg.Logger.Warn("index: the log could not be compacted and goes on growing", "folder", d.dir, "error", err)
		return
	}
	d.log.replace(fresh.file, fresh.size)
}

// dump writes all that lives as frames.
func (d *driver) dump(w io.Writer) error {
	out := &dumper{w: w}
	d.mu.RLock()
	collections, aliases := maps.Clone(d.collections), maps.Clone(d.aliases)
	d.mu.RUnlock()
	for _, name := range slices.Sorted(maps.Keys(collections)) {
		out.collection(name, collections[name])
	}
	for _, alias := range slices.Sorted(maps.Keys(aliases)) {
		out.op(&op{kind: opAlias, name: alias, to: aliases[alias]})
	}
	out.flush()
	return out.err
}

// A dumper gathers operations into frames and keeps the first error.
type dumper struct {
	w     io.Writer
	frame []byte
	err   error
}

// collection writes a collection, its points in batches, and its revision.
func (u *dumper) collection(name string, c *collection) {
	v := c.view.Load()
	u.op(&op{kind: opCreate, name: name, space: c.space})
	batch := op{kind: opUpsert, name: name, dimension: c.space.Dimension}
	bytes := int64(0)
	for i := range v.entries {
		e := &v.entries[i]
		if !v.alive(e) {
			continue
		}
		batch.points = append(batch.points, point{id: e.id, payload: []byte(v.payloads[e.payload].encoded), vectors: c.vectors(v, e)})
		if bytes += c.loggedBytes(v, e); bytes >= compactFrame {
			u.op(&batch)
			batch.points, bytes = batch.points[:0], 0
		}
	}
	if len(batch.points) > 0 {
		u.op(&batch)
	}
	u.op(&op{kind: opRevision, name: name, revision: v.revision})
}

func (u *dumper) op(o *op) {
	if len(u.frame) == 0 {
		u.frame = append(u.frame, make([]byte, headSize)...)
	}
	u.frame = o.appendTo(u.frame)
	if len(u.frame) >= compactFrame {
		u.flush()
	}
}

func (u *dumper) flush() {
	if len(u.frame) == 0 || u.err != nil {
		return
	}
	fillHead(u.frame)
	_, u.err = u.w.Write(u.frame)
	u.frame = u.frame[:0]
}
