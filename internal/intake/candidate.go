package intake

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"touchstone/detect"
	"touchstone/index"
	"touchstone/internal/casework"
	"touchstone/models"
)

// Aliases beside those that are searched. They keep collections from being taken for leftovers.
const (
	candidateAlias = "candidate." // + output: being filled
	rollbackAlias  = "rollback."  // + output: of the pack that was in use before
)

// A Candidate is a pack that is made ready beside the one in use: its collections are filled from the stored pictures and words, and
// follow every change of the registry from then on. Then it can score listings without anybody seeing it (Score), or come into use (Cut).
// Close it unless it was cut over.
type Candidate struct {
	*filler

	mark   sync.Mutex
	before []string         // collections that were kept for going back before this one
	stale  map[string]bool  // IDs of references that changed and were not taken over yet
	failed map[string]error // of references that could not be embedded
}

// candidates are the packs that are being made ready.
type candidates struct {
	mu  sync.Mutex
	all []*Candidate
}

func (c *candidates) list() []*Candidate {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.all)
}

// changed tells all that a reference is another now.
func (c *candidates) changed(id string) {
	for _, x := range c.list() {
		x.mark.Lock()
		x.stale[id] = true
		x.mark.Unlock()
	}
}

// hold keeps all from writing until release is called.
func (c *candidates) hold() (release func()) {
	all := c.list()
	for _, x := range all {
		x.mu.Lock()
	}
	return func() {
		for _, x := range all {
			x.mu.Unlock()
		}
	}
}

// Candidate begins to make a pack ready. From here on changes of the registry are followed; Fill does the rest. The models are the
// caller's to close, when the candidate is closed or, after a Cut, when the pack that was in use is out of use.
func (s *Service) Candidate(ctx context.Context, pack *models.Pack, embed Embedder) (*Candidate, error) {
	e, err := s.newEngine(pack, embed)
	if err != nil {
		return nil, err
	}
	aliases, _, err := s.names(ctx)
	if err != nil {
		return nil, err
	}
	targets := map[string]string{}
	for output, space := range e.spaces {
		targets[output] = collectionOf(space)
		if err := s.Index.Create(ctx, targets[output], space); err != nil {
			return nil, err
		}
		if err := s.Index.Alias(ctx, candidateAlias+output, targets[output]); err != nil {
			return nil, err
		}
		if err := s.drop(ctx, aliases[candidateAlias+output], targets[output]); err != nil { // of a candidate before that was given up
			return nil, err
		}
	}
	c := &Candidate{filler: newFiller(turn{s, e}, targets), stale: map[string]bool{}, failed: map[string]error{}}
	s.candidates.mu.Lock()
	defer s.candidates.mu.Unlock()
	s.candidates.all = append(s.candidates.all, c)
	return c, nil
}

// InUse says whether the candidate is the pack in use.
func (c *Candidate) InUse() bool { return c.Service.inUse() == c.engine }

// CountReferences counts the references of all rights.
func (s *Service) CountReferences(ctx context.Context) (n int, err error) {
	err = s.everyReference(ctx, func(batch []registered) error {
		n += len(batch)
		return nil
	})
	return n, err
}

// Pack names the candidate's pack.
func (c *Candidate) Pack() detect.PackRef { return c.detector.Pack() }

// Fill embeds the references that the candidate's collections lack. Progress (which may be nil) is told how many references were looked at.
// A reference that cannot be embedded is left out and counted by Failed; models that can embed nothing at all are an error. It can be
// repeated, and goes on where an earlier one, of this process or another, broke off.
func (c *Candidate) Fill(ctx context.Context, progress func(done int)) error {
	done := 0
	err := c.everyReference(ctx, func(batch []registered) error {
		if err := c.bring(ctx, batch, c.fails); err != nil {
			return err
		}
		if done += len(batch); progress != nil {
			progress(done)
		}
		return nil
	})
	if err == nil {
		err = c.CatchUp(ctx)
	}
	if err == nil {
		err = c.broken()
	}
	return err
}

