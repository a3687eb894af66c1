package intake

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"touchstone/detect"
	"touchstone/index"
	"touchstone/internal/casework"
)

// reconcileBatch is how many references one step of Reconcile takes.
const reconcileBatch = 64

// Prepare readies the index for the pack in use: collections and aliases are there, references that a crash left half done
// are finished, and the words are in memory. After a change of pack it makes new collections, fills them from the stored
// pictures and words, and only then moves the aliases; one that broke off goes on where it was. Progress (which may be nil) is told how many
// references are done.
//
// A reference that cannot be embedded does not keep the service from starting: it is marked with its problem and Reconcile
// goes on trying. Models that can embed nothing at all do.
func (s *Service) Prepare(ctx context.Context, progress func(done int)) error {
	t := s.turn()
	defer t.done()
	fresh, err := t.collections(ctx)
	if err != nil {
		return err
	}
	f := newFiller(t, fresh)
	done := 0
	err = s.everyReference(ctx, func(batch []registered) error {
		for _, r := range batch {
			s.remember(r.ref, r.right)
		}
		if len(fresh) == 0 {
			return nil
		}
		if err := f.bring(ctx, batch, func(ref casework.Reference, err error) error {
			return s.Registry.MarkUnindexed(ctx, ref.ID, s.fault(ref, err)) // it must not be lost: another collection may have had it
		}); err != nil {
			return err
		}
		before := done
		for done += len(batch); progress != nil && before < done; before++ {
			progress(before + 1)
		}
		return nil
	})
	if err == nil {
		err = f.broken()
	}
	if err != nil {
		return err
	}
	for output, collection := range fresh {
		if err := s.Index.Alias(ctx, detect.Alias(output), collection); err != nil {
			return err
		}
		if err := s.Index.Alias(ctx, candidateAlias+output, ""); err != nil { // a kill may have come between the two
			return err
		}
	}
	if _, err := s.reconcile(ctx); err != nil { // what failed of single references is noted with each
		return err
	}
	if s.removals != nil {
		if err := s.removals.Prepare(ctx); err != nil {
			return err
		}
	}
	if s.keeper == nil {
		return nil
	}
	return s.keeper.Prepare(ctx)
}

// collections makes the collections of the pack and returns those, by output, that no alias leads to yet.
func (t turn) collections(ctx context.Context) (map[string]string, error) {
	aliases, spaces, err := t.names(ctx)
	if err != nil {
		return nil, err
	}
	fresh := map[string]string{}
	for output, space := range t.spaces {
		if spaces[aliases[detect.Alias(output)]] == space { // by its space: after a restore it may have another name than below
			continue
		}
		name := collectionOf(space)
		if err := t.Index.Create(ctx, name, space); err != nil {
			return nil, err
		}
		fresh[output] = name
	}
	return fresh, nil
}

// everyReference walks all references of all rights, up to reconcileBatch and those of one right at a time.
func (s *Service) everyReference(ctx context.Context, fn func([]registered) error) error {
	q := casework.RightQuery{Limit: casework.MaxPage}
	for {
		page, err := s.Registry.Rights(ctx, system, q)
		if err != nil {
			return err
		}
		var batch []registered
		for i, right := range page.Rights {
			refs, err := s.Registry.References(ctx, system, right.ID)
			if err != nil {
				return err
			}
			for _, ref := range refs {
				batch = append(batch, registered{right, ref})
			}
			if last := i == len(page.Rights)-1; len(batch) >= reconcileBatch || last && len(batch) > 0 {
				if err := fn(batch); err != nil {
					return err
				}
				batch = nil
			}
		}
		if page.Next == "" {
			return nil
		}
		q.After = page.Next
	}
}

// Reconcile brings the index to what the registry says: references that are not indexed as they are now, and tombstones that
// the index still holds. It can be called at any time and repeated; a reference that fails does not hold up the others (an index
// that is away does), and one that failed for its own reasons is left alone for a while (20 s, doubling up to an hour).
func (s *Service) Reconcile(ctx context.Context) error {
	failed, err := s.reconcile(ctx)
	return errors.Join(append(failed, err)...)
}

// reconcile tells what failed of single references from what failed altogether.
func (s *Service) reconcile(ctx context.Context) (failed []error, err error) {
	if err := s.purge(ctx); err != nil {
		return nil, err
	}
	after := ""
	for {
		refs, err := s.Registry.UnindexedReferences(ctx, after, reconcileBatch)
		if err != nil || len(refs) == 0 {
			return failed, err
		}
		for _, ref := range refs {
			after = ref.ID
			at := s.now()
			if !s.retries.due(ref.ID, at) {
				continue
			}
			err := s.index(ctx, ref, nil)
			if ctx.Err() != nil {
				return failed, ctx.Err()
			}
			if away(err) {
				return failed, err // it would be the same with the others
			}
			if err != nil {
				s.notIndexed(ctx, ref, err)
				failed = append(failed, fmt.Errorf("reference %s: %w", ref.ID, err))
				continue
			}
			s.retries.forget(ref.ID)
			if err := s.Registry.MarkIndexed(ctx, ref.ID, at); err != nil {
				return failed, err
			}
		}
	}
}

// purge takes deleted references out of the index: out of the collections that are searched, that are being filled and that are kept.
func (s *Service) purge(ctx context.Context) error {
	for {
		deleted, err := s.Registry.DeletedReferences(ctx, reconcileBatch)
		if err != nil || len(deleted) == 0 {
			return err
		}
		if err := s.unindex(ctx, deleted); err != nil {
			return err
		}
		for _, ref := range deleted {
			if err := s.local.forget(ctx, ref); err != nil {
				return err
			}
			s.lexicon.Remove(ref.ID)
			s.retries.forget(ref.ID)
			if err := s.Registry.PurgeReference(ctx, ref.ID); err != nil {
				return err
			}
		}
	}
}

// unindex deletes references from every collection of references.
func (s *Service) unindex(ctx context.Context, refs []casework.Reference) error {
	s.writes.RLock()
	defer s.writes.RUnlock()
	defer s.candidates.hold()()
	_, spaces, err := s.names(ctx)
	if err != nil {
		return err
	}
	ids := make([]string, len(refs))
	for i, ref := range refs {
		ids[i] = ref.ID
	}
	for name := range spaces {
		if strings.HasPrefix(name, detect.ListingsAlias("")) || strings.HasPrefix(name, detect.RemovedAlias) {
			continue
		}
		if err := s.Index.Delete(ctx, name, ids); err != nil && !errors.Is(err, index.ErrNotFound) { // dropped meanwhile
			return err
		}
	}
	return nil
}
