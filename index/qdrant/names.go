package qdrant

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	client "github.com/qdrant/go-client/qdrant"
	"golang.org/x/sync/errgroup"

	"touchstone/index"
)

// fresh is how long what was seen of names is taken for true. A name that is gone is noticed at once, by the call that meets it.
const fresh = 5 * time.Second

// catalogue is what was seen of our collections and aliases at one moment.
type catalogue struct {
	collections map[string]seenCollection // by our name
	aliases     map[string]string         // ours to ours
	at          time.Time
}

type seenCollection struct {
	index.Collection
	remote string // Qdrant's name
}

// remote is the name of a collection in the server.
func (d *driver) remote(c index.Collection) string {
	sum := sha256.Sum256([]byte(strings.Join([]string{c.Space.Pack, c.Space.Version, c.Space.Output, string(c.Space.Metric)}, "\x00") + fmt.Sprint(c.Space.Dimension)))
	return d.cfg.Prefix + c.Name + "~" + hex.EncodeToString(sum[:8])
}

// local is the way back from a server's name; false for a name that is not ours.
func (d *driver) local(remote string) (string, bool) {
	name, ours := strings.CutPrefix(remote, d.cfg.Prefix)
	if i := strings.LastIndexByte(name, '~'); ours && i > 0 {
		return name[:i], true
	}
	return "", false
}

// Resolve answers from what was seen within the last seconds.
func (d *driver) Resolve(ctx context.Context, target string) (index.Collection, error) {
	d.mu.RLock()
	seen := d.known
	d.mu.RUnlock()
	if seen != nil && time.Since(seen.at) < fresh {
		if c, ok := seen.resolve(target); ok {
			return c, nil
		}
	}
	now, err := d.lookNow(ctx)
	if err != nil {
		if seen != nil { // let the operation itself find out how the server is
			if c, ok := seen.resolve(target); ok {
				return c, nil
			}
		}
		return index.Collection{}, err
	}
	if c, ok := now.resolve(target); ok {
		return c, nil
	}
	return index.Collection{}, fmt.Errorf("%w: there is no collection or alias %q; create it first", index.ErrNotFound, target)
}

func (c *catalogue) resolve(target string) (index.Collection, bool) {
	if to, is := c.aliases[target]; is {
		target = to
	}
	found, ok := c.collections[target]
	return found.Collection, ok
}

// lookNow asks the server for all names, and takes no answer of a look that others began before: a name may have moved since.
func (d *driver) lookNow(ctx context.Context) (*catalogue, error) {
	asked := time.Now()
	for {
		seen, err := d.look(ctx)
		if err != nil || !seen.at.Before(asked) {
			return seen, err
		}
	}
}

// look asks the server for all names, once for all who ask at the same time.
func (d *driver) look(ctx context.Context) (*catalogue, error) {
	done := d.looks.DoChan("", func() (any, error) {
		// It must not end with the first of those who wait for it.
		return d.resolveAll(context.WithoutCancel(ctx))
	})
	select {
	case r := <-done:
		seen, _ := r.Val.(*catalogue)
		return seen, r.Err
	case <-ctx.Done():
		return nil, d.calls.fault(ctx, ctx.Err())
	}
}

// tornLooks is how often names are read again when an alias leads to a collection that was not there a moment before: the server
// lists the two one after the other, and a cut-over came between.
const tornLooks = 5

