package sweep

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"touchstone/index"
	"touchstone/internal/casework"
	"touchstone/internal/intake"
	"touchstone/internal/listings"
	"touchstone/internal/policy"
)

// Times of the Runner.
const (
	lease     = 30 * time.Second // renewed with every step; after it another process may go on
	pollEvery = 2 * time.Second
	deferFor  = 5 * time.Second // until what a sweep needs is indexed
	giveUp    = time.Hour       // waiting for the index: then it goes on without
	attempts  = 5               // that fail before the sweep does
)

// Settle is how long an automatic sweep waits before it begins: references that are registered together share one sweep, and
// listings that were being scored while the reference was new are kept by then.
const Settle = 10 * time.Second

// system is the actor of the service's own work.
var system = casework.Actor{Account: "system", Role: "operator"}

// Parts are what a Runner works with.
type Parts struct {
	Store    Store
	Listings listings.Store
	Intake   *intake.Service
	Index    *index.Index
	Log      *slog.Logger
	Now      func() time.Time
	// Yield, if not nil, is called before each listing is scored; it waits while live scoring needs the machine.
	Yield func(context.Context) error
}

// A Runner queues sweeps and runs them, one at a time. It is safe for concurrent use.
type Runner struct {
	Parts
	owner string
	wake  chan struct{}
}

// New makes a Runner. Run does the work.
func New(p Parts) *Runner {
	casework.Surroundings(&p.Log, &p.Now)
	return &Runner{Parts: p, owner: casework.NewID("run"), wake: make(chan struct{}, 1)}
}

// Request queues a sweep of a right that the actor may change; one that waits already is returned instead.
func (r *Runner) Request(ctx context.Context, a casework.Actor, rightID string) (Sweep, error) {
	right, err := r.Intake.Registry.Right(ctx, a, rightID)
	if err != nil {
		return Sweep{}, err
	}
	if right.State != casework.StatePending && right.State != casework.StateVerified {
		return Sweep{}, fmt.Errorf("%w: the right is %s; only pending and verified rights are held against listings", casework.ErrConflict, right.State)
	}
	return r.queue(ctx, right.ID, ReasonAsked, 0)
}

func (r *Runner) queue(ctx context.Context, rightID, reason string, after time.Duration) (Sweep, error) {
	now := r.now()
	s, _, err := r.Store.QueueSweep(ctx, Sweep{
		ID: casework.NewID("swp"), RightID: rightID, Reason: reason, State: StateWaiting, CreatedAt: now, NotBefore: now.Add(after),
	})
	if err != nil {
		return Sweep{}, fmt.Errorf("queue sweep: %w", err)
	}
	select {
	case r.wake <- struct{}{}:
	default:
	}
	return s, nil
}

// Changed implements intake.Sweeper: it queues a sweep of a right that was verified or has got a reference, as policy says.
func (r *Runner) Changed(ctx context.Context, right casework.Right, verified bool) {
	on := r.Intake.Policies.For("").SweepOn
	pending := on == policy.SweepOnRegistered && right.State == casework.StatePending
	if on == policy.SweepOnNever || right.State != casework.StateVerified && !pending {
		return
	}
	reason := ReasonReference
	if verified {
		reason = ReasonVerified
	}
	if _, err := r.queue(ctx, right.ID, reason, Settle); err != nil {
		r.Log.Error("a right is not swept; ask for it with POST /v1/rights/{id}/sweep", "right", right.ID, "error", err)
	}
}

// Run runs sweeps until ctx ends. One that is cut off goes on when its lease has ended, here or in another process.
func (r *Runner) Run(ctx context.Context) {
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	for {
		for ctx.Err() == nil {
			if ran, err := r.Once(ctx); !ran || err != nil {
				break
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		case <-r.wake:
		}
	}
}

// Once claims a sweep whose time has come and runs it, to its end or until it must wait; ran is false when there was none.
func (r *Runner) Once(ctx context.Context) (ran bool, err error) {
	now := r.now()
	s, ok, err := r.Store.ClaimSweep(ctx, r.owner, now, now.Add(lease))
	if err != nil || !ok {
		return false, err
	}
	err = r.run(ctx, &s)
	switch {
	case err == nil || errors.Is(err, errLost):
		return true, nil
	case ctx.Err() != nil:
		r.release(ctx, s)
		return true, ctx.Err()
	}
	r.Log.Warn("a sweep failed", "sweep", s.ID, "right", s.RightID, "stage", s.Stage, "error", err)
	return true, r.failed(ctx, s, err)
}

// release lets a sweep that is cut off in order go on elsewhere at once.
func (r *Runner) release(ctx context.Context, s Sweep) {
	last, done := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer done()
	if _, err := r.Store.SaveSweep(last, s, r.owner, r.now()); err != nil {
		r.Log.Warn("a sweep goes on only when its lease ends", "sweep", s.ID, "error", err)
	}
}

// failed notes a failure; the sweep goes on later where it was, until it has failed too often.
func (r *Runner) failed(ctx context.Context, s Sweep, cause error) error {
	s.Attempts++
	s.NotBefore = r.now().Add(time.Duration(s.Attempts) * deferFor)
	s.State = StateWaiting
	if errors.Is(cause, index.ErrSpace) || errors.Is(cause, index.ErrNotFound) {
		s.StartedAt, s.Stage = nil, "" // another pack came into use: it begins again once the listings are embedded for that
	}
	if errors.Is(cause, casework.ErrNotFound) || s.Attempts >= attempts {
		now := r.now()
		s.State, s.FinishedAt = StateFailed, &now
		s.Problem = "It failed again and again; the service's log has the cause. Ask for it again once that is mended."
	}
	_, err := r.Store.SaveSweep(ctx, s, r.owner, r.now())
	return err
}

func (r *Runner) now() time.Time { return r.Now().UTC().Truncate(time.Microsecond) }
