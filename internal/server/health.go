package server

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/gin-gonic/gin"
)

// checkTimeout bounds one readiness check.
const checkTimeout = 2 * time.Second

// A Check tells whether a part can serve; its error is the reason shown.
type Check func(context.Context) error

// A Note tells what is wrong with a part that serves all the same; "" is nothing.
type Note func(context.Context) string

type health struct {
	mu     sync.RWMutex
	checks map[string]Check
	notes  map[string]Note
}

// Readiness is what /readyz answers: "ok" or a reason for each part, and notes
// of what is wrong and does not keep the service from serving.
type Readiness struct {
	Status string            `json:"status"` // "ready" or "not ready"
	Checks map[string]string `json:"checks"`
	Notes  map[string]string `json:"notes,omitempty"`
}

// AddNote adds or replaces a note of /readyz.
func (s *Server) AddNote(name string, note Note) {
	s.health.mu.Lock()
	defer s.health.mu.Unlock()
	s.health.notes[name] = note
}

// AddCheck adds or replaces a check of /readyz.
func (s *Server) AddCheck(name string, check Check) {
	s.health.mu.Lock()
	defer s.health.mu.Unlock()
	s.health.checks[name] = check
}

// ready runs all checks side by side.
func (h *health) ready(ctx context.Context) (Readiness, bool) {
	ctx, cancel := context.WithTimeout(ctx, checkTimeout)
	defer cancel()
	h.mu.RLock()
	defer h.mu.RUnlock()
	out := Readiness{Status: "ready", Checks: map[string]string{}, Notes: map[string]string{}}
	var mu sync.Mutex
	var group sync.WaitGroup
	for name, check := range h.checks {
		group.Go(func() {
			reason := "ok"
			if err := check(ctx); err != nil {
				reason = err.Error()
			}
			mu.Lock()
			defer mu.Unlock()
			out.Checks[name] = reason
			if reason != "ok" {
				out.Status = "not ready"
			}
		})
	}
	for name, note := range h.notes {
		group.Go(func() {
			text := note(ctx)
			mu.Lock()
			defer mu.Unlock()
			if text != "" {
				out.Notes[name] = text
			}
		})
	}
	group.Wait()
	return out, out.Status == "ready"
}

func livez(c *gin.Context) { c.JSON(http.StatusOK, gin.H{"status": "alive"}) }

func (s *Server) readyz(c *gin.Context) {
	out, ok := s.health.ready(c.Request.Context())
	select {
	case <-s.draining:
		out.Status, ok = "not ready", false
		out.Checks["shutdown"] = "the service is stopping"
	default:
	}
	if !ok {
		c.Header("Retry-After", "1")
		c.JSON(http.StatusServiceUnavailable, out)
		return
	}
	c.JSON(http.StatusOK, out)
}