// resolveAll reads names and spaces, and keeps them for others unless they were forgotten meanwhile.
func (d *driver) resolveAll(ctx context.Context) (seen *catalogue, err error) {
	for range tornLooks {
		var torn bool
		if seen, torn, err = d.readAll(ctx); err != nil {
			return nil, err
		}
		if !torn {
			break
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if !seen.at.Before(d.forgot) && (d.known == nil || !d.known.at.After(seen.at)) {
		d.known = seen
	}
	return seen, nil
}

// readAll reads names and spaces once; torn says that an alias leads to no collection that was listed. A space is read once a
// collection: its server's name is bound to it.
func (d *driver) readAll(ctx context.Context) (seen *catalogue, torn bool, err error) {
	at := time.Now()
	names, err := do(ctx, d.calls, reading, d.client.ListCollections)
	if err != nil {
		return nil, false, err
	}
	links, err := do(ctx, d.calls, reading, d.client.ListAliases)
	if err != nil {
		return nil, false, err
	}
	d.mu.RLock()
	before := d.known
	d.mu.RUnlock()
	seen = &catalogue{collections: map[string]seenCollection{}, aliases: map[string]string{}, at: at}
	for _, remote := range names {
		name, ours := d.local(remote)
		if !ours {
			continue
		}
		if before != nil && before.collections[name].remote == remote {
			seen.collections[name] = before.collections[name]
			continue
		}
		c, err := d.describe(ctx, remote)
		if err != nil {
			return nil, false, err
		}
		if c.Name != "" {
			seen.collections[name] = seenCollection{c, remote}
		}
	}
	for _, link := range links {
		alias, ours := strings.CutPrefix(link.GetAliasName(), d.cfg.Prefix)
		to, known := d.local(link.GetCollectionName())
		if !ours || !known {
			continue
		}
		if _, there := seen.collections[to]; there {
			seen.aliases[alias] = to
		} else {
			torn = true
		}
	}
	return seen, torn, nil
}

// forget makes the next call look again.
func (d *driver) forget() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.forgot = time.Now()
	if d.known != nil {
		stale := *d.known
		stale.at = time.Time{}
		d.known = &stale
	}
}

// Alias moves Qdrant's alias, which it replaces in one step.
func (d *driver) Alias(ctx context.Context, alias, collection string) error {
	action := client.NewAliasDelete(d.cfg.Prefix + alias)
	if collection != "" {
		seen, err := d.resolveAll(ctx)
		if err != nil {
			return err
		}
		c, ok := seen.collections[collection]
		if !ok {
			return fmt.Errorf("%w: there is no collection %q; create it first", index.ErrNotFound, collection)
		}
		action = client.NewAliasCreate(d.cfg.Prefix+alias, c.remote)
	}
	return d.changeNames(ctx, func(ctx context.Context) error { return d.client.UpdateAliases(ctx, []*client.AliasOperations{action}) })
}

// Drop removes the collection, whatever space it has.
func (d *driver) Drop(ctx context.Context, name string) error {
	names, err := do(ctx, d.calls, reading, d.client.ListCollections)
	if err != nil {
		return err
	}
	for _, remote := range names {
		if ours, ok := d.local(remote); !ok || ours != name {
			continue
		}
		if err := d.changeNames(ctx, func(ctx context.Context) error { return d.client.DeleteCollection(ctx, remote) }); err != nil {
			return err
		}
		d.several.Delete(remote)
	}
	return nil
}

// changeNames makes a change and reads the names anew, so that whoever comes next sees it.
func (d *driver) changeNames(ctx context.Context, change func(context.Context) error) error {
	_, err := do(ctx, d.calls, writing, func(ctx context.Context) (struct{}, error) { return struct{}{}, change(ctx) })
	if err != nil {
		d.forget()
		return err
	}
	_, err = d.resolveAll(ctx)
	return err
}

// Names looks.
func (d *driver) Names(ctx context.Context) ([]index.CollectionInfo, map[string]string, error) {
	seen, err := d.resolveAll(ctx)
	if err != nil {
		return nil, nil, err
	}
	infos := make([]index.CollectionInfo, 0, len(seen.collections))
	for _, c := range seen.collections {
		infos = append(infos, index.CollectionInfo{Name: c.Name, Space: c.Space})
	}
	sortInfos(infos)
	return infos, maps.Clone(seen.aliases), nil
}

func sortInfos(infos []index.CollectionInfo) {
	slices.SortFunc(infos, func(a, b index.CollectionInfo) int { return strings.Compare(a.Name, b.Name) })
}

// Catalogue looks, and counts exactly.
func (d *driver) Catalogue(ctx context.Context) ([]index.CollectionInfo, map[string]string, error) {
	seen, err := d.resolveAll(ctx)
	if err != nil {
		return nil, nil, err
	}
	var mu sync.Mutex
	infos := make([]index.CollectionInfo, 0, len(seen.collections))
	group, groupCtx := errgroup.WithContext(ctx)
	group.SetLimit(4)
	for _, c := range seen.collections {
		group.Go(func() error {
			info, err := d.count(groupCtx, c)
			mu.Lock()
			defer mu.Unlock()
			infos = append(infos, info)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, nil, err
	}
	sortInfos(infos)
	return infos, maps.Clone(seen.aliases), nil
}
