package simulate

import (
	"sync"
	"time"
)

// Clock is the time of a simulated month: it stands still until it is set, and never goes back. It is safe for concurrent use.
type Clock struct {
	mu  sync.RWMutex
	now time.Time
}

// NewClock makes a clock that stands at a moment.
func NewClock(at time.Time) *Clock { return &Clock{now: at.UTC()} }

// Now is the moment.
func (c *Clock) Now() time.Time {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.now
}

// Set goes forward to a moment; an earlier one changes nothing.
func (c *Clock) Set(to time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if to.After(c.now) {
		c.now = to.UTC()
	}
}
