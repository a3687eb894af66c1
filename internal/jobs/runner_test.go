package jobs_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"touchstone/internal/jobs"
	"touchstone/internal/store/sqlite"
)

// bench is a runner on a real store with a clock of its own.
type bench struct {
	*jobs.Runner
	store *sqlite.Store
	mu    sync.Mutex
	now   time.Time
}

func (b *bench) clock() time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.now
}

func (b *bench) pass(d time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.now = b.now.Add(d)
}

func newBench(t *testing.T, cfg jobs.Config) *bench {
	t.Helper()
	s, err := sqlite.Open(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	b := &bench{store: s, now: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)}
	b.Runner = jobs.NewRunner(s, cfg, "test", b.clock, nil)
	return b
}

func (b *bench) add(t *testing.T, id, kind string) {
	t.Helper()
	j, err := jobs.New(id, kind, map[string]string{"id": id}, b.clock())
	if err != nil {
		t.Fatal(err)
	}
	if err := b.store.Enqueue(t.Context(), j); err != nil {
		t.Fatal(err)
	}
}

func (b *bench) once(t *testing.T) int {
	t.Helper()
	n, err := b.Once(t.Context(), 10)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestRetries: a failing job comes back with growing pauses, and is a dead letter that says why after its last try.
func TestRetries(t *testing.T) {
	b := newBench(t, jobs.Config{Attempts: 4, First: time.Minute, Longest: 3 * time.Minute})
	var at []time.Duration
	begin := b.clock()
	b.Handle("fail", func(context.Context, jobs.Job) error {
		at = append(at, b.clock().Sub(begin))
		return errors.New("the disk is full")
	})
	b.add(t, "a", "fail")
	for range 20 {
		b.once(t)
		b.pass(30 * time.Second)
	}
	if want := []time.Duration{0, time.Minute, 3 * time.Minute, 6 * time.Minute}; !slices.Equal(at, want) {
		t.Errorf("tried after %v, want %v", at, want)
	}
	dead, err := b.store.DeadJobs(t.Context(), "", 10)
	if err != nil || len(dead) != 1 || dead[0].Problem != "the disk is full" || dead[0].Attempts != 4 {
		t.Errorf("dead letters %+v, %v", dead, err)
	}
}

// TestOutcomes: what is done is gone, what cannot help is dead at once, a panic is a failure, other kinds are left alone.
func TestOutcomes(t *testing.T) {
	b := newBench(t, jobs.Config{})
	var done []string
	b.Handle("good", func(_ context.Context, j jobs.Job) error {
		v, err := jobs.Decode[map[string]string](j)
		done = append(done, v["id"])
		return err
	})
	b.Handle("bad", func(context.Context, jobs.Job) error { return fmt.Errorf("%w: no such notice", jobs.ErrPermanent) })
	b.Handle("panic", func(context.Context, jobs.Job) error { panic("oh") })
	for _, kind := range []string{"good", "bad", "panic", "unknown"} {
		b.add(t, "j-"+kind, kind)
	}
	if n := b.once(t); n != 3 {
		t.Errorf("took %d of 3", n)
	}
	b.pass(time.Hour)
	if n := b.once(t); n != 1 { // the one that panicked
		t.Errorf("took %d an hour later", n)
	}
	dead, err := b.store.DeadJobs(t.Context(), "", 10)
	if err != nil || len(dead) != 1 || dead[0].Kind != "bad" || !slices.Equal(done, []string{"j-good"}) {
		t.Errorf("dead %+v (%v), done %v", dead, err, done)
	}
}

// TestStop: Run ends with its context, waits for the job at work, and a job that was cut off is no failure: the next runner does it.
func TestStop(t *testing.T) {
	b := newBench(t, jobs.Config{Poll: time.Millisecond, Attempts: 1})
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	begun := make(chan struct{}, 2)
	b.Handle("slow", func(ctx context.Context, _ jobs.Job) error {
		begun <- struct{}{}
		<-ctx.Done()
		return ctx.Err()
	})
	b.add(t, "a", "slow")
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		b.Run(ctx)
	}()
	<-begun
	cancel()
	<-ended
	got := 0
	next := jobs.NewRunner(b.store, jobs.Config{}, "next", b.clock, nil)
	next.Handle("slow", func(_ context.Context, j jobs.Job) error { got = j.Attempts; return nil })
	if n, err := next.Once(t.Context(), 10); n != 1 || err != nil || got != 1 {
		t.Errorf("the next runner did %d (%v), attempt %d", n, err, got)
	}
}

// TestWake: work that is queued is done at once, not at the next poll.
func TestWake(t *testing.T) {
	b := newBench(t, jobs.Config{Poll: time.Hour})
	done := make(chan struct{})
	b.Handle("x", func(context.Context, jobs.Job) error { close(done); return nil })
	ctx, cancel := context.WithCancel(t.Context())
	var group sync.WaitGroup
	group.Go(func() { b.Run(ctx) })
	b.add(t, "a", "x")
	b.Wake()
	<-done
	cancel()
	group.Wait()
}
