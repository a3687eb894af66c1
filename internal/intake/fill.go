package intake

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"touchstone/index"
	"touchstone/internal/casework"
)

// A filler brings collections of one pack to what the registry says. What a collection has already stays as it is, so that a filling
// that broke off goes on where it was.
type filler struct {
	turn
	targets map[string]string // collection, by output
	// mu orders the writes of points against their deletion: a reference is read again under it before it is written, and is deleted
	// from the collections under it once its row says so.
	mu     sync.Mutex
	filled map[string]*filling
}

// registered is a reference and its right.
type registered struct {
	right casework.Right
	ref   casework.Reference
}

// filling is how far a new collection is.
type filling struct {
	done   int
	models *embedError // the last failure that was not the reference's own fault
}

func newFiller(t turn, targets map[string]string) *filler {
	f := &filler{turn: t, targets: targets, filled: map[string]*filling{}}
	for output := range targets {
		f.filled[output] = &filling{}
	}
	return f
}

// wants lists which of the targets a reference belongs into.
func (f *filler) wants(r registered) []string {
	return slices.DeleteFunc(f.outputsFor(r.ref, r.right), func(output string) bool { return f.targets[output] == "" })
}

// bring writes those of some references that the collections lack or have otherwise. One that cannot be embedded is told to failed and
// left out; only what concerns all references is an error.
func (f *filler) bring(ctx context.Context, batch []registered, failed func(casework.Reference, error) error) error {
	there, err := f.there(ctx, batch)
	if err != nil {
		return err
	}
	for _, r := range batch {
		var missing []string
		stale := map[string]index.Point{}
		for _, output := range f.wants(r) {
			p, has := there[output][r.ref.ID]
			switch {
			case !has:
				missing = append(missing, output)
			case !samePayload(p.Payload, payload(r.right)):
				stale[output] = p
			}
		}
		err := f.write(ctx, r, missing, stale)
		var bad *embedError
		if errors.As(err, &bad) && ctx.Err() == nil {
			err = failed(r.ref, err)
		}
		if err != nil {
			return fmt.Errorf("reference %s: %w", r.ref.ID, err)
		}
		f.count(r, missing, bad)
	}
	return nil
}

// count notes how a reference fared in each target.
func (f *filler) count(r registered, missing []string, bad *embedError) {
	for _, output := range f.wants(r) {
		switch at := f.filled[output]; {
		case bad == nil || !slices.Contains(missing, output):
			at.done++
		case !bad.ofReference():
			at.models = bad
		}
	}
}

// broken is the error of models that could embed nothing at all.
func (f *filler) broken() error {
	for output, at := range f.filled {
		if at.done == 0 && at.models != nil {
			return fmt.Errorf("no reference could be embedded into output %q: %w", output, at.models)
		}
	}
	return nil
}

// there reads what the collections have of some references, by output and ID.
func (f *filler) there(ctx context.Context, batch []registered) (map[string]map[string]index.Point, error) {
	ids := map[string][]string{}
	for _, r := range batch {
		for _, output := range f.wants(r) {
			ids[output] = append(ids[output], r.ref.ID)
		}
	}
	there := map[string]map[string]index.Point{}
	for output, list := range ids {
		points, err := f.Index.Get(ctx, f.targets[output], list)
		if err != nil {
			return nil, err
		}
		there[output] = map[string]index.Point{}
		for _, p := range points {
			there[output][p.ID] = p
		}
	}
	return there, nil
}

// write embeds a reference for the outputs that miss it, and gives stale points the payload that the right has now.
func (f *filler) write(ctx context.Context, r registered, missing []string, stale map[string]index.Point) error {
	if len(missing) == 0 && len(stale) == 0 {
		return nil
	}
	points := map[string]index.Point{}
	if len(missing) > 0 {
		if f.Yield != nil {
			if err := f.Yield(ctx); err != nil {
				return err
			}
		}
		vectors, err := f.vectorsOf(ctx, r.ref, missing, nil)
		if err != nil {
			return &embedError{err}
		}
		for i, output := range missing {
			points[output] = index.Point{ID: r.ref.ID, Vectors: vectors[i]}
		}
	}
	for output, p := range stale {
		points[output] = p
	}
	return f.put(ctx, r.ref.ID, points)
}

// put writes points of a reference that is still there, with what its right says now.
func (f *filler) put(ctx context.Context, id string, points map[string]index.Point) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	ref, err := f.Registry.Reference(ctx, system, id)
	if errors.Is(err, casework.ErrNotFound) {
		return nil // deleted meanwhile
	}
	if err != nil {
		return err
	}
	right, err := f.Registry.Right(ctx, system, ref.RightID)
	if err != nil {
		return err
	}
	for output, p := range points {
		p.Payload = payload(right)
		if err := f.Index.Upsert(ctx, f.targets[output], f.spaces[output], []index.Point{p}); err != nil {
			return err
		}
	}
	return nil
}

// samePayload compares what the index filters by.
func samePayload(a, b index.Payload) bool {
	return a.Right == b.Right && a.Kind == b.Kind && a.Holder == b.Holder && a.Active == b.Active && a.From.Equal(b.From) && a.Until.Equal(b.Until) &&
		slices.Equal(a.Territories, b.Territories)
}
