package intake

import (
	"context"
	"sync"
	"time"

	"touchstone/internal/listings"
	"touchstone/internal/policy"
)

// Recent is a ReportStore that remembers the reports above clear which it kept within the last minute, mostRecent of them at most: what follows
// a scoring a moment later need not read 24 kB of JSON back. It forgets by itself, so that what is deleted is not seen for long.
type Recent struct {
	ReportStore
	now func() time.Time

	mu   sync.Mutex
	ring [mostRecent]remembered
	next int
	at   map[string]int // place in the ring by ID
}

type remembered struct {
	rec  ReportRecord
	till time.Time
}

const (
	mostRecent = 256
	recentFor  = time.Minute
)

// NewRecent wraps a store. A nil clock is time.Now.
func NewRecent(s ReportStore, now func() time.Time) *Recent {
	if now == nil {
		now = time.Now
	}
	return &Recent{ReportStore: s, now: now, at: map[string]int{}}
}

// SaveScored implements ReportStore.
func (r *Recent) SaveScored(ctx context.Context, rec ReportRecord, l listings.Listing, pack string) error {
	err := r.ReportStore.SaveScored(ctx, rec, l, pack)
	if err == nil && rec.Outcome.Band != policy.BandClear {
		r.remember(rec)
	}
	return err
}

// Lately is Report, out of memory where the report was kept a moment ago. Its readers change nothing of it.
func (r *Recent) Lately(ctx context.Context, id string) (ReportRecord, error) {
	if rec, ok := r.recall(id); ok {
		return rec, nil
	}
	return r.Report(ctx, id)
}

func (r *Recent) remember(rec ReportRecord) {
	rec.Encoded = nil
	r.mu.Lock()
	defer r.mu.Unlock()
	if old := r.ring[r.next].rec.ID; r.at[old] == r.next {
		delete(r.at, old)
	}
	r.ring[r.next] = remembered{rec, r.now().Add(recentFor)}
	r.at[rec.ID] = r.next
	r.next = (r.next + 1) % mostRecent
}

func (r *Recent) recall(id string) (ReportRecord, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	i, ok := r.at[id]
	if !ok || !r.now().Before(r.ring[i].till) {
		return ReportRecord{}, false
	}
	return r.ring[i].rec, true
}
