package index

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// A Progress is told how far a long operation is: points done of those that there were in all when it began.
type Progress func(done, all int)

func (p Progress) tell(done, all int) {
	if p != nil {
		p(done, all)
	}
}

// Snapshot writes everything, collections with their spaces and points, and aliases, to a stream that Restore reads over any engine.
// The index may be used meanwhile: each point comes as it is at one moment, and what is written or deleted while its collection is
// read may be in the stream or not. It buffers; progress may be nil.
func (x *Index) Snapshot(ctx context.Context, w io.Writer, progress Progress) error {
	infos, err := x.Collections(ctx)
	if err != nil {
		return err
	}
	return x.snapshot(ctx, w, infos, progress)
}

// SnapshotOf is Snapshot of one collection, named itself or by an alias, and of the aliases that lead to it.
func (x *Index) SnapshotOf(ctx context.Context, target string, w io.Writer, progress Progress) error {
	infos, err := x.Collections(ctx)
	if err != nil {
		return err
	}
	aliases, err := x.Aliases(ctx)
	if err != nil {
		return err
	}
	name := target
	if to, is := aliases[target]; is {
		name = to
	}
	info, there := find(infos, name)
	if !there {
		return fmt.Errorf("%w: there is no collection or alias %q to take a snapshot of", ErrNotFound, target)
	}
	return x.snapshot(ctx, w, []CollectionInfo{info}, progress)
}

// snapshot writes some collections, and the aliases that lead to them.
func (x *Index) snapshot(ctx context.Context, w io.Writer, infos []CollectionInfo, progress Progress) error {
	aliases, err := x.Aliases(ctx)
	if err != nil {
		return err
	}
	out := bufio.NewWriterSize(w, 1<<20)
	if _, err := out.WriteString(snapshotMagic); err != nil {
		return fmt.Errorf("index: writing the snapshot: %w", err)
	}
	if err := writeJSON(out, frameHeader, snapshotHeader{snapshotFormat}); err != nil {
		return err
	}
	s := snapshotting{w: out, all: total(infos), progress: progress}
	for _, info := range infos {
		if err := s.collection(ctx, x, info); err != nil {
			return err
		}
	}
	maps.DeleteFunc(aliases, func(_, to string) bool { _, there := find(infos, to); return !there })
	if err := writeJSON(out, frameAliases, aliases); err != nil {
		return err
	}
	if err := writeJSON(out, frameEnd, snapshotEnd{len(infos), s.done}); err != nil {
		return err
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("index: writing the snapshot: %w", err)
	}
	return nil
}

func total(infos []CollectionInfo) int {
	n := 0
	for _, info := range infos {
		n += info.Points
	}
	return n
}

// snapshotting is a snapshot on its way out.
type snapshotting struct {
	w         io.Writer
	done, all int
	progress  Progress
}

func (s *snapshotting) collection(ctx context.Context, x *Index, info CollectionInfo) error {
	if err := writeJSON(s.w, frameCollection, snapshotCollection{info.Name, info.Space}); err != nil {
		return err
	}
	return x.batches(ctx, info.Name, info.Space, func(batch []Point) error {
		body, err := packPoints(batch)
		if err != nil {
			return err
		}
		s.done += len(batch)
		s.progress.tell(s.done, max(s.done, s.all))
		return writeFrame(s.w, framePoints, body)
	})
}

// batches calls fn for all points of a collection, some at a time.
func (x *Index) batches(ctx context.Context, collection string, space Space, fn func([]Point) error) error {
	size := max(1, min(batchPoints, (1<<20)/space.Dimension))
	batch := make([]Point, 0, size)
	err := x.Each(ctx, collection, func(p Point) error {
		if batch = append(batch, p); len(batch) < size {
			return nil
		}
		err := fn(batch)
		batch = batch[:0]
		return err
	})
	if err != nil || len(batch) == 0 {
		return err
	}
	return fn(batch)
}

