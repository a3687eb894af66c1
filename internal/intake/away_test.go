package intake_test

import (
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"touchstone/detect"
	"touchstone/index"
	"touchstone/index/qdrant"
	"touchstone/index/qdrant/qdranttest"
	"touchstone/internal/intake"
	"touchstone/internal/intake/intaketest"
)

// TestRestartInBackfill: the engine dies in the middle of filling the collections of a new pack, and comes back. The aliases stay where
// they were until all references are in the new collections; a second Prepare finishes.
func TestRestartInBackfill(t *testing.T) {
	const references = 12
	var writes atomic.Int64 // left before the engine dies; far away to begin with
	writes.Store(1 << 40)
	engine := &qdranttest.Server{Fail: func(method string) error {
		if method == "Upsert" && writes.Add(-1) < 0 {
			return status.Error(codes.Unavailable, "going down")
		}
		return nil
	}}
	if err := engine.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(engine.Stop)
	x, err := qdrant.Open(t.Context(), qdrant.Config{Host: engine.Host(), Port: engine.Port(), Retries: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = x.Close() })
	dir := t.TempDir()
	t.Run("first pack", func(t *testing.T) {
		w := &world{World: intaketest.OpenOn(t, dir, x, intaketest.Pack(t, "1"), nil)}
		if err := w.Prepare(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		for i := range references {
			if ref := w.design(t, fmt.Sprint("D", i), intaketest.Drawing(t, uint64(i))); ref.IndexedAt == nil {
				t.Fatal("a reference is not indexed")
			}
		}
	})
	alias := detect.Alias(detect.OutputCopy)
	before, err := x.Aliases(t.Context())
	if err != nil {
		t.Fatal(err)
	}

	next := &world{World: intaketest.OpenOn(t, dir, x, intaketest.Pack(t, "2"), nil)}
	writes.Store(references / 2)
	if err := next.Prepare(t.Context(), nil); !errors.Is(err, index.ErrUnavailable) {
		t.Fatalf("Prepare beside a dying engine: %v, want ErrUnavailable", err)
	}
	engine.Stop()
	writes.Store(1 << 40)
	if err := engine.Start(); err != nil {
		t.Fatal(err)
	}
	waitFor(t, x)
	if now, err := x.Aliases(t.Context()); err != nil || now[alias] != before[alias] {
		t.Fatalf("the alias leads to %q, %v; want %q until all is filled", now[alias], err, before[alias])
	}
	if err := next.Prepare(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	now, err := x.Aliases(t.Context())
	if err != nil || now[alias] == before[alias] {
		t.Fatalf("after the second Prepare the alias leads to %q, %v", now[alias], err)
	}
	n := 0
	if err := x.Each(t.Context(), alias, func(index.Point) error { n++; return nil }); err != nil || n != references {
		t.Errorf("%d points behind the alias, %v; want %d", n, err, references)
	}
}

// TestReferenceWaitsForTheIndex: a reference that is registered while the engine is away is found once it is back, without a pause that
// belongs to the reference and without a problem noted.
func TestReferenceWaitsForTheIndex(t *testing.T) {
	engine := qdranttest.New(t)
	x, err := qdrant.Open(t.Context(), qdrant.Config{Host: engine.Host(), Port: engine.Port(), Retries: -1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = x.Close() })
	w := &world{World: intaketest.OpenOn(t, t.TempDir(), x, intaketest.Pack(t, "1"), nil)}
	if err := w.Prepare(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	engine.Stop()
	first, second := w.design(t, "A", intaketest.Drawing(t, 1)), w.design(t, "B", intaketest.Drawing(t, 2))
	if first.IndexedAt != nil || first.Problem != "" {
		t.Errorf("registered while the engine is away: %+v", first)
	}
	if err := w.Reconcile(t.Context()); !errors.Is(err, index.ErrUnavailable) {
		t.Errorf("Reconcile: %v, want ErrUnavailable", err)
	}
	if err := engine.Start(); err != nil {
		t.Fatal(err)
	}
	waitFor(t, x)
	if err := w.Reconcile(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{first.ID, second.ID} {
		if ref := w.reference(t, id); ref.IndexedAt == nil || ref.Problem != "" {
			t.Errorf("after the engine is back: %+v", ref)
		}
	}
	rec := w.score(t, intake.ListingInput{Pictures: data(intaketest.Drawing(t, 2))})
	if len(rec.Report.Findings) == 0 || rec.Report.Findings[0].Reference != second.ID {
		t.Errorf("findings %+v, want %s", rec.Report.Findings, second.ID)
	}
}

// waitFor waits until the index answers again; go test's own limit ends a wait in vain.
func waitFor(t *testing.T, x *index.Index) {
	t.Helper()
	for {
		_, err := x.Aliases(t.Context())
		if err == nil {
			return
		}
		if !errors.Is(err, index.ErrUnavailable) {
			t.Fatal(err)
		}
		time.Sleep(20 * time.Millisecond)
	}
}
