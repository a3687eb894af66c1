// Package jobs is work that happens later and is neither lost nor done by two at once: a job is a row that commits in the
// transaction of what asked for it, is leased by who does it, comes back when that lease ends, is tried again with growing pauses
// when it fails, and after the last try stays as a dead letter that people see and can send again.
//
// A handler may run more than once for one job (a process can die between the work and the row that says so), so handlers are
// idempotent. Jobs of one Kind run in the order of RunAt, several at a time; what needs an order keeps it itself.
package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// States of a job. One that is done is no row any more.
const (
	Waiting = "waiting"
	Dead    = "dead"
)

// A Job is one piece of work. ID, Kind and RunAt are required.
type Job struct {
	ID        string          `json:"id"`
	Kind      string          `json:"kind"`
	Payload   json.RawMessage `json:"payload,omitempty"`
	RunAt     time.Time       `json:"run_at"` // not before
	State     string          `json:"state"`
	Attempts  int             `json:"attempts"` // begun so far
	Problem   string          `json:"problem,omitempty"`
	CreatedAt time.Time       `json:"created_at"`
}

// A Queue takes jobs. Within a transaction the job is there when that commits, and not otherwise. A job whose ID is there
// already is left as it is: an ID made out of what the job is about makes it happen once.
type Queue interface {
	Enqueue(ctx context.Context, j Job) error
}

// A Store keeps jobs. Each write is durable when it returns.
type Store interface {
	Queue
	// ClaimJobs leases up to limit waiting jobs of these kinds that are due and that nobody has leased beyond now, and counts
	// the attempt.
	ClaimJobs(ctx context.Context, owner string, kinds []string, now, until time.Time, limit int) ([]Job, error)
	// FinishJob removes a job that the owner has leased; of another's it says nothing and leaves it.
	FinishJob(ctx context.Context, id, owner string) error
	// PutBackJob ends the owner's lease: the job waits until its RunAt, or is dead, as its State says.
	PutBackJob(ctx context.Context, j Job, owner string) error
	// DeadJobs by ID from behind after.
	DeadJobs(ctx context.Context, after string, limit int) ([]Job, error)
	// ReviveJob makes a dead job wait again from a moment, its attempts forgotten; false when there is no such dead job.
	ReviveJob(ctx context.Context, id string, at time.Time) (bool, error)
}

// A Handler does one job. An error means to try again later; one that wraps ErrPermanent makes the job a dead letter at once.
type Handler func(ctx context.Context, j Job) error

// ErrPermanent: trying again cannot help.
var ErrPermanent = errors.New("trying again cannot help")

// New makes a job out of a payload that is encoded as JSON.
func New(id, kind string, payload any, at time.Time) (Job, error) {
	b, err := json.Marshal(payload)
	if err != nil {
		return Job{}, fmt.Errorf("job %s: %w", kind, err)
	}
	return Job{ID: id, Kind: kind, Payload: b, RunAt: at, State: Waiting, CreatedAt: at}, nil
}

// Decode reads a job's payload; a fault in it is permanent.
func Decode[T any](j Job) (v T, err error) {
	if err := json.Unmarshal(j.Payload, &v); err != nil {
		return v, fmt.Errorf("%w: payload of job %s: %w", ErrPermanent, j.ID, err)
	}
	return v, nil
}
