package intake

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"touchstone/internal/casework"
	"touchstone/internal/listings"
	"touchstone/internal/policy"
)

// counted is a store that counts what is read from it, and fails to save on demand.
type counted struct {
	ReportStore
	reads int
	fails bool
}

func (c *counted) SaveScored(context.Context, ReportRecord, listings.Listing, string) error {
	if c.fails {
		return errors.New("full")
	}
	return nil
}

func (c *counted) Report(context.Context, string) (ReportRecord, error) {
	c.reads++
	return ReportRecord{}, casework.ErrNotFound
}

func TestRecent(t *testing.T) {
	now := time.Unix(0, 0)
	below := &counted{}
	r := NewRecent(below, func() time.Time { return now })
	save := func(id, band string) {
		_ = r.SaveScored(t.Context(), ReportRecord{ID: id, Outcome: policy.Outcome{Band: band}}, listings.Listing{}, "")
	}
	known := func(id string) bool {
		before := below.reads
		rec, err := r.Lately(t.Context(), id)
		if (below.reads > before) == (err == nil && rec.ID == id) {
			t.Fatalf("%s: %v, %v after %d reads", id, rec.ID, err, below.reads-before)
		}
		return err == nil
	}
	save("a", policy.BandReview)
	save("b", policy.BandClear)
	below.fails = true
	save("c", policy.BandReview)
	below.fails = false
	for id, want := range map[string]bool{"a": true, "b": false, "c": false, "": false} {
		if got := known(id); got != want {
			t.Errorf("%s remembered: %v, want %v", id, got, want)
		}
	}
	if now = now.Add(recentFor); known("a") {
		t.Error("a is remembered for longer than it should be")
	}
	for i := range 3 * mostRecent {
		save(fmt.Sprint(i), policy.BandReview)
	}
	if len(r.at) != mostRecent || known(fmt.Sprint(2*mostRecent-1)) || !known(fmt.Sprint(2*mostRecent)) || !known(fmt.Sprint(3*mostRecent-1)) {
		t.Errorf("%d are remembered, want the last %d", len(r.at), mostRecent)
	}
}
