package casework

import (
	"context"
	"fmt"
	"time"
)

// mayChange tells whether the actor may change what belongs to the right.
func (r *Registry) mayChange(ctx context.Context, a Actor, id string) error {
	if err := a.mayRegister(); err != nil {
		return err
	}
	right, err := r.Right(ctx, a, id)
	if err != nil {
		return err
	}
	return a.Permit(right.Account, right.HolderID, ScopeRegistry, right.Territories)
}

// MayChange tells whether the actor may change what belongs to the right: references, authorised sellers, certificates.
func (r *Registry) MayChange(ctx context.Context, a Actor, rightID string) error {
	return r.mayChange(ctx, a, rightID)
}

// AddReference adds a picture or word to a right of the actor's. ID and
// CreatedAt are set here; the caller has put the picture into the blob store
// and indexes the reference next. ErrConflict when the right has it already.
func (r *Registry) AddReference(ctx context.Context, a Actor, in Reference) (Reference, error) {
	in.ID, in.CreatedAt, in.IndexedAt, in.DeletedAt = NewID("ref"), r.moment(), nil, nil
	if err := validateReference(in); err != nil {
		return Reference{}, err
	}
	if err := r.mayChange(ctx, a, in.RightID); err != nil {
		return Reference{}, err
	}
	defer r.views.drop(in.RightID)
	if err := r.store.AddReference(ctx, in); err != nil {
		return Reference{}, fmt.Errorf("add reference: %w", err)
	}
	return in, nil
}

// Reference returns one reference of a right that the actor may see.
func (r *Registry) Reference(ctx context.Context, a Actor, id string) (Reference, error) {
	ref, err := r.store.Reference(ctx, id)
	if err != nil {
		return Reference{}, fmt.Errorf("reference: %w", err)
	}
	if _, err := r.Right(ctx, a, ref.RightID); err != nil {
		return Reference{}, err
	}
	return ref, nil
}

// References lists the references of a right that the actor may see.
func (r *Registry) References(ctx context.Context, a Actor, rightID string) ([]Reference, error) {
	if _, err := r.Right(ctx, a, rightID); err != nil {
		return nil, err
	}
	refs, err := r.store.References(ctx, []string{rightID})
	if err != nil {
		return nil, fmt.Errorf("list references: %w", err)
	}
	return refs, nil
}

// DeleteReference takes a reference out of the registry and leaves a tombstone
// until PurgeReference, since the index still holds it.
func (r *Registry) DeleteReference(ctx context.Context, a Actor, id string) error {
	ref, err := r.Reference(ctx, a, id)
	if err != nil {
		return err
	}
	if err := r.mayChange(ctx, a, ref.RightID); err != nil {
		return err
	}
	defer r.views.drop(ref.RightID)
	if err := r.store.DeleteReference(ctx, id, r.moment()); err != nil {
		return fmt.Errorf("delete reference: %w", err)
	}
	return nil
}

// UnindexedReferences are those that the index does not hold as they are now,
// oldest first from behind the ID after, at most limit: what a crash, a change
// of state or a fault left over. This and the next five serve the service
// itself and check no actor.
func (r *Registry) UnindexedReferences(ctx context.Context, after string, limit int) ([]Reference, error) {
	return wrapped(r.store.UnindexedReferences(ctx, after, limit))
}

// CountUnindexed counts the references that the index does not hold as they
// are now.
func (r *Registry) CountUnindexed(ctx context.Context) (IndexCounts, error) {
	n, err := r.store.CountUnindexed(ctx)
	if err != nil {
		return IndexCounts{}, fmt.Errorf("count references: %w", err)
	}
	return n, nil
}

// MarkUnindexed says that the index could not take the reference, and why in
// words: it stays among UnindexedReferences until MarkIndexed.
func (r *Registry) MarkUnindexed(ctx context.Context, id, problem string) error {
	if err := r.store.MarkUnindexed(ctx, id, problem); err != nil {
		return fmt.Errorf("mark reference as failing: %w", err)
	}
	return nil
}

// MarkIndexed says that the index holds the reference as it was at a moment:
// the one when the caller read the right, before it wrote to the index. If the
// right changed since, the reference stays unindexed and the call does nothing.
func (r *Registry) MarkIndexed(ctx context.Context, id string, at time.Time) error {
	if err := r.store.MarkIndexed(ctx, id, at.UTC().Truncate(time.Microsecond)); err != nil {
		return fmt.Errorf("mark reference as indexed: %w", err)
	}
	return nil
}

// DeletedReferences are the tombstones, oldest first, at most limit: references
// that the index may still hold. Delete them there, then PurgeReference.
func (r *Registry) DeletedReferences(ctx context.Context, limit int) ([]Reference, error) {
	return wrapped(r.store.DeletedReferences(ctx, limit))
}

// PurgeReference removes a tombstone once the index has let go of it.
func (r *Registry) PurgeReference(ctx context.Context, id string) error {
	if err := r.store.PurgeReference(ctx, id); err != nil {
		return fmt.Errorf("purge reference: %w", err)
	}
	return nil
}

func wrapped(refs []Reference, err error) ([]Reference, error) {
	if err != nil {
		return nil, fmt.Errorf("list references: %w", err)
	}
	return refs, nil
}