// RestoreOptions say what a Restore may do.
type RestoreOptions struct {
	// AnotherPack lets an alias move to vectors of another space than those that it leads to now: only for a service that is then
	// started with that pack.
	AnotherPack bool
	Progress    Progress // may be nil; it is not told how many there are in all before the end
}

// Restored says what a Restore made.
type Restored struct {
	Collections map[string]string // the snapshot's name of each collection to the name that it has here
	Points      int
}

// Restore fills new collections from a snapshot and, once all of it was read and found whole, moves the aliases to them. Collections
// that were there stay as they are, under their names; drop them when they are not needed any more. On an error the new collections are
// dropped and nothing else was changed: ErrCorrupt for a stream that is no snapshot, damaged or cut off, ErrFormat for one by a
// newer program, ErrSpace for one of another pack.
func (x *Index) Restore(ctx context.Context, r io.Reader, o RestoreOptions) (done Restored, err error) {
	t := restoring{x: x, o: o, Restored: Restored{Collections: map[string]string{}}}
	if t.infos, t.aliases, err = x.nameList(ctx); err != nil {
		return Restored{}, err
	}
	defer func() {
		if err != nil {
			done, err = Restored{}, errors.Join(err, t.undo(context.WithoutCancel(ctx)))
		}
	}()
	in := bufio.NewReaderSize(r, 1<<20)
	if err := t.header(in); err != nil {
		return done, err
	}
	for !t.ended {
		kind, body, err := readFrame(in)
		if err == nil {
			err = t.frame(ctx, kind, body)
		}
		if err != nil {
			return done, err
		}
	}
	if _, err := in.ReadByte(); !errors.Is(err, io.EOF) {
		return done, corrupt("has something behind its end")
	}
	for _, alias := range slices.Sorted(maps.Keys(t.moves)) {
		if err := x.Alias(ctx, alias, t.Collections[t.moves[alias]]); err != nil {
			return done, err
		}
	}
	return t.Restored, nil
}

// restoring is a snapshot on its way in.
type restoring struct {
	Restored
	x       *Index
	o       RestoreOptions
	infos   []CollectionInfo  // what was there before
	aliases map[string]string // where they led before
	spaces  map[string]Space  // of the snapshot's collections
	current string            // the snapshot's name of the collection whose points come
	moves   map[string]string // the snapshot's aliases
	ended   bool
}

func (t *restoring) header(in io.Reader) error {
	magic := make([]byte, len(snapshotMagic))
	if _, err := io.ReadFull(in, magic); err != nil || string(magic) != snapshotMagic {
		return fmt.Errorf("%w: this is no snapshot of an index; nothing was changed: choose a file that touchstone index snapshot wrote", ErrCorrupt)
	}
	kind, body, err := readFrame(in)
	if err != nil {
		return err
	}
	var h snapshotHeader
	if err := json.Unmarshal(body, &h); err != nil || kind != frameHeader {
		return corrupt("does not begin with its header")
	}
	if h.Format != snapshotFormat {
		return fmt.Errorf("%w: the snapshot has format %d and this program reads %d; nothing was changed: restore it with the program that made it, "+
			"or a newer one", ErrFormat, h.Format, snapshotFormat)
	}
	t.spaces = map[string]Space{}
	return nil
}

func (t *restoring) frame(ctx context.Context, kind byte, body []byte) error {
	if t.moves != nil && kind != frameEnd {
		return corrupt("has a frame %q behind its aliases", kind)
	}
	switch kind {
	case frameCollection:
		return t.collection(ctx, body)
	case framePoints:
		return t.points(ctx, body)
	case frameAliases:
		return t.readAliases(body)
	case frameEnd:
		var e snapshotEnd
		if err := json.Unmarshal(body, &e); err != nil || t.moves == nil || e.Collections != len(t.Collections) || e.Points != t.Points {
			return corrupt("does not hold as much as its end says")
		}
		t.ended = true
		return nil
	}
	return corrupt("has a frame of unknown kind %q", kind)
}

