package intake

import (
	"context"
	"errors"
	"sync"
	"time"

	"touchstone/embed"
	"touchstone/index"
	"touchstone/internal/blob"
	"touchstone/internal/casework"
	"touchstone/internal/photo"
)

// Pauses before a reference that failed is tried again.
const (
	firstPause = 20 * time.Second
	mostPause  = time.Hour
)

// embedError is a reference's vector that could not be made, as against an index that could not take it.
type embedError struct{ err error }

func (e *embedError) Error() string { return e.err.Error() }
func (e *embedError) Unwrap() error { return e.err }

// ofReference says whether the fault lies in what is registered and not in the models.
func (e *embedError) ofReference() bool {
	return errors.Is(e.err, blob.ErrNotFound) || errors.Is(e.err, blob.ErrCorrupt) || isPhoto(e.err)
}

func isPhoto(err error) bool {
	for _, kind := range []error{photo.ErrEmpty, photo.ErrFormat, photo.ErrCorrupt, photo.ErrTooLarge, photo.ErrTooSmall} {
		if errors.Is(err, kind) {
			return true
		}
	}
	return false
}

// away says whether the index is out of reach or has no room, whatever is to be written.
func away(err error) bool {
	return errors.Is(err, index.ErrUnavailable) || errors.Is(err, index.ErrFull)
}

// problemOf says in words that a holder may read why a reference is not searchable.
func problemOf(err error) string {
	switch {
	case errors.Is(err, blob.ErrNotFound):
		return "The stored picture is missing. Send it again as a reference of the right, or restore the pictures from a backup."
	case errors.Is(err, blob.ErrCorrupt):
		return "The stored picture is damaged. Send it again as a reference of the right, or restore the pictures from a backup."
	case isPhoto(err):
		return "The stored picture could not be read: " + words(err)
	}
	return "The models or the index could not take it; the service's log says why."
}

// fault sets a reference that could not be indexed aside for a while, says so once, and returns its problem in words. Busy
// models and an index that is out of reach or full are no problem of the reference: it stays waiting.
func (s *Service) fault(ref casework.Reference, err error) string {
	if errors.Is(err, embed.ErrBusy) || errors.Is(err, context.Canceled) || away(err) {
		s.Log.Info("reference waits for the index", "reference", ref.ID, "error", err)
		return ref.Problem
	}
	problem := problemOf(err)
	again := s.retries.failed(ref.ID, s.now())
	if ref.Problem != problem {
		s.Log.Warn("reference is not searchable", "reference", ref.ID, "error", err, "again_in", again.String())
	}
	return problem
}

// notIndexed notes with a reference that it could not be indexed, and why. A note that cannot be kept is only logged: the
// reference is among the unindexed ones already.
func (s *Service) notIndexed(ctx context.Context, ref casework.Reference, err error) casework.Reference {
	problem := s.fault(ref, err)
	if problem == ref.Problem {
		return ref
	}
	if err := s.Registry.MarkUnindexed(ctx, ref.ID, problem); err != nil {
		s.Log.Warn("reference's problem not kept", "reference", ref.ID, "error", err)
	}
	ref.Problem, ref.IndexedAt = problem, nil
	return ref
}

// retries remembers which references failed and when each is tried again. A restart forgets it and tries all.
type retries struct {
	mu sync.Mutex
	of map[string]retry
}

type retry struct {
	pause time.Duration
	at    time.Time
}

func (r *retries) due(id string, now time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return !now.Before(r.of[id].at)
}

// failed doubles the pause of a reference and returns it.
func (r *retries) failed(id string, now time.Time) time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.of == nil {
		r.of = map[string]retry{}
	}
	pause := min(max(firstPause, 2*r.of[id].pause), mostPause)
	r.of[id] = retry{pause, now.Add(pause)}
	return pause
}

func (r *retries) forget(id string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.of, id)
}
