package server

import (
	"context"
	"errors"
	"time"

	"github.com/gin-gonic/gin"
)

// admission bounds how many requests are at work, and how many wait for that.
type admission struct {
	slots   chan struct{}
	queue   chan struct{}
	wait    time.Duration
	metrics *metrics
}

func newAdmission(c Config, m *metrics) *admission {
	return &admission{slots: make(chan struct{}, c.MaxInFlight), queue: make(chan struct{}, c.MaxQueue), wait: c.QueueWait, metrics: m}
}

// enter waits for a slot. Its error is a *Problem (503 with Retry-After), or
// the context's when the client has gone.
func (a *admission) enter(ctx context.Context) (release func(), err error) {
	select {
	case a.slots <- struct{}{}:
		return a.entered(), nil
	default:
	}
	select {
	case a.queue <- struct{}{}:
		defer func() { <-a.queue }()
	default:
		return nil, a.overloaded("queue", "All workers are busy and the queue is full.")
	}
	a.metrics.waiting.Inc()
	defer a.metrics.waiting.Dec()
	timer := time.NewTimer(a.wait)
	defer timer.Stop()
	select {
	case a.slots <- struct{}{}:
		return a.entered(), nil
	case <-timer.C:
		return nil, a.overloaded("wait", "No worker became free in time.")
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (a *admission) entered() func() {
	a.metrics.admitted.Inc()
	return func() {
		a.metrics.admitted.Dec()
		<-a.slots
	}
}

func (a *admission) overloaded(reason, detail string) *Problem {
	a.metrics.rejected.WithLabelValues(reason).Inc()
	return Overloaded(detail)
}

// Overloaded is the problem for "come again in a second": 503 with
// Retry-After. Rooms use it when a queue of their own is full.
func Overloaded(detail string) *Problem {
	p := NewProblem(KindOverloaded, detail+" Try again after the time in Retry-After.")
	p.RetryAfter = time.Second
	return p
}

// Admit takes one of the MaxInFlight places for a piece of work within a
// streaming request, waiting like any request. Call release when it is done.
func (s *Server) Admit(ctx context.Context) (release func(), err error) {
	return s.admission.enter(ctx)
}

// Load is how many requests are at work, and how many wait for that: what work
// that can wait gives way to.
func (s *Server) Load() (atWork, waiting int) { return len(s.admission.slots), len(s.admission.queue) }

func (s *Server) admit(c *gin.Context) {
	if !isAPI(c) || s.streams(c) {
		return
	}
	release, err := s.admission.enter(c.Request.Context())
	if err != nil {
		var p *Problem
		if !errors.As(err, &p) {
			p = NewProblem(KindTimeout, "The client went away before its turn came.")
		}
		WriteProblem(c, p)
		return
	}
	defer release()
	c.Next()
}
