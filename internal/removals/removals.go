// Package removals keeps the pictures of removed listings where scoring searches them, so that an edited copy of one is met again
// and not the same file alone.
//
// The decisions that stand are the truth (internal/casework/followup): a picture is in the collection as long as a removal of it is
// among them. Whoever changes a decision notes, in the same transaction, which pictures it was about; the Keeper brings the
// collection to what stands a moment later, and to another pack when one comes into use. Whoever finds a picture in the
// collection asks what stands of it before relying on it, so that what was reinstated a second ago is met no more.
package removals

import (
	"context"
	"errors"
	"fmt"
	"image"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"touchstone/detect"
	"touchstone/index"
	"touchstone/internal/blob"
	"touchstone/internal/photo"
)

const (
	catchUpEvery = 10 * time.Second
	step         = 16 // pictures between two looks at what else is to be done
)

// A Store knows which removed pictures stand, and which of them changed.
type Store interface {
	// AnyRemoved tells whether any removed picture stands.
	AnyRemoved(ctx context.Context) (bool, error)
	// ChangedRemovals lists pictures whose place may be out of step, by their hashes from behind after.
	ChangedRemovals(ctx context.Context, after string, limit int) ([]Change, error)
	// SettleRemovals takes those off the list that have not changed again.
	SettleRemovals(ctx context.Context, done []Change) error
	// RecallRemovals puts every picture that stands on the list.
	RecallRemovals(ctx context.Context) error
}

// A Change is a picture that came among those removed, or went.
type Change struct {
	Picture string // SHA-256 of its bytes
	Token   string // another with each change
	Stands  bool   // a removal of it is in force
}

// A Pack makes the vectors that removed pictures are found by.
type Pack struct {
	Space index.Space // zero: the pack finds no copies
	// Vectors embeds a picture as a reference is embedded. Hash is that of its bytes.
	Vectors func(ctx context.Context, hash string, img image.Image) ([][]float32, error)
	// Forget hears of a picture that stands no more.
	Forget func(ctx context.Context, hash string) error
}

// Parts are what a Keeper works with. Log and Yield may be nil.
type Parts struct {
	Store Store
	Index *index.Index
	Blobs *blob.Store
	Pack  Pack // in use at first
	Photo photo.Limits
	Log   *slog.Logger
	Yield func(context.Context) error // called before each model run; waits while live scoring needs the machine
}

// A Keeper brings the collection to what stands. It is safe for concurrent use.
type Keeper struct {
	Parts
	work sync.Mutex // one writer at a time; holds Pack and due too
	due  bool       // the collection of the pack is still to be made
	some atomic.Bool
	lack atomic.Bool // the collection was made anew, and is not filled
}

// New makes a Keeper. Call Prepare, then Run.
func New(p Parts) *Keeper {
	if p.Log == nil {
		p.Log = slog.New(slog.DiscardHandler)
	}
	return &Keeper{Parts: p}
}

// Some tells whether any removed picture is to be searched for. It is known without asking anybody, and as old as the last catch-up.
func (k *Keeper) Some() bool { return k != nil && k.some.Load() }

// Whole tells whether every removed picture is in the collection, but for those of the last moments. It is not while the pictures are embedded
// for another pack.
func (k *Keeper) Whole() bool { return !k.lack.Load() }

// Prepare makes the collection of the pack in use, if it is not there, and has its alias lead to it. Another pack's is dropped; what it
// held is embedded again by Run, and until then is met by its file alone.
func (k *Keeper) Prepare(ctx context.Context) error {
	k.work.Lock()
	defer k.work.Unlock()
	return k.prepare(ctx)
}

// Switch goes over to another pack, as Prepare does at the start. After an error Run goes on trying.
func (k *Keeper) Switch(ctx context.Context, p Pack) error {
	k.work.Lock()
	defer k.work.Unlock()
	k.Pack = p
	return k.prepare(ctx)
}

