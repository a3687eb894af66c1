package server

import (
	"context"
	"fmt"
	"math"
	"strconv"
	"sync"
	"time"

	"github.com/gin-gonic/gin"
	"golang.org/x/time/rate"
)

// quotas count what each key has used: a token bucket a minute (full when a
// key first comes) and a counter a day (UTC). They live in memory, where each
// process counts for itself; a QuotaStore carries them over a restart.
type quotas struct {
	now    func() time.Time
	mu     sync.Mutex
	day    int64 // the day that used counts, in days since 1970
	keys   map[string]*quota
	before map[string]QuotaUse // of an earlier process, by keys that have not come yet
}

type quota struct {
	perMinute int
	bucket    *rate.Limiter
	used      int   // today
	unsaved   int   // of these, not in the store yet
	usedOn    int64 // the day that unsaved counts
}

// usage is the state of one limit after a request.
type usage struct {
	ok               bool
	limit, remaining int
	reset            time.Duration // until there is more
	reason           string
}

func newQuotas(now func() time.Time) *quotas {
	return &quotas{now: now, keys: map[string]*quota{}, before: map[string]QuotaUse{}}
}

// take charges n to a key, all or nothing. any is false when the key has no
// limits; otherwise u is the limit that binds most.
func (q *quotas) take(key Key, n int) (u usage, any bool) {
	if key.PerMinute <= 0 && key.PerDay <= 0 || n <= 0 {
		return usage{ok: true}, false
	}
	now := q.now()
	q.mu.Lock()
	defer q.mu.Unlock()
	k := q.of(key, now)
	day, minute := dayUsage(key, k, now, n), minuteUsage(k, now, n)
	if day.ok && minute.ok {
		k.used += n
		k.unsaved, k.usedOn = k.unsaved+n, q.day
		if k.bucket != nil {
			k.bucket.AllowN(now, n)
		}
	}
	if !day.ok || minute.ok && day.limit > 0 && (minute.limit == 0 || day.remaining < minute.remaining) {
		return day, true
	}
	return minute, true
}

// of finds a key's counters; a new day empties them all, which also forgets
// keys that are gone.
func (q *quotas) of(key Key, now time.Time) *quota {
	if day := dayNumber(now); day != q.day {
		q.day = day
		for id, k := range q.keys {
			if k.bucket == nil || k.bucket.TokensAt(now) >= float64(k.perMinute) {
				delete(q.keys, id)
			}
			k.used, k.unsaved = 0, 0
		}
	}
	k := q.keys[key.ID]
	if k == nil || k.perMinute != key.PerMinute {
		k = &quota{perMinute: key.PerMinute, bucket: newBucket(key.PerMinute)}
		q.resume(key.ID, k, now)
		q.keys[key.ID] = k
	}
	return k
}

func dayUsage(key Key, k *quota, now time.Time, n int) usage {
	if key.PerDay <= 0 {
		return usage{ok: true}
	}
	u := usage{ok: k.used+n <= key.PerDay, limit: key.PerDay, remaining: max(0, key.PerDay-k.used), reason: "day"}
	u.reset = time.Unix((now.Unix()/86400+1)*86400, 0).Sub(now)
	if u.ok {
		u.remaining -= n
	}
	return u
}

func minuteUsage(k *quota, now time.Time, n int) usage {
	if k.bucket == nil {
		return usage{ok: true}
	}
	have := k.bucket.TokensAt(now)
	u := usage{ok: have >= float64(n), limit: k.perMinute, reason: "minute"}
	missing := float64(k.perMinute) - have // until full again
	if u.ok {
		have -= float64(n)
		missing += float64(n)
	} else {
		missing = float64(n) - have // until this request could pass
	}
	u.remaining = max(0, int(have))
	u.reset = time.Duration(math.Ceil(missing*60/float64(k.perMinute)*1000)) * time.Millisecond
	return u
}

func (u usage) problem() *Problem {
	p := NewProblem(KindQuota, fmt.Sprintf("This key may make %d requests a %s. Wait for the time in Retry-After, or ask for a higher quota.", u.limit, u.reason))
	p.RetryAfter = max(u.reset, time.Second)
	return p
}

// Charge counts n more requests against the quota of the key that a context
// belongs to, such as the lines of a batch beyond the request itself. Its error
// is a *Problem (429), and then nothing was charged.
func (s *Server) Charge(ctx context.Context, n int) error {
	key, ok := ctx.Value(identityKey).(Key)
	if !ok {
		return nil
	}
	u, _ := s.quotas.take(key, n)
	if !u.ok {
		s.metrics.rejected.WithLabelValues("quota").Inc()
		return u.problem()
	}
	return nil
}

// limit charges each API request to its key and tells how much is left.
func (s *Server) limit(c *gin.Context) {
	key, ok := c.Request.Context().Value(identityKey).(Key)
	if !ok || !isAPI(c) {
		return
	}
	u, any := s.quotas.take(key, 1)
	if !any {
		return
	}
	c.Header("RateLimit-Limit", strconv.Itoa(u.limit))
	c.Header("RateLimit-Remaining", strconv.Itoa(u.remaining))
	c.Header("RateLimit-Reset", retrySeconds(u.reset))
	if !u.ok {
		s.metrics.rejected.WithLabelValues("quota").Inc()
		WriteProblem(c, u.problem())
	}
}
