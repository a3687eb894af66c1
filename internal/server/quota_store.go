package server

import (
	"context"
	"fmt"
	"math"
	"time"

	"golang.org/x/time/rate"
)

// quotaFlush is how often the use of quotas is kept. What a key used within it
// is forgotten when the process is killed, and nothing when it stops in order.
const quotaFlush = 2 * time.Second

// QuotaUse is what a key has used of its quotas: Used requests on a day (in
// days since 1970, UTC), and Owed of its requests a minute that had not come
// back at a moment.
type QuotaUse struct {
	KeyID string
	Day   int64
	Used  int
	Owed  float64
	At    time.Time
}

// QuotaStore keeps the use of quotas through a restart.
type QuotaStore interface {
	// QuotaUses are those of a moment or later.
	QuotaUses(ctx context.Context, since time.Time) ([]QuotaUse, error)
	// AddQuotaUses adds Used to what the key has of that day, which takes the
	// place of another day's, and replaces the rest. All of them or none.
	AddQuotaUses(ctx context.Context, uses []QuotaUse) error
}

// restore takes over what was used before this process.
func (q *quotas) restore(ctx context.Context, store QuotaStore) error {
	now := q.now()
	midnight := now.UTC().Truncate(24 * time.Hour)
	since := now.Add(-time.Minute)
	if midnight.Before(since) {
		since = midnight
	}
	uses, err := store.QuotaUses(ctx, since)
	if err != nil {
		return fmt.Errorf("read the use of quotas: %w", err)
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, u := range uses {
		q.before[u.KeyID] = u
	}
	return nil
}

// resume gives a key's counters what it used before this process.
func (q *quotas) resume(id string, k *quota, now time.Time) {
	u, ok := q.before[id]
	if !ok {
		return
	}
	delete(q.before, id)
	if u.Day == dayNumber(now) {
		k.used = u.Used
	}
	if k.bucket != nil && u.Owed >= 1 && !u.At.After(now) {
		k.bucket.AllowN(u.At, min(int(u.Owed), k.perMinute))
	}
}

// unsaved lists what was used since the last call. What could not be kept is
// handed back to putBack.
func (q *quotas) unsaved() []QuotaUse {
	now := q.now()
	q.mu.Lock()
	defer q.mu.Unlock()
	var uses []QuotaUse
	for id, k := range q.keys {
		if k.unsaved == 0 || k.usedOn != dayNumber(now) {
			continue // of a day that is over nothing needs to be known
		}
		u := QuotaUse{KeyID: id, Day: k.usedOn, Used: k.unsaved, At: now}
		if k.bucket != nil {
			u.Owed = math.Max(0, float64(k.perMinute)-k.bucket.TokensAt(now))
		}
		k.unsaved = 0
		uses = append(uses, u)
	}
	return uses
}

func (q *quotas) putBack(uses []QuotaUse) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, u := range uses {
		if k := q.keys[u.KeyID]; k != nil && k.usedOn == u.Day {
			k.unsaved += u.Used
		}
	}
}

// saveQuotas keeps what was used since the last call.
func (s *Server) saveQuotas(ctx context.Context) error {
	if s.quotaStore == nil {
		return nil
	}
	s.saving.Lock()
	defer s.saving.Unlock()
	uses := s.quotas.unsaved()
	if len(uses) == 0 {
		return nil
	}
	if err := s.quotaStore.AddQuotaUses(ctx, uses); err != nil {
		s.quotas.putBack(uses)
		return fmt.Errorf("keep the use of quotas: %w", err)
	}
	return nil
}

// flushQuotas keeps the use of quotas now and then, until ctx ends.
func (s *Server) flushQuotas(ctx context.Context) {
	if s.quotaStore == nil {
		return
	}
	ticker := time.NewTicker(quotaFlush)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			if err := s.saveQuotas(ctx); err != nil && ctx.Err() == nil {
				s.log.Error("quotas", "error", err)
			}
		case <-ctx.Done():
			return
		}
	}
}

func dayNumber(t time.Time) int64 { return t.Unix() / 86400 }

func newBucket(perMinute int) *rate.Limiter {
	if perMinute <= 0 {
		return nil
	}
	return rate.NewLimiter(rate.Limit(float64(perMinute)/60), perMinute)
}
