// Package refusals writes what was refused into the audit log: who asked for what that is not theirs, how, and how often.
//
// Refusals are gathered for a moment and written together, each kind once with its number, so that who hammers at the door fills
// neither the log nor the store. What was gathered when a process is killed is lost; what an orderly end leaves is written.
package refusals

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"touchstone/internal/audit"
	"touchstone/internal/casework"
	"touchstone/internal/casework/docket"
	"touchstone/internal/jobs"
)

// most is how many kinds of refusal are gathered at a time; what is beyond is counted as one.
const most = 1000

// lastWrite bounds the write at the end of Run.
const lastWrite = 5 * time.Second

// Refusal is a request that was refused. Actor is zero without a key.
type Refusal struct {
	Actor         casework.Actor
	Method, Route string
	Subject       string // what the request named
	Status        int
}

// Store writes the audit log; docket.Store is one.
type Store interface {
	Update(ctx context.Context, fn func(docket.Tx) error) error
}

// Recorder gathers refusals and writes them. It is safe for concurrent use.
type Recorder struct {
	store Store
	now   func() time.Time
	log   *slog.Logger

	mu      sync.Mutex
	pending map[Refusal]int
	beyond  int
}

// New makes a Recorder. A nil clock is time.Now; a nil logger discards.
func New(s Store, clock func() time.Time, log *slog.Logger) *Recorder {
	if clock == nil {
		clock = time.Now
	}
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &Recorder{store: s, now: clock, log: log, pending: map[Refusal]int{}}
}

// ids are IDs of things here. Whatever else a path names is a stranger's text, which the log does not take.
var ids = regexp.MustCompile(`^[a-z]{3}_[0-9a-z]{26}$`)

// Note takes a refusal up; it never waits for the store.
func (r *Recorder) Note(f Refusal) {
	if !ids.MatchString(f.Subject) {
		f.Subject = ""
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, known := r.pending[f]; !known && len(r.pending) >= most {
		r.beyond++
		return
	}
	r.pending[f]++
}

// Flush writes what was gathered, in one transaction. What could not be written is gathered again.
func (r *Recorder) Flush(ctx context.Context) error {
	r.mu.Lock()
	pending, beyond := r.pending, r.beyond
	r.pending, r.beyond = map[Refusal]int{}, 0
	r.mu.Unlock()
	if len(pending) == 0 {
		return nil
	}
	now := r.now().UTC().Truncate(time.Microsecond)
	err := r.store.Update(ctx, func(tx docket.Tx) error {
		for _, f := range slices.SortedFunc(maps.Keys(pending), func(a, b Refusal) int { return strings.Compare(a.line(0), b.line(0)) }) {
			tx.AddAudit(f.entry(now, pending[f]))
		}
		if beyond > 0 {
			tx.AddAudit(Refusal{Method: "ANY", Route: "others"}.entry(now, beyond))
		}
		return nil
	})
	if err == nil {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for f, n := range pending {
		r.pending[f] += n
	}
	r.beyond += beyond
	return fmt.Errorf("write refusals: %w", err)
}

// line is what the log says of it: "request.refused 403 POST /v1/cases/:id/decide x3".
func (f Refusal) line(n int) string {
	return fmt.Sprintf("request.refused %d %s %s x%d", f.Status, f.Method, f.Route, n)
}

func (f Refusal) entry(at time.Time, n int) audit.Event {
	who := "nobody"
	if f.Actor != (casework.Actor{}) {
		who = f.Actor.Person()
	}
	return audit.Event{At: at, Actor: who, Action: f.line(n), Subject: f.Subject}
}

// Run writes at an interval until ctx ends, and then what is left.
func (r *Recorder) Run(ctx context.Context, every time.Duration) {
	jobs.Every(ctx, every, r.Flush, func(err error) { r.log.Error("refusals wait for the audit log", "error", err) })
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastWrite)
	defer cancel()
	if err := r.Flush(ctx); err != nil {
		r.log.Error("refusals are lost", "error", err)
	}
}
