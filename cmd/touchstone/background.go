package main

import (
	"context"
	"log/slog"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"touchstone/internal/blob"
	"touchstone/internal/intake"
	"touchstone/internal/server"
	"touchstone/internal/sweep"
)

// Rhythms of background work.
const (
	reconcileEvery = 20 * time.Second // references that a busy moment left out of the index
	cleanEvery     = 24 * time.Hour   // pictures that no kept listing shows
	yieldStep      = 20 * time.Millisecond
	yieldMost      = 2 * time.Second // so that steady traffic slows background work and does not stop it
)

// leastPictureDays is how long the pictures of a scored listing stay at least, whatever policy says of the listing: the evidence
// of its report.
const leastPictureDays = 30

// A gate keeps background work from the machine while as many requests are at work as there are cores.
type gate struct {
	server atomic.Pointer[server.Server]
}

// wait returns once there is room, or after yieldMost.
func (g *gate) wait(ctx context.Context) error {
	for waited := time.Duration(0); waited < yieldMost; waited += yieldStep {
		srv := g.server.Load()
		if srv == nil {
			return ctx.Err()
		}
		if atWork, _ := srv.Load(); atWork < runtime.GOMAXPROCS(0) {
			return ctx.Err()
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(yieldStep):
		}
	}
	return ctx.Err()
}

// work runs all background work of a service, others included, until the returned function is called, which waits for its end.
func work(ctx context.Context, s *intake.Service, sweeps *sweep.Runner, log *slog.Logger, others ...func(context.Context)) (stop func(context.Context) error) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	var group sync.WaitGroup
	group.Go(func() { reconcile(ctx, s, log) })
	if s.Guard != nil {
		group.Go(func() { s.Guard.Run(ctx) })
	}
	for _, other := range others {
		group.Go(func() { other(ctx) })
	}
	if k := s.RemovedPictures(); k != nil {
		group.Go(func() { k.Run(ctx) })
	}
	if k := s.Keeper(); k != nil {
		group.Go(func() { k.Run(ctx) })
		group.Go(func() { clean(ctx, s, log) })
	}
	if sweeps != nil {
		group.Go(func() { sweeps.Run(ctx) })
	}
	return func(context.Context) error {
		cancel()
		group.Wait()
		return nil
	}
}

// reconcile finishes references that are registered and not searchable yet, until ctx ends.
func reconcile(ctx context.Context, s *intake.Service, log *slog.Logger) {
	every(ctx, reconcileEvery, func() {
		if err := s.Reconcile(ctx); err != nil && ctx.Err() == nil {
			log.Warn("references wait for the index", "error", err)
		}
	})
}

// clean removes pictures of listings that were replaced or never kept, after the longest time that any policy keeps listings.
func clean(ctx context.Context, s *intake.Service, log *slog.Logger) {
	days := leastPictureDays
	for _, p := range s.Policies {
		days = max(days, p.ListingDays)
	}
	every(ctx, cleanEvery, func() {
		before := s.Now().AddDate(0, 0, -days).Add(-2 * time.Hour) // the blob store counts by the hour
		n, err := s.Blobs.Expire(ctx, blob.Listing, before)
		if err != nil && ctx.Err() == nil {
			log.Warn("old pictures of listings", "removed", n, "error", err)
		} else if n > 0 {
			log.Info("old pictures of listings", "removed", n)
		}
	})
}

// every calls fn at an interval until ctx ends.
func every(ctx context.Context, interval time.Duration, fn func()) {
	tick := time.NewTicker(interval)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			fn()
		}
	}
}
