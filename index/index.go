// Package index is the vector index: it keeps points (an ID, some vectors, a payload) in collections and finds those nearest to
// a query's vectors.
//
// Users hold an [Index], which an engine's Open returns (package local for the embedded one, qdrant for a server). It promises, over any engine:
//
//   - Every collection belongs to one [Space]; vectors of another space are refused with [ErrSpace], never compared.
//   - Bad input is refused with [ErrInvalid] and a sentence before anything is changed.
//   - Upsert and Delete are idempotent and whole: a batch is kept altogether or not at all, unless [ErrUnavailable] leaves that
//     open. What was acknowledged survives the death of the process.
//   - Hits come by score, best first, equal scores by ID in byte order: the same question to the same points has one answer.
//   - An alias moves from one collection to another in one step: a search sees the one or the other, and never neither.
//
// All methods may be called by several goroutines at once. Slices that go in are not kept, and what comes out is the caller's.
package index

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
)

// Index is a vector index over an engine. Make one with the Open of an engine's package, and Close it.
type Index struct {
	driver Driver
	names  sync.Mutex // held while collections and aliases change, so that what was checked still holds

	mu      sync.Mutex
	closed  bool
	running sync.WaitGroup // calls under way; added to under mu while not closed
	once    sync.Once
	err     error // of the driver's Close
}

// New puts an Index over a driver. The Index owns the driver from then on.
func New(d Driver) *Index { return &Index{driver: d} }

// Close waits for the calls under way, refuses further ones with ErrClosed and frees the engine. A second Close waits for the
// first and returns the same. It must not be called from within Each's function, which it would wait for.
func (x *Index) Close() error {
	x.mu.Lock()
	x.closed = true
	x.mu.Unlock()
	x.once.Do(func() {
		x.running.Wait()
		x.err = x.driver.Close()
	})
	return x.err
}

// Ping says whether the engine can serve: nil, or an error with a sentence, such as ErrUnavailable or ErrClosed.
func (x *Index) Ping(ctx context.Context) error {
	if err := x.begin(ctx); err != nil {
		return err
	}
	defer x.running.Done()
	if p, ok := x.driver.(Pinger); ok {
		return p.Ping(ctx)
	}
	return nil
}

// begin opens a call; after a nil error the caller must call x.running.Done.
func (x *Index) begin(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("index: not begun: %w", err)
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.closed {
		return fmt.Errorf("%w: open it again before using it", ErrClosed)
	}
	x.running.Add(1)
	return nil
}

// on runs fn on the collection that target stands for. When the collection is gone by the time fn gets to it because the alias
// was moved and the old collection dropped, fn runs again on the new one, so that a cut-over loses no call.
func (x *Index) on(ctx context.Context, target string, fn func(Collection) error) error {
	if err := checkName("the collection or alias", target); err != nil {
		return err
	}
	c, err := x.driver.Resolve(ctx, target)
	if err != nil {
		return err
	}
	for {
		err = fn(c)
		if !errors.Is(err, ErrNotFound) {
			return err
		}
		moved, again := x.driver.Resolve(ctx, target)
		if again != nil || moved == c {
			return err
		}
		c = moved
	}
}

// guard is the space guard.
func guard(target string, c Collection, s Space) error {
	if c.Space == s {
		return nil
	}
	return fmt.Errorf("%w: %q is collection %q in space %s, and the vectors are in space %s; "+
		"embed them with the collection's pack, or use the collection made for theirs", ErrSpace, target, c.Name, c.Space, s)
}

// dimensions says in words how a vector's length is off.
func dimensions(got int, s Space) string {
	return strconv.Itoa(got) + " numbers where the space " + s.String() + " has " + strconv.Itoa(s.Dimension) +
		"; embed with the pack and output of that space"
}