// collection makes a new collection, under the snapshot's name if that is free.
func (t *restoring) collection(ctx context.Context, body []byte) error {
	var c snapshotCollection
	if err := json.Unmarshal(body, &c); err != nil {
		return corrupt("has a collection that cannot be read (%v)", err)
	}
	if _, twice := t.spaces[c.Name]; twice {
		return corrupt("has collection %q twice", c.Name)
	}
	if checkName("the collection", c.Name) != nil || checkSpace(c.Space) != nil {
		return corrupt("has a collection %q that no index could have", clip(c.Name))
	}
	name := t.free(c.Name)
	if err := t.x.Create(ctx, name, c.Space); err != nil {
		return err
	}
	t.spaces[c.Name], t.Collections[c.Name], t.current = c.Space, name, c.Name
	return nil
}

// free finds a name: the given one, or NAME.rN with the least N that nobody has.
func (t *restoring) free(name string) string {
	taken := func(name string) bool {
		_, alias := t.aliases[name]
		_, there := find(t.infos, name)
		return alias || there || slices.Contains(slices.Collect(maps.Values(t.Collections)), name)
	}
	if !taken(name) {
		return name
	}
	base := name
	if i := strings.LastIndex(name, ".r"); i > 0 && strings.Trim(name[i+2:], "0123456789") == "" {
		base = name[:i]
	}
	for n := 1; ; n++ {
		end := fmt.Sprintf(".r%d", n)
		if next := base[:min(len(base), MaxName-len(end))] + end; !taken(next) {
			return next
		}
	}
}

func (t *restoring) points(ctx context.Context, body []byte) error {
	space, ok := t.spaces[t.current]
	if !ok {
		return corrupt("has points before any collection")
	}
	points, err := unpackPoints(body, space.Dimension)
	if err != nil {
		return err
	}
	if err := t.x.Upsert(ctx, t.Collections[t.current], space, points); errors.Is(err, ErrInvalid) {
		return corrupt("has points that no index could have (%v)", err)
	} else if err != nil {
		return err
	}
	t.Points += len(points)
	t.o.Progress.tell(t.Points, 0)
	return nil
}

// readAliases checks that each alias keeps its space.
func (t *restoring) readAliases(body []byte) error {
	if err := json.Unmarshal(body, &t.moves); err != nil || t.moves == nil {
		return corrupt("has aliases that cannot be read")
	}
	for alias, to := range t.moves {
		space, ok := t.spaces[to]
		if _, collection := find(t.infos, alias); !ok || collection || checkName("the alias", alias) != nil {
			return corrupt("has an alias %q that leads nowhere", clip(alias))
		}
		if now, there := find(t.infos, t.aliases[alias]); there && now.Space != space && !t.o.AnotherPack {
			return fmt.Errorf("%w: the snapshot's %q is in space %s, and here it is in space %s: nothing was changed; start the service with the "+
				"pack of the snapshot and say that another pack is meant, or fill the index anew with touchstone index rebuild", ErrSpace, alias, space, now.Space)
		}
	}
	return nil
}

// undo drops what was made, after aliases that were moved already are back.
func (t *restoring) undo(ctx context.Context) error {
	var errs []error
	now, err := t.x.Aliases(ctx)
	for alias := range t.moves {
		if err == nil && now[alias] != t.aliases[alias] {
			errs = append(errs, t.x.Alias(ctx, alias, t.aliases[alias]))
		}
	}
	for _, name := range t.Collections {
		errs = append(errs, t.x.Drop(ctx, name))
	}
	return errors.Join(append(errs, err)...)
}

// nameList is all collections and aliases.
func (x *Index) nameList(ctx context.Context) ([]CollectionInfo, map[string]string, error) {
	if err := x.begin(ctx); err != nil {
		return nil, nil, err
	}
	defer x.running.Done()
	return x.listing(ctx)
}
