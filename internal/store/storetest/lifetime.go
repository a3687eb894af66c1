package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"touchstone/internal/casework"
	"touchstone/internal/server"
)

// testConcurrent lets many callers write and read at once: every write counts
// once, conflicts stay with those who caused them, and exactly one of several
// duplicates begins.
func testConcurrent(t *testing.T, s Store) {
	seed(t, s)
	const callers, each = 16, 20
	var mu sync.Mutex
	conflicts, began := 0, 0
	var group sync.WaitGroup
	for c := range callers {
		group.Go(func() {
			for i := range each {
				id := fmt.Sprintf("rep_%d_%d", c, i)
				if err := s.SaveReport(ctx, report(id)); err != nil {
					t.Errorf("save %s: %v", id, err)
				}
				if _, err := s.Report(ctx, id); err != nil { // acknowledged, so it is there
					t.Errorf("read %s: %v", id, err)
				}
				err := s.AddReference(ctx, imageRef(fmt.Sprintf("f%d", i), "r1")) // every caller the same
				_, first, err2 := s.BeginIdempotent(ctx, server.IdempotencyEntry{Scope: "s", Key: fmt.Sprint(i), Owner: fmt.Sprint(c),
					RequestHash: []byte("h"), CreatedAt: at(0), LeaseUntil: at(1), ExpiresAt: at(9)})
				mu.Lock()
				if errors.Is(err, casework.ErrConflict) {
					conflicts++
				} else if err != nil || err2 != nil {
					t.Errorf("write: %v, %v", err, err2)
				}
				if first {
					began++
				}
				mu.Unlock()
			}
		})
	}
	group.Wait()
	same(t, "conflicts", conflicts, (callers-1)*each)
	same(t, "idempotent requests that began", began, each)
	same(t, "references", len(must2(s.References(ctx, []string{"r1"}))), each)
}

// testCancelled: a caller that has gone gets its error and nothing is written.
func testCancelled(t *testing.T, s Store) {
	gone, cancel := context.WithCancel(ctx)
	cancel()
	err := s.CreateHolder(gone, holder("h1", "acme"))
	if err != nil {
		fails(t, "write of a caller that has gone", err, context.Canceled)
		_, err = s.Holder(ctx, "h1")
		fails(t, "what it did not write", err, casework.ErrNotFound)
	}
	_, err = s.Holder(gone, "h1")
	fails(t, "read of a caller that has gone", err, context.Canceled)
}

func testClosed(t *testing.T, s Store) {
	must(t, s.Ping(ctx))
	must(t, s.Close())
	must(t, s.Close())
	if s.Ping(ctx) == nil || s.CreateHolder(ctx, holder("h1", "acme")) == nil {
		t.Error("a closed store took a write")
	}
	if _, err := s.Marketplaces(ctx); err == nil {
		t.Error("a closed store answered")
	}
}

// testReopen: what was stored is there for who opens the place again.
func testReopen(t *testing.T, open Opener, place string) {
	s := mustOpen(t, open, place)
	seed(t, s)
	must(t, s.AddReference(ctx, imageRef("f1", "r1")))
	must(t, s.CreateKey(ctx, key("k1", "acme")))
	must(t, s.SaveReport(ctx, report("rep_1")))
	closeStore(t, s)

	s = mustOpen(t, open, place)
	defer closeStore(t, s)
	same(t, "right", must2(s.Right(ctx, "r2")), right("r2", "h1", "acme"))
	same(t, "to index", must2(s.UnindexedReferences(ctx, "", 9)), []casework.Reference{imageRef("f1", "r1")})
	same(t, "key", must2(s.Key(ctx, "k1")), key("k1", "acme"))
	same(t, "report", must2(s.Report(ctx, "rep_1")), report("rep_1"))
}
