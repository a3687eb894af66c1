package index

import (
	"context"
	"fmt"
	"maps"
	"reflect"
	"slices"
)

// Copied says what a Copy did.
type Copied struct {
	Points  int // compared
	Written int // of them, those that were missing or different
	Deleted int // at the target, because the source does not have them
}

// Copy makes another index hold what this one holds: collections of the same names and spaces, points, and aliases. Only what differs is
// written, so that one that broke off goes on where it was when it is repeated, and one that ran beside writers is brought up to
// date by another. Aliases move when all points are there. Collections that only the target has stay. It returns ErrSpace when the
// target has a collection of the same name in another space. progress may be nil.
func Copy(ctx context.Context, from, to *Index, progress Progress) (Copied, error) {
	var done Copied
	infos, err := from.Collections(ctx)
	if err != nil {
		return done, err
	}
	aliases, err := from.Aliases(ctx)
	if err != nil {
		return done, err
	}
	all := total(infos)
	for _, info := range infos {
		if err := to.Create(ctx, info.Name, info.Space); err != nil {
			return done, fmt.Errorf("at the target: %w", err)
		}
		err := from.batches(ctx, info.Name, info.Space, func(batch []Point) error {
			written, err := bring(ctx, to, info, batch)
			done.Points, done.Written = done.Points+len(batch), done.Written+written
			progress.tell(done.Points, max(all, done.Points))
			return err
		})
		if err != nil {
			return done, err
		}
		deleted, err := prune(ctx, from, to, info)
		if done.Deleted += deleted; err != nil {
			return done, err
		}
	}
	for _, alias := range slices.Sorted(maps.Keys(aliases)) {
		if err := to.Alias(ctx, alias, aliases[alias]); err != nil {
			return done, fmt.Errorf("at the target: %w", err)
		}
	}
	return done, nil
}

// bring writes those points of a batch that the target lacks or has otherwise.
func bring(ctx context.Context, to *Index, info CollectionInfo, batch []Point) (int, error) {
	ids := make([]string, len(batch))
	for i, p := range batch {
		ids[i] = p.ID
	}
	there, err := to.Get(ctx, info.Name, ids)
	if err != nil {
		return 0, fmt.Errorf("at the target: %w", err)
	}
	known := make(map[string]Point, len(there))
	for _, p := range there {
		known[p.ID] = p
	}
	missing := slices.DeleteFunc(slices.Clone(batch), func(p Point) bool { return reflect.DeepEqual(known[p.ID], p) })
	if len(missing) == 0 {
		return 0, nil
	}
	if err := to.Upsert(ctx, info.Name, info.Space, missing); err != nil {
		return 0, fmt.Errorf("at the target: %w", err)
	}
	return len(missing), nil
}

// prune deletes at the target what the source does not have.
func prune(ctx context.Context, from, to *Index, info CollectionInfo) (int, error) {
	deleted := 0
	err := to.batches(ctx, info.Name, info.Space, func(batch []Point) error {
		ids := make([]string, len(batch))
		for i, p := range batch {
			ids[i] = p.ID
		}
		kept, err := from.Get(ctx, info.Name, ids)
		if err != nil {
			return err
		}
		known := make(map[string]bool, len(kept))
		for _, p := range kept {
			known[p.ID] = true
		}
		ids = slices.DeleteFunc(ids, func(id string) bool { return known[id] })
		if deleted += len(ids); len(ids) == 0 {
			return nil
		}
		return to.Delete(ctx, info.Name, ids)
	})
	return deleted, err
}

// Unused lists the collections that no alias leads to, which nothing searches: those of earlier packs, and those that a Restore
// replaced.
func (x *Index) Unused(ctx context.Context) ([]CollectionInfo, error) {
	infos, err := x.Collections(ctx)
	if err != nil {
		return nil, err
	}
	aliases, err := x.Aliases(ctx)
	if err != nil {
		return nil, err
	}
	led := slices.Collect(maps.Values(aliases))
	return slices.DeleteFunc(infos, func(c CollectionInfo) bool { return slices.Contains(led, c.Name) }), nil
}

// Compact tells the engine to give back what deleted and changed points of a collection still take, and returns a sentence that says what
// was done, goes on, or need not be done. The collection can be used meanwhile.
func (x *Index) Compact(ctx context.Context, target string) (done string, err error) {
	if err := x.begin(ctx); err != nil {
		return "", err
	}
	defer x.running.Done()
	c, can := x.driver.(Compacter)
	if !can {
		return "This engine tidies up by itself; there is nothing to start.", nil
	}
	err = x.on(ctx, target, func(on Collection) error {
		var err error
		done, err = c.Compact(ctx, on)
		return err
	})
	return done, err
}
