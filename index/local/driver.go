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
	"sync/atomic"

	"touchstone/index"
	"touchstone/index/local/segment"
)

// driver is the engine, an index.Driver.
type driver struct {
	cfg   Config
	files files
	lock  *os.File
	log   *commitLog // nil = memory only

	write    sync.Mutex   // held while a change is checked and appended, so that both happen in the same order
	current  uint64       // the number of the log that is written to; under write
	manifest *manifest    // as it is on disk; for the checkpoint alone
	fresh    atomic.Int64 // bytes of changes that no segment holds
	due      atomic.Int64 // when there are as many, a checkpoint is due

	ctx        context.Context // of the background; ends when the index is closed
	stop       context.CancelFunc
	tending    sync.Mutex // held by the checkpoint under way
	background sync.WaitGroup

	mu          sync.RWMutex // the names below; never held for long
	collections map[string]*collection
	aliases     map[string]string
}

func newDriver(dir string, cfg Config) *driver {
	d := &driver{cfg: cfg, files: files{dir: dir, log: cfg.Logger}, collections: map[string]*collection{}, aliases: map[string]string{}}
	d.ctx, d.stop = context.WithCancel(context.Background())
	d.due.Store(cfg.checkpointAt)
	return d
}

// load opens the folder: the manifest, the segments that it names, and the logs since.
func (d *driver) load() error {
	m, err := readManifest(d.files)
	if err != nil {
		return err
	}
	d.manifest = m
	d.files.sweep(m)
	maps.Copy(d.aliases, m.aliases)
	for _, l := range m.collections {
		if err := d.restore(l); err != nil {
			return err
		}
	}
	for d.current = m.from; ; d.current++ {
		more, err := d.files.exists(logName(d.current + 1))
		if err != nil {
			return fmt.Errorf("index: opening the log: %w", err)
		}
		f, size, err := replay(d.files, logName(d.current), !more, d.apply)
		if err != nil {
			return err
		}
		d.fresh.Add(size)
		if !more {
			d.log = newLog(f, size, d.applyAll)
			return nil
		}
		f.Close()
	}
}

// restore opens the segments of a collection.
func (d *driver) restore(l listed) error {
	if l.space.Dimension < 1 || d.collections[l.name] != nil {
		return fmt.Errorf("%w: the manifest lists %q twice, or without a dimension: %s", index.ErrCorrupt, l.name, remedy)
	}
	c := newCollection(l.space)
	d.collections[l.name] = c
	v := *c.view.Load()
	v.revision = l.revision
	for _, listed := range l.parts {
		path := d.files.path(segmentName(listed.file))
		s, err := segment.Open(path)
		if errors.Is(err, os.ErrNotExist) {
			err = fmt.Errorf("%w: %s is missing: %s", index.ErrCorrupt, path, remedy)
		}
		if err != nil {
			return err
		}
		p := newPart(s, listed.file)
		v.parts = append(v.parts, p)
		c.view.Store(&v) // so that closing finds it
		if s.Dimension != l.space.Dimension || 64*len(listed.dead) >= s.Vectors+64 {
			return fmt.Errorf("%w: %s is not what the manifest says: %s", index.ErrCorrupt, path, remedy)
		}
		last := &v.parts[len(v.parts)-1]
		listed.dead.each(func(vector int) {
			if from, _ := last.Range(last.EntryOf(vector)); from == vector {
				last.dead = last.dead.grown(s.Vectors)
				last.bury(last.EntryOf(vector))
			}
		})
		v.points, v.vectors = v.points+last.points, v.vectors+last.vectors
	}
	c.view.Store(&v)
	if l.aim.margin >= edgeMargin(d.cfg.Recall) { // else it was measured for less, or on the sketches of an earlier format
		c.aim.Store(&l.aim)
	}
	return nil
}

// change checks nothing any more: it logs and makes an operation. The caller holds write, which change gives back before it waits for
// the disk.
func (d *driver) change(o *op) error {
	if d.log == nil {
		defer d.write.Unlock()
		if err := d.apply(o); err != nil {
			return err
		}
		d.fresh.Add(o.bytes())
		return nil
	}
	b, err := d.log.append(o)
	d.write.Unlock()
	if err != nil {
		return err
	}
	return d.log.commit(b)
}

