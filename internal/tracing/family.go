package tracing

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"touchstone/internal/casework"
)

// Approve makes stores of one marketplace a family: strikes of each count for all. It takes a person with the right to decide, and
// stores that are of one ring today. Sellers are names.
func (t *Tracer) Approve(ctx context.Context, a casework.Actor, ring string, names []string, note string) (Family, error) {
	if err := mayTrace(a); err != nil {
		return Family{}, err
	}
	r, ok := t.net.Ring(ring)
	if !ok {
		return Family{}, fmt.Errorf("%w: there is no ring %q", casework.ErrNotFound, ring)
	}
	if len(note) == 0 || len(note) > 2000 {
		return Family{}, invalid("note", "say in 1 to 2,000 bytes why these stores are one hand")
	}
	names = slices.Compact(slices.Sorted(slices.Values(names)))
	if len(names) < 2 {
		return Family{}, invalid("sellers", "a family has at least two stores")
	}
	f := Family{ID: casework.NewID("fam"), Ring: ring, By: a.Person(), At: t.Now().UTC().Truncate(time.Microsecond), Note: note}
	for i, name := range names {
		marketplace, seller := split(name)
		path := fmt.Sprintf("sellers[%d]", i)
		if !slices.ContainsFunc(r.Members, memberNamed(name)) {
			return Family{}, invalid(path, fmt.Sprintf("%q is not in ring %s; judge its links first", name, ring))
		}
		if f.Marketplace == "" {
			f.Marketplace = marketplace
		}
		if marketplace != f.Marketplace {
			return Family{}, invalid(path, "a family is of one marketplace, since its policy gives the penalties")
		}
		if old, err := t.Store.FamilyOf(ctx, marketplace, seller); err == nil {
			return Family{}, fmt.Errorf("%w: %q is in family %s already; end that one first", casework.ErrConflict, name, old.ID)
		} else if !errors.Is(err, casework.ErrNotFound) {
			return Family{}, err
		}
		f.Sellers = append(f.Sellers, seller)
	}
	if err := t.Store.AddFamily(ctx, f); err != nil {
		return Family{}, err
	}
	return f, errors.Join(t.reckon(ctx, f), t.Audit.Record(ctx, a, "family.approve", f.ID, f))
}

// End takes the approval back: each store's strikes are its own again.
func (t *Tracer) End(ctx context.Context, a casework.Actor, id string) (Family, error) {
	if err := mayTrace(a); err != nil {
		return Family{}, err
	}
	f, err := t.Store.EndFamily(ctx, id, a.Person(), t.Now().UTC().Truncate(time.Microsecond))
	if err != nil {
		return Family{}, err
	}
	return f, errors.Join(t.reckon(ctx, f), t.Audit.Record(ctx, a, "family.end", f.ID, f))
}

// Families pages through those that have not ended.
func (t *Tracer) Families(ctx context.Context, a casework.Actor, after string, limit int) ([]Family, error) {
	if err := mayTrace(a); err != nil {
		return nil, err
	}
	return t.Store.Families(ctx, after, limit)
}

func (t *Tracer) reckon(ctx context.Context, f Family) error {
	if t.Penalties == nil {
		return nil
	}
	return t.Penalties.Reckon(ctx, f.Marketplace, f.Sellers)
}
