package casework

import (
	"context"
	"fmt"
	"sync"
)

// maxViews bounds the snapshots kept; the cache starts afresh beyond it.
const maxViews = 20_000

// viewCache keeps rights as scoring reads them. A write to a right drops it
// after the store has it. The generation tells a reader that something was
// dropped while it read, so that it does not put old facts back.
type viewCache struct {
	mu         sync.RWMutex
	generation uint64
	views      map[string]RightView
}

// get returns what is there of the IDs, what is missing, and the generation
// to hand to put.
func (c *viewCache) get(ids []string) (found map[string]RightView, missing []string, generation uint64) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	found = make(map[string]RightView, len(ids))
	seen := make(map[string]bool, len(ids))
	for _, id := range ids {
		if seen[id] {
			continue
		}
		seen[id] = true
		if v, ok := c.views[id]; ok {
			found[id] = v
		} else {
			missing = append(missing, id)
		}
	}
	return found, missing, c.generation
}

func (c *viewCache) put(views map[string]RightView, generation uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.generation != generation {
		return
	}
	if c.views == nil || len(c.views)+len(views) > maxViews {
		c.views = make(map[string]RightView, len(views))
	}
	for id, v := range views {
		c.views[id] = v
	}
}

func (c *viewCache) drop(id string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.generation++
	delete(c.views, id)
}

// Snapshot returns the rights with their references and authorised sellers, in
// a few queries however many rights there are. IDs that are not there are
// missing from the map. It serves scoring and checks no actor. Rights are
// cached until a write through this Registry changes them (IndexedAt excepted,
// which may lag); Right.State is the stored one, see Right.EffectiveState.
func (r *Registry) Snapshot(ctx context.Context, rightIDs []string) (map[string]RightView, error) {
	found, missing, generation := r.views.get(rightIDs)
	if len(missing) == 0 {
		return found, nil
	}
	views, err := r.readViews(ctx, missing)
	if err != nil {
		return nil, fmt.Errorf("snapshot of rights: %w", err)
	}
	r.views.put(views, generation)
	for id, v := range views {
		found[id] = v
	}
	return found, nil
}

func (r *Registry) readViews(ctx context.Context, ids []string) (map[string]RightView, error) {
	rights, err := r.store.RightsByID(ctx, ids)
	if err != nil {
		return nil, err
	}
	refs, err := r.store.References(ctx, ids)
	if err != nil {
		return nil, err
	}
	sellers, err := r.store.AuthorizedSellers(ctx, ids, "")
	if err != nil {
		return nil, err
	}
	views := make(map[string]RightView, len(rights))
	for _, right := range rights {
		views[right.ID] = RightView{Right: right}
	}
	for _, ref := range refs {
		if v, ok := views[ref.RightID]; ok {
			v.References = append(v.References, ref)
			views[ref.RightID] = v
		}
	}
	for _, s := range sellers {
		if v, ok := views[s.RightID]; ok {
			v.AuthorizedSellers = append(v.AuthorizedSellers, s)
			views[s.RightID] = v
		}
	}
	return views, nil
}