func (k *Keeper) prepare(ctx context.Context) (err error) {
	k.due = true
	some, err := k.Store.AnyRemoved(ctx)
	if err != nil {
		return err
	}
	if k.Pack.Space.Dimension == 0 {
		k.due = false
		k.some.Store(false)
		return nil
	}
	name := detect.RemovedAlias + "@" + k.Pack.Space.Pack + "-" + k.Pack.Space.Version
	if err := k.Index.Create(ctx, name, k.Pack.Space); err != nil {
		return fmt.Errorf("removed pictures: %w", err)
	}
	aliases, err := k.Index.Aliases(ctx)
	if err != nil {
		return err
	}
	if old := aliases[detect.RemovedAlias]; old != name {
		if err := k.Store.RecallRemovals(ctx); err != nil { // before the alias moves: a kill in between has it done again
			return err
		}
		k.lack.Store(some)
		if err := k.Index.Alias(ctx, detect.RemovedAlias, name); err != nil {
			return err
		}
		if old != "" {
			if err := k.Index.Drop(ctx, old); err != nil {
				return err
			}
		}
	}
	k.due = false
	k.some.Store(some)
	return nil
}

// Run works until ctx ends.
func (k *Keeper) Run(ctx context.Context) {
	tick := time.NewTicker(catchUpEvery)
	defer tick.Stop()
	for {
		if err := k.CatchUp(ctx); err != nil && ctx.Err() == nil {
			k.Log.Warn("removed pictures wait for the index", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// CatchUp brings the collection to what stands now. A picture that fails does not hold up the others, and comes again next time; one that
// is kept no longer or cannot be read is left out.
func (k *Keeper) CatchUp(ctx context.Context) error {
	k.work.Lock()
	defer k.work.Unlock()
	if k.due {
		if err := k.prepare(ctx); err != nil {
			return err
		}
	}
	if k.Pack.Space.Dimension == 0 {
		return nil
	}
	some, err := k.Store.AnyRemoved(ctx)
	if err != nil {
		return err
	}
	k.some.Store(some)
	after := ""
	var failed []error
	for {
		changes, err := k.Store.ChangedRemovals(ctx, after, step)
		if err == nil && len(changes) == 0 && len(failed) == 0 {
			k.lack.Store(false)
		}
		if err != nil || len(changes) == 0 {
			return errors.Join(append(failed, err)...)
		}
		after = changes[len(changes)-1].Picture
		var done []Change
		for _, c := range changes {
			if err := k.bring(ctx, c); err != nil {
				failed = append(failed, fmt.Errorf("removed picture %s: %w", c.Picture, err))
				continue
			}
			done = append(done, c)
		}
		if err := k.Store.SettleRemovals(ctx, done); err != nil {
			return errors.Join(append(failed, err)...)
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
}

// bring puts a picture into the collection, or takes it out.
func (k *Keeper) bring(ctx context.Context, c Change) error {
	if !c.Stands {
		if err := k.Index.Delete(ctx, detect.RemovedAlias, []string{c.Picture}); err != nil {
			return err
		}
		return k.Pack.Forget(ctx, c.Picture)
	}
	there, err := k.Index.Get(ctx, detect.RemovedAlias, []string{c.Picture})
	if err != nil || len(there) > 0 {
		return err
	}
	data, err := k.Blobs.Get(ctx, c.Picture)
	var ph *photo.Photo
	if err == nil {
		ph, err = photo.Decode(data, k.Photo)
	}
	if err != nil {
		if ctx.Err() == nil && unreadable(err) {
			k.Log.Warn("a removed picture cannot be read and is met by its file alone", "picture", c.Picture, "error", err)
			return nil
		}
		return err
	}
	if k.Yield != nil {
		if err := k.Yield(ctx); err != nil {
			return err
		}
	}
	vectors, err := k.Pack.Vectors(ctx, c.Picture, ph.Image)
	if err != nil {
		return err
	}
	return k.Index.Upsert(ctx, detect.RemovedAlias, k.Pack.Space, []index.Point{{ID: c.Picture, Vectors: vectors, Payload: index.Payload{Active: true}}})
}

// unreadable tells a picture that will not be read tomorrow either.
func unreadable(err error) bool {
	for _, kind := range []error{blob.ErrNotFound, blob.ErrCorrupt, photo.ErrEmpty, photo.ErrFormat, photo.ErrTooLarge, photo.ErrTooSmall, photo.ErrCorrupt} {
		if errors.Is(err, kind) {
			return true
		}
	}
	return false
}