// rename makes a change to names. Others were all made before it is checked, and wait until it is made: what they are checked against still
// holds when they come to be written. The caller holds write, which rename gives back.
func (d *driver) rename(check func() *op) error {
	d.write.Lock()
	defer d.write.Unlock()
	if d.log == nil {
		if o := check(); o != nil {
			return d.apply(o)
		}
		return nil
	}
	if err := d.log.settle(); err != nil {
		return err
	}
	o := check()
	if o == nil {
		return nil
	}
	b, err := d.log.append(o)
	if err != nil {
		return err
	}
	return d.log.commit(b)
}

// applyAll makes the changes of a frame that is on disk.
func (d *driver) applyAll(ops []*op) error {
	for _, o := range ops {
		if err := d.apply(o); err != nil {
			return err
		}
		d.fresh.Add(o.bytes())
	}
	return nil
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
		c.delete(o.ids)
		return nil
	case opRevision:
		c.revise(o.revision)
		return nil
	}
	if o.dimension != c.space.Dimension {
		return fmt.Errorf("%w: vectors of %d numbers in %q, which has %d", index.ErrCorrupt, o.dimension, o.name, c.space.Dimension)
	}
	return c.upsert(o.points)
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
		d.fresh.Add(c.view.Load().memory()) // which is to be given back
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
	return d.rename(func() *op { return &op{kind: opCreate, name: c.Name, space: c.Space} })
}

func (d *driver) Drop(_ context.Context, name string) error {
	defer d.tend()
	return d.rename(func() *op {
		if d.collection(name) == nil {
			return nil
		}
		return &op{kind: opDrop, name: name}
	})
}

func (d *driver) Alias(_ context.Context, alias, collection string) error {
	return d.rename(func() *op {
		d.mu.RLock()
		defer d.mu.RUnlock()
		if d.aliases[alias] == collection {
			return nil
		}
		return &op{kind: opAlias, name: alias, to: collection}
	})
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
		infos = append(infos, c.info(name, d.cfg.sketchFrom))
	}
	slices.SortFunc(infos, func(a, b index.CollectionInfo) int { return strings.Compare(a.Name, b.Name) })
	return infos, maps.Clone(d.aliases), nil
}

// Upsert writes nothing for points that are there already, as they are.
func (d *driver) Upsert(_ context.Context, in index.Collection, points []index.Point) error {
	d.ebb()
	defer d.tend()
	packed := pack(points)
	d.write.Lock()
	c, err := d.open(in)
	if err == nil {
		packed = slices.DeleteFunc(packed, c.holds)
	}
	if err != nil || len(packed) == 0 {
		d.write.Unlock()
		return err
	}
	return d.change(&op{kind: opUpsert, name: in.Name, dimension: in.Space.Dimension, points: packed})
}

// pack brings points into the form of the log.
func pack(points []index.Point) []point {
	packed := make([]point, len(points))
	for i, p := range points {
		packed[i] = point{id: p.ID, payload: segment.AppendPayload(nil, p.Payload), vectors: slices.Concat(p.Vectors...)}
	}
	return packed
}

func (d *driver) Delete(_ context.Context, in index.Collection, ids []string) error {
	defer d.tend()
	d.write.Lock()
	c, err := d.open(in)
	var known []string
	if err == nil {
		known = c.known(ids)
	}
	if err != nil || len(known) == 0 {
		d.write.Unlock()
		return err
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
	return c.each(wanted)
}

func (d *driver) Search(ctx context.Context, in index.Collection, q index.Query) ([][]index.Hit, error) {
	c, err := d.open(in)
	if err != nil {
		return nil, err
	}
	return c.search(ctx, c.view.Load(), q, d.cfg.sketchFrom)
}

// Compact does a checkpoint that takes all parts with dead points and all small ones.
func (d *driver) Compact(_ context.Context, in index.Collection) (string, error) {
	c, err := d.open(in)
	if err != nil {
		return "", err
	}
	d.tending.Lock()
	defer d.tending.Unlock()
	before := c.view.Load().memory()
	c.thorough.Store(true)
	defer c.thorough.Store(false)
	err = d.checkpoint()
	d.checkpointed(err)
	if err != nil {
		return "", err
	}
	v := c.view.Load()
	return fmt.Sprintf("It took %.1f MiB and takes %.1f MiB now, in %d segments.", mib(before), mib(v.memory()), len(v.parts)), nil
}

func mib(bytes int64) float64 { return float64(bytes) / (1 << 20) }

// Close waits for the background, which gives up what it can.
func (d *driver) Close() error {
	d.stop()
	d.background.Wait()
	var err error
	if d.log != nil {
		err = d.log.close()
	}
	for _, c := range d.collections {
		c.close()
	}
	if d.lock != nil {
		err = errors.Join(err, d.lock.Close())
	}
	return err
}
