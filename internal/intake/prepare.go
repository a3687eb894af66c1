package intake

import (
	"context"
	"errors"
	"fmt"

	"touchstone/detect"
	"touchstone/index"
	"touchstone/internal/casework"
)

// reconcileBatch is how many references one step of Reconcile takes.
const reconcileBatch = 64

// Prepare readies the index for the pack in use: collections and aliases are there, references that a crash left half done
// are finished, and the words are in memory. After a change of pack it makes new collections, fills them from the stored
// pictures and words, and only then moves the aliases. Progress (which may be nil) is told how many references are done.
//
// A reference that cannot be embedded does not keep the service from starting: it is marked with its problem and Reconcile
// goes on trying. Models that can embed nothing at all do.
func (s *Service) Prepare(ctx context.Context, progress func(done int)) error {
	fresh, err := s.collections(ctx)
	if err != nil {
		return err
	}
	filled := map[string]*filling{}
	for output := range fresh {
		filled[output] = &filling{}
	}
	done := 0
	err = s.everyReference(ctx, func(right casework.Right, ref casework.Reference) error {
		s.remember(ref, right)
		targets := map[string]string{}
		for _, output := range s.outputsFor(ref, right) {
			if collection, ok := fresh[output]; ok {
				targets[output] = collection
			}
		}
		if len(targets) == 0 {
			return nil
		}
		failed, err := s.fill(ctx, ref, right, targets)
		if err != nil {
			return fmt.Errorf("reference %s: %w", ref.ID, err)
		}
		for output := range targets {
			filled[output].add(failed)
		}
		if done++; progress != nil {
			progress(done)
		}
		return nil
	})
	if err != nil {
		return err
	}
	for output, collection := range fresh {
		if f := filled[output]; f.done == 0 && f.models != nil {
			return fmt.Errorf("no reference could be embedded into output %q: %w", output, f.models)
		}
		if err := s.Index.Alias(ctx, detect.Alias(output), collection); err != nil {
			return err
		}
	}
	if _, err := s.reconcile(ctx); err != nil { // what failed of single references is noted with each
		return err
	}
	if s.keeper == nil {
		return nil
	}
	return s.keeper.Prepare(ctx)
}

// collections makes the collections of the pack and returns those, by output, that no alias leads to yet.
func (s *Service) collections(ctx context.Context) (map[string]string, error) {
	aliases, err := s.Index.Aliases(ctx)
	if err != nil {
		return nil, err
	}
	infos, err := s.Index.Collections(ctx)
	if err != nil {
		return nil, err
	}
	spaces := map[string]index.Space{} // by name, which after a restore may be another than the one below
	for _, info := range infos {
		spaces[info.Name] = info.Space
	}
	fresh := map[string]string{}
	for output, space := range s.spaces {
		if spaces[aliases[detect.Alias(output)]] == space {
			continue
		}
		name := output + "@" + space.Pack + "-" + space.Version
		if err := s.Index.Create(ctx, name, space); err != nil {
			return nil, err
		}
		fresh[output] = name
	}
	return fresh, nil
}

// filling is how far a new collection is.
type filling struct {
	done   int
	models *embedError // the last failure that was not the reference's own fault
}

func (f *filling) add(failed *embedError) {
	switch {
	case failed == nil:
		f.done++
	case !failed.ofReference():
		f.models = failed
	}
}

// fill writes a reference to new collections. One that cannot be embedded is marked so; only what concerns all references is
// an error.
func (s *Service) fill(ctx context.Context, ref casework.Reference, right casework.Right, targets map[string]string) (*embedError, error) {
	err := s.indexInto(ctx, ref, right, targets, nil)
	var failed *embedError
	if err == nil || ctx.Err() != nil || !errors.As(err, &failed) {
		return nil, err
	}
	problem := s.fault(ref, err)
	return failed, s.Registry.MarkUnindexed(ctx, ref.ID, problem) // it must not be lost: another collection may have had it
}

// everyReference walks all references of all rights.
func (s *Service) everyReference(ctx context.Context, fn func(casework.Right, casework.Reference) error) error {
	q := casework.RightQuery{Limit: casework.MaxPage}
	for {
		page, err := s.Registry.Rights(ctx, system, q)
		if err != nil {
			return err
		}
		for _, right := range page.Rights {
			refs, err := s.Registry.References(ctx, system, right.ID)
			if err != nil {
				return err
			}
			for _, ref := range refs {
				if err := fn(right, ref); err != nil {
					return err
				}
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

// purge takes deleted references out of the index.
func (s *Service) purge(ctx context.Context) error {
	for {
		deleted, err := s.Registry.DeletedReferences(ctx, reconcileBatch)
		if err != nil || len(deleted) == 0 {
			return err
		}
		for _, ref := range deleted {
			for _, output := range s.outputsOf(ref) {
				if err := s.Index.Delete(ctx, detect.Alias(output), []string{ref.ID}); err != nil {
					return err
				}
			}
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
