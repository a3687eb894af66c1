package local

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"

	"touchstone/index"
)

// driver is the engine, an index.Driver.
type driver struct {
	dir  string // "" = memory only
	cfg  Config
	lock *os.File
	log  *commitLog // nil = memory only

	write   sync.Mutex // held while a change is logged and applied, so that both happen in the same order
	garbage int64      // bytes of the log without use; under write

	mu          sync.RWMutex // the names below; never held for long
	collections map[string]*collection
	aliases     map[string]string
}

func newDriver(dir string, cfg Config) *driver {
	return &driver{dir: dir, cfg: cfg, collections: map[string]*collection{}, aliases: map[string]string{}}
}

// change logs, applies and commits an operation. The caller holds write, which change gives back before it waits for the disk.
func (d *driver) change(o *op) error {
	if d.log == nil {
		defer d.write.Unlock()
		return d.apply(o)
	}
	number, err := d.log.append(o)
	if err == nil {
		if err = d.apply(o); err == nil {
			d.compactLog()
		}
	}
	d.write.Unlock()
	if err != nil {
		return err
	}
	return d.log.commit(number)
}

// repeat is a change that has nothing to change: it waits until what it found is on disk, which another call may be about to do. The
// caller holds write, which repeat gives back.
func (d *driver) repeat() error {
	if d.log == nil {
		d.write.Unlock()
		return nil
	}
	number := d.log.last()
	d.write.Unlock()
	return d.log.commit(number)
}

// apply makes a change in memory. Live changes were checked and do not fail; one read from a log may make no sense.
func (d *driver) apply(o *op) error {
	switch o.kind {
	case opCreate, opDrop, opAlias:
		return d.applyName(o)
	}
	c := d.collection(o.name)
	if c == nil {
		return fmt.Errorf("%w: points of %q, which is not there", index.ErrCorrupt, o.name)
	}
	switch o.kind {
	case opDelete:
		d.garbage += c.delete(o.ids)
		return nil
	case opRevision:
		c.revise(o.revision)
		return nil
	}
	if o.dimension != c.space.Dimension {
		return fmt.Errorf("%w: vectors of %d numbers in %q, which has %d", index.ErrCorrupt, o.dimension, o.name, c.space.Dimension)
	}
	garbage, err := c.upsert(o.points)
	d.garbage += garbage
	return err
}

func (d *driver) applyName(o *op) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	c := d.collections[o.name]
	switch {
	case o.kind == opCreate && (c != nil || o.space.Dimension < 1):
		return fmt.Errorf("%w: %q is made twice, or without a dimension", index.ErrCorrupt, o.name)
	case o.kind == opCreate:
		d.collections[o.name] = newCollection(o.space)
	case o.kind == opDrop && c != nil:
		d.garbage += c.logged
		delete(d.collections, o.name)
	case o.kind == opAlias && o.to == "":
		delete(d.aliases, o.name)
	case o.kind == opAlias:
		d.aliases[o.name] = o.to
	}
	return nil
}

func (d *driver) collection(name string) *collection {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return d.collections[name]
}

// open returns the collection that the index has in mind.
func (d *driver) open(want index.Collection) (*collection, error) {
	c := d.collection(want.Name)
	if c == nil {
		return nil, notFound(want.Name)
	}
	if c.space != want.Space {
		return nil, fmt.Errorf("%w: collection %q was made anew in space %s", index.ErrSpace, want.Name, c.space)
	}
	return c, nil
}

func notFound(name string) error {
	return fmt.Errorf("%w: there is no collection or alias %q; create it first", index.ErrNotFound, name)
}

func (d *driver) Create(_ context.Context, c index.Collection) error {
	d.write.Lock()
	return d.change(&op{kind: opCreate, name: c.Name, space: c.Space})
}

func (d *driver) Drop(_ context.Context, name string) error {
	d.write.Lock()
	if d.collection(name) == nil {
		return d.repeat()
	}
	return d.change(&op{kind: opDrop, name: name})
}

func (d *driver) Alias(_ context.Context, alias, collection string) error {
	d.write.Lock()
	d.mu.RLock()
	now := d.aliases[alias]
	d.mu.RUnlock()
	if now == collection {
		return d.repeat()
	}
	return d.change(&op{kind: opAlias, name: alias, to: collection})
}

func (d *driver) Resolve(_ context.Context, target string) (index.Collection, error) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	name := target
	if to, is := d.aliases[target]; is {
		name = to
	}
	c := d.collections[name]
	if c == nil {
		return index.Collection{}, notFound(target)
	}
	return index.Collection{Name: name, Space: c.space}, nil
}

func (d *driver) Catalogue(context.Context) ([]index.CollectionInfo, map[string]string, error) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	infos := make([]index.CollectionInfo, 0, len(d.collections))
	for name, c := range d.collections {
		infos = append(infos, c.info(name))
	}
	slices.SortFunc(infos, func(a, b index.CollectionInfo) int { return strings.Compare(a.Name, b.Name) })
	return infos, maps.Clone(d.aliases), nil
}

func (d *driver) Upsert(_ context.Context, in index.Collection, points []index.Point) error {
	packed := pack(points)
	d.write.Lock()
	c, err := d.open(in)
	if err != nil {
		d.write.Unlock()
		return err
	}
	packed = slices.DeleteFunc(packed, c.holds)
	if len(packed) == 0 {
		return d.repeat()
	}
	return d.change(&op{kind: opUpsert, name: in.Name, dimension: in.Space.Dimension, points: packed})
}

// pack brings points into the form of the log.
func pack(points []index.Point) []point {
	packed := make([]point, len(points))
	for i, p := range points {
		packed[i] = point{id: p.ID, payload: appendPayload(nil, p.Payload), vectors: slices.Concat(p.Vectors...)}
	}
	return packed
}

func (d *driver) Delete(_ context.Context, in index.Collection, ids []string) error {
	d.write.Lock()
	c, err := d.open(in)
	if err != nil {
		d.write.Unlock()
		return err
	}
	known := make([]string, 0, len(ids))
	for _, id := range ids {
		if _, exists := c.ids[id]; exists {
			known = append(known, id)
		}
	}
	if len(known) == 0 {
		return d.repeat()
	}
	return d.change(&op{kind: opDelete, name: in.Name, ids: known})
}

func (d *driver) Each(ctx context.Context, in index.Collection, ids []string, fn func(index.Point) error) error {
	c, err := d.open(in)
	if err != nil {
		return err
	}
	wanted := func(p index.Point) error {
		if ctx.Err() != nil {
			return fmt.Errorf("index: reading given up: %w", ctx.Err())
		}
		return fn(p)
	}
	if ids != nil {
		return c.some(ids, wanted)
	}
	return c.each(c.view.Load(), wanted)
}

func (d *driver) Search(ctx context.Context, in index.Collection, q index.Query) ([][]index.Hit, error) {
	c, err := d.open(in)
	if err != nil {
		return nil, err
	}
	return c.search(ctx, c.view.Load(), q)
}

func (d *driver) Close() error {
	if d.log == nil {
		return nil
	}
	return errors.Join(d.log.close(), d.lock.Close())
}