func (c *Candidate) fails(ref casework.Reference, err error) error {
	c.mark.Lock()
	defer c.mark.Unlock()
	c.failed[ref.ID] = err
	return nil
}

// Failed is how many references could not be embedded. They are marked with their problem when the pack comes into use.
func (c *Candidate) Failed() int {
	c.mark.Lock()
	defer c.mark.Unlock()
	return len(c.failed)
}

// CatchUp takes over the references that changed since the collections were filled.
func (c *Candidate) CatchUp(ctx context.Context) error {
	for {
		id, ok := c.next()
		if !ok {
			return nil
		}
		if err := c.takeOver(ctx, id); err != nil {
			c.changed(id)
			return err
		}
	}
}

func (c *Candidate) next() (id string, ok bool) {
	c.mark.Lock()
	defer c.mark.Unlock()
	for id := range c.stale {
		delete(c.stale, id)
		return id, true
	}
	return "", false
}

func (c *Candidate) changed(id string) {
	c.mark.Lock()
	defer c.mark.Unlock()
	c.stale[id] = true
}

func (c *Candidate) takeOver(ctx context.Context, id string) error {
	ref, err := c.Registry.Reference(ctx, system, id)
	if errors.Is(err, casework.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	right, err := c.Registry.Right(ctx, system, ref.RightID)
	if err != nil {
		return err
	}
	c.mark.Lock()
	delete(c.failed, id)
	c.mark.Unlock()
	return c.bring(ctx, []registered{{right, ref}}, c.fails)
}

// Score scores a listing that was scored just now with the candidate, in the same scope, and keeps nothing.
func (c *Candidate) Score(ctx context.Context, in Scored) (ReportRecord, error) {
	found, err := c.look(ctx, in.Listing, in.Market, profileOf(&in.Record.Report))
	if err != nil {
		return ReportRecord{}, err
	}
	return ReportRecord{
		ID: in.Record.ID, Account: in.Record.Account, Marketplace: in.Listing.Marketplace, CreatedAt: in.Record.CreatedAt, Report: *found.report,
		Outcome: c.Policies.For(in.Market.Policy).Decide(c.subject(found)),
	}, nil
}

// Cut brings the candidate into use: what changed last is taken over, commit is called (it notes durably that the pack is in use from
// here on; when it fails nothing has changed), all aliases move, and every turn that begins afterwards has the new pack. Turns
// under way go on with the pack that they began with, whose collections are kept for going back. Registrations wait for the moment that
// this takes, and scoring does not. retired is called once no turn uses the former pack any more; its models can be closed then.
//
// After an error that comes behind commit the former pack is in use still, and Cut can be called again.
func (c *Candidate) Cut(ctx context.Context, commit func(context.Context) error, retired func()) error {
	if err := c.CatchUp(ctx); err != nil { // most of it, before anybody waits
		return err
	}
	old, err := c.cut(ctx, commit)
	if err != nil {
		return err
	}
	c.forget()
	if c.keeper != nil {
		err = c.keeper.Switch(ctx, c.listings())
	}
	if c.removals != nil {
		err = errors.Join(err, c.removals.Switch(ctx, c.Service.removed(c.engine)))
	}
	go func() {
		old.users.Wait()
		retired()
	}()
	return errors.Join(err, c.tidy(ctx))
}

func (c *Candidate) cut(ctx context.Context, commit func(context.Context) error) (*engine, error) {
	s := c.Service
	s.writes.Lock()
	defer s.writes.Unlock()
	if err := c.CatchUp(ctx); err != nil {
		return nil, err
	}
	if err := c.markFailed(ctx); err != nil {
		return nil, err
	}
	old := s.inUse()
	if err := old.keep(ctx, s); err != nil {
		return nil, err
	}
	if err := c.protect(ctx, old); err != nil {
		return nil, err
	}
	if err := commit(ctx); err != nil {
		return nil, err
	}
	for output, collection := range c.targets {
		if err := s.Index.Alias(ctx, detect.Alias(output), collection); err != nil {
			return nil, fmt.Errorf("move the alias of %s: %w", output, err)
		}
	}
	s.swap.Lock()
	defer s.swap.Unlock()
	s.engine = c.engine
	return old, nil
}

// keep notes which collections a pack that is about to be replaced goes on with.
func (e *engine) keep(ctx context.Context, s *Service) error {
	if e.kept.Load() != nil {
		return nil // an earlier attempt did, before any alias moved
	}
	aliases, spaces, err := s.names(ctx)
	if err != nil {
		return err
	}
	kept := map[string]string{}
	for output, space := range e.spaces {
		if name := aliases[detect.Alias(output)]; spaces[name] == space {
			kept[output] = name
		}
	}
	e.kept.Store(&kept)
	return nil
}

// markFailed marks the references that the candidate could not embed, so that Reconcile goes on trying.
func (c *Candidate) markFailed(ctx context.Context) error {
	c.mark.Lock()
	defer c.mark.Unlock()
	for id, cause := range c.failed {
		if err := c.Registry.MarkUnindexed(ctx, id, problemOf(cause)); err != nil && !errors.Is(err, casework.ErrNotFound) {
			return err
		}
	}
	return nil
}

// protect has aliases lead to the collections that are kept for going back, and remembers those that were kept before.
func (c *Candidate) protect(ctx context.Context, old *engine) error {
	aliases, _, err := c.names(ctx)
	if err != nil {
		return err
	}
	for output, name := range *old.kept.Load() {
		if aliases[rollbackAlias+output] == name {
			continue
		}
		c.before = append(c.before, aliases[rollbackAlias+output])
		if err := c.Index.Alias(ctx, rollbackAlias+output, name); err != nil {
			return err
		}
	}
	return nil
}

// tidy takes away the candidate's own aliases, and the collections that were kept for going back before.
func (c *Candidate) tidy(ctx context.Context) error {
	for output := range c.targets {
		if err := c.Index.Alias(ctx, candidateAlias+output, ""); err != nil {
			return err
		}
	}
	for _, name := range c.before {
		if err := c.Service.drop(ctx, name, ""); err != nil {
			return err
		}
	}
	return nil
}

// drop drops a collection, unless it is the one excepted or an alias leads to it.
func (s *Service) drop(ctx context.Context, name, except string) error {
	if name == "" || name == except {
		return nil
	}
	if err := s.Index.Drop(ctx, name); err != nil && !errors.Is(err, index.ErrInvalid) {
		return err
	}
	return nil
}

func (c *Candidate) forget() {
	s := c.Service
	s.candidates.mu.Lock()
	defer s.candidates.mu.Unlock()
	s.candidates.all = slices.DeleteFunc(s.candidates.all, func(x *Candidate) bool { return x == c })
}

// Close gives the candidate up. Its collections stay where they are, so that another of the same pack goes on with them, unless drop says
// that they are not wanted any more.
func (c *Candidate) Close(ctx context.Context, drop bool) error {
	c.forget()
	if !drop {
		return nil
	}
	for output, name := range c.targets {
		if err := c.Index.Alias(ctx, candidateAlias+output, ""); err != nil {
			return err
		}
		if err := c.Service.drop(ctx, name, ""); err != nil {
			return err
		}
	}
	return nil
}

// Scored is a listing that was scored, as an Observer gets it. It is shared: read only.
type Scored struct {
	Listing detect.Listing
	Market  casework.Marketplace
	Record  ReportRecord
}

// An Observer hears of every listing that was scored for a caller, after its report is kept and before it is answered. It must not wait.
type Observer interface {
	Observe(in Scored)
}
