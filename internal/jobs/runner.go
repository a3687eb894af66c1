package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"
)

// Config bounds a Runner. Zero values take the defaults.
type Config struct {
	Workers  int           // jobs at a time; default 2
	Lease    time.Duration // how long a job may take before another may take it over; default 2 minutes
	Attempts int           // tries before a job is dead; default 12, which with the pauses below is about a day
	Poll     time.Duration // how often the store is asked when nobody called Wake; default 1 second
	First    time.Duration // pause after the first failure, doubled with each; default 5 seconds
	Longest  time.Duration // longest pause; default 4 hours
}

func (c Config) withDefaults() Config {
	set := func(d *time.Duration, v time.Duration) {
		if *d <= 0 {
			*d = v
		}
	}
	if c.Workers <= 0 {
		c.Workers = 2
	}
	if c.Attempts <= 0 {
		c.Attempts = 12
	}
	set(&c.Lease, 2*time.Minute)
	set(&c.Poll, time.Second)
	set(&c.First, 5*time.Second)
	set(&c.Longest, 4*time.Hour)
	return c
}

// A Runner does the jobs of a store with the handlers that it was given.
type Runner struct {
	store    Store
	cfg      Config
	now      func() time.Time
	log      *slog.Logger
	owner    string
	handlers map[string]Handler
	wake     chan struct{}
}

// NewRunner makes a runner. owner names it among all runners on the store and must be new with each process. A nil clock is
// time.Now, a nil logger is silent.
func NewRunner(s Store, cfg Config, owner string, clock func() time.Time, log *slog.Logger) *Runner {
	if clock == nil {
		clock = time.Now
	}
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &Runner{store: s, cfg: cfg.withDefaults(), now: clock, log: log, owner: owner, handlers: map[string]Handler{}, wake: make(chan struct{}, 1)}
}

// Handle sets the handler of a kind. Call it before Run.
func (r *Runner) Handle(kind string, h Handler) { r.handlers[kind] = h }

// Wake makes the runner look for jobs now rather than at the next poll. It never blocks.
func (r *Runner) Wake() {
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

// Run does jobs until ctx ends, and returns when the handlers at work have.
func (r *Runner) Run(ctx context.Context) {
	var group sync.WaitGroup
	defer group.Wait()
	for range r.cfg.Workers {
		group.Go(func() { r.work(ctx) })
	}
}

// work is one worker: it does what is due, then waits.
func (r *Runner) work(ctx context.Context) {
	tick := time.NewTicker(r.cfg.Poll)
	defer tick.Stop()
	for {
		n, err := r.Once(ctx, 1)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			r.log.Error("jobs cannot be read", "error", err)
		case n > 0:
			r.Wake() // another worker may find one as well
			continue
		}
		select {
		case <-ctx.Done():
			return
		case <-r.wake:
		case <-tick.C:
		}
	}
}

// Once does up to limit jobs that are due, one after the other, and says how many it took.
func (r *Runner) Once(ctx context.Context, limit int) (int, error) {
	kinds := slices.Sorted(maps.Keys(r.handlers))
	if len(kinds) == 0 {
		return 0, nil
	}
	now := r.now()
	list, err := r.store.ClaimJobs(ctx, r.owner, kinds, now, now.Add(r.cfg.Lease), limit)
	if err != nil {
		return 0, fmt.Errorf("claim jobs: %w", err)
	}
	var errs []error
	for _, j := range list {
		errs = append(errs, r.do(ctx, j))
	}
	return len(list), errors.Join(errs...)
}

// do runs a handler and keeps what came of it, also while the service stops: work that was done is not done again for that.
func (r *Runner) do(ctx context.Context, j Job) error {
	err := r.guarded(ctx, j)
	keep, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	if err == nil {
		return r.store.FinishJob(keep, j.ID, r.owner)
	}
	j.RunAt, j.State, j.Problem = r.now().Add(r.pause(j.Attempts)), Waiting, err.Error()
	switch {
	case ctx.Err() != nil: // the service stops; that is no failure of the job
		j.RunAt, j.Problem = r.now(), ""
		j.Attempts--
	case errors.Is(err, ErrPermanent) || j.Attempts >= r.cfg.Attempts:
		j.State = Dead
		r.log.Error("a job is given up; see the dead letters", "job", j.ID, "kind", j.Kind, "error", err)
	default:
		r.log.Warn("a job failed and is tried again", "job", j.ID, "kind", j.Kind, "at", j.RunAt, "error", err)
	}
	return r.store.PutBackJob(keep, j, r.owner)
}

// guarded runs the handler within the lease and turns its panic into an error.
func (r *Runner) guarded(ctx context.Context, j Job) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("job %s panicked: %v", j.Kind, p)
		}
	}()
	ctx, cancel := context.WithTimeout(ctx, r.cfg.Lease)
	defer cancel()
	return r.handlers[j.Kind](ctx, j)
}

// pause before the next try, after so many.
func (r *Runner) pause(attempts int) time.Duration {
	d := r.cfg.First
	for range attempts - 1 {
		if d *= 2; d >= r.cfg.Longest {
			return r.cfg.Longest
		}
	}
	return d
}
