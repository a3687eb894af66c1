package indextest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"touchstone/index"
)

var time9999 = time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)

// together runs functions until the first has finished, then tells the others to stop, and reports their errors.
func (f *fixture) together(first func(context.Context) error, others ...func(context.Context) error) {
	f.t.Helper()
	var group sync.WaitGroup
	var stop atomic.Bool
	for _, other := range others {
		group.Go(func() {
			for !stop.Load() {
				if err := other(f.t.Context()); err != nil {
					f.t.Error(err)
					return
				}
			}
		})
	}
	if err := first(f.t.Context()); err != nil {
		f.t.Error(err)
	}
	stop.Store(true)
	group.Wait()
}

// testCutover: while an alias moves to and fro, and old collections are dropped, everyone who goes through it gets one whole
// collection or the other.
func testCutover(t *testing.T, f *fixture) {
	const rounds = 40
	name := func(i int) string { return fmt.Sprintf("c%d", i) }
	fill := func(ctx context.Context, i int) error {
		if err := f.Create(ctx, name(i), cosine4); err != nil {
			return err
		}
		p := func(id string) index.Point {
			return index.Point{ID: id, Vectors: [][]float32{north}, Payload: index.Payload{Right: name(i)}}
		}
		return f.Upsert(ctx, name(i), cosine4, []index.Point{p("a"), p("b"), p("c")})
	}
	f.must(fill(t.Context(), 0))
	f.must(f.Alias(t.Context(), "live", name(0)))
	move := func(ctx context.Context) error {
		for i := 1; i < rounds; i++ {
			if err := errors.Join(fill(ctx, i), f.Alias(ctx, "live", name(i)), f.Drop(ctx, name(i-1))); err != nil {
				return err
			}
		}
		return nil
	}
	search := func(ctx context.Context) error {
		hits, err := f.Search(ctx, "live", ask(cosine4, 10, north))
		if err != nil {
			return err
		}
		if len(hits[0]) != 3 || hits[0][0].Payload.Right != hits[0][2].Payload.Right {
			return fmt.Errorf("not one whole collection: %v", hits[0])
		}
		return nil
	}
	get := func(ctx context.Context) error {
		points, err := f.Get(ctx, "live", []string{"a", "b"})
		if err == nil && len(points) != 2 {
			err = fmt.Errorf("got %d points, want 2", len(points))
		}
		return err
	}
	f.together(move, search, get)
}

// testConcurrent: several writers, each with its own points, and readers; at the end everything is there.
func testConcurrent(t *testing.T, f *fixture) {
	const writers, writes = 4, 40
	f.collection("c", cosine4)
	write := func(ctx context.Context) error {
		var group sync.WaitGroup
		errs := make([]error, writers)
		for w := range writers {
			group.Go(func() {
				for i := range writes {
					id := fmt.Sprintf("%d-%d", w, i)
					errs[w] = errors.Join(errs[w], f.Upsert(ctx, "c", cosine4, []index.Point{point(id, north), point(id+"x", east)}))
					errs[w] = errors.Join(errs[w], f.Delete(ctx, "c", []string{id + "x"}))
					points, err := f.Get(ctx, "c", []string{id, id + "x"})
					if errs[w] = errors.Join(errs[w], err); len(points) != 1 {
						errs[w] = errors.Join(errs[w], fmt.Errorf("%d points right after writing, want 1", len(points)))
					}
				}
			})
		}
		group.Wait()
		return errors.Join(errs...)
	}
	read := func(ctx context.Context) error {
		hits, err := f.Search(ctx, "c", ask(cosine4, 1000, north, east))
		if err == nil && len(hits) != 2 {
			err = fmt.Errorf("%d lists, want 2", len(hits))
		}
		_, err2 := f.Collections(ctx)
		return errors.Join(err, err2, f.Each(ctx, "c", func(index.Point) error { return nil }))
	}
	f.together(write, read)
	want := map[string]index.Point{}
	for w := range writers {
		for i := range writes {
			id := fmt.Sprintf("%d-%d", w, i)
			want[id] = point(id, north)
		}
	}
	f.same("in the end", f.all("c"), want)
	if f.reopen != nil {
		f.Index = f.reopen()
		f.same("opened again", f.all("c"), want)
	}
}

// testWholeBatches: a search beside a writer sees all of a batch or nothing of it, through many rewritings of the same points; point by
// point, it sees every point of one round or the next.
func testWholeBatches(t *testing.T, f *fixture) {
	const points, rounds = 30, 25
	batch := func(round int) []index.Point {
		b := make([]index.Point, points)
		for i := range b {
			b[i] = index.Point{ID: fmt.Sprintf("p%02d", i), Vectors: [][]float32{north, half}, Payload: index.Payload{Right: fmt.Sprint(round)}}
		}
		return b
	}
	f.collection("c", cosine4, batch(0)...)
	write := func(ctx context.Context) error {
		for round := 1; round < rounds; round++ {
			if err := f.Upsert(ctx, "c", cosine4, batch(round)); err != nil {
				return err
			}
		}
		return nil
	}
	read := func(ctx context.Context) error {
		hits, err := f.Search(ctx, "c", ask(cosine4, 1000, north))
		if err != nil {
			return err
		}
		if len(hits[0]) != points {
			return fmt.Errorf("%d hits in the middle of a write, want %d", len(hits[0]), points)
		}
		for _, h := range hits[0] {
			if h.Payload.Right != hits[0][0].Payload.Right && !slices.Contains(f.traits, PointByPoint) {
				return fmt.Errorf("rounds %s and %s in one answer", h.Payload.Right, hits[0][0].Payload.Right)
			}
		}
		return nil
	}
	f.together(write, read, read)
}
