package statement

import (
	"errors"
	"fmt"
	"time"
)

// MaxBatch is how many records the database takes at once.
const MaxBatch = 100

// States of a submission.
const (
	Waiting  = "waiting"  // not handed out yet
	Exported = "exported" // in a batch that was handed out; not known whether the database took it
	Accepted = "accepted"
	Rejected = "rejected" // with a problem; it can be put right and wait again
)

// ErrState: the state of a submission forbids the change.
var ErrState = errors.New("the submission is in another state")

// Submission is a record with how far it has come on its way into the database. Its PUID is in one submission at most: the database
// refuses a repeated one.
type Submission struct {
	Record  Record    `json:"record"`
	State   string    `json:"state"`
	Batch   string    `json:"batch,omitempty"`   // that it was last handed out in
	Problem string    `json:"problem,omitempty"` // of a rejected one, in the database's words
	At      time.Time `json:"at"`                // of the last change
}

// Submit begins a submission; a record that the database would refuse is not let in.
func Submit(r Record, at time.Time) (Submission, error) {
	if err := r.Validate(); err != nil {
		return Submission{}, err
	}
	return Submission{Record: r, State: Waiting, At: at}, nil
}

func (s Submission) to(state string, at time.Time, from ...string) (Submission, error) {
	for _, f := range from {
		if s.State == f {
			s.State, s.At = state, at
			return s, nil
		}
	}
	return s, fmt.Errorf("%w: statement %s is %s, so it cannot become %s", ErrState, s.Record.PUID, s.State, state)
}

// Export hands it out in a batch. What was handed out before is handed out again with the same batch only: whoever lost a batch asks
// for that batch, so that no record goes out in two.
func (s Submission) Export(batch string, at time.Time) (Submission, error) {
	out, err := s.to(Exported, at, Waiting)
	out.Batch = batch
	return out, err
}

// Accept says that the database took it. Saying so again changes nothing.
func (s Submission) Accept(at time.Time) (Submission, error) {
	if s.State == Accepted {
		return s, nil
	}
	s.Problem = ""
	return s.to(Accepted, at, Exported)
}

// Reject says that the database refused it, and why.
func (s Submission) Reject(problem string, at time.Time) (Submission, error) {
	out, err := s.to(Rejected, at, Exported)
	if err == nil {
		out.Problem = problem
	}
	return out, err
}

// Again lets a rejected one wait again, with a record put right. The PUID stays.
func (s Submission) Again(r Record, at time.Time) (Submission, error) {
	if r.PUID != s.Record.PUID {
		return s, fmt.Errorf("%w: statement %s cannot become %s", ErrState, s.Record.PUID, r.PUID)
	}
	if err := r.Validate(); err != nil {
		return s, err
	}
	out, err := s.to(Waiting, at, Rejected)
	if err == nil {
		out.Record, out.Batch = r, ""
	}
	return out, err
}

// Batch is the body of one call to the database's API for several statements.
type Batch struct {
	ID         string   `json:"-"`
	Statements []Record `json:"statements"`
}

// Batches cuts records into batches of at most MaxBatch. A PUID that is there twice is an error that names it.
func Batches(records []Record) ([]Batch, error) {
	seen := map[string]bool{}
	var out []Batch
	for _, r := range records {
		if seen[r.PUID] {
			return nil, fmt.Errorf("statement %s is there twice: the transparency database refuses a repeated PUID", r.PUID)
		}
		seen[r.PUID] = true
		if len(out) == 0 || len(out[len(out)-1].Statements) == MaxBatch {
			out = append(out, Batch{})
		}
		last := &out[len(out)-1]
		last.Statements = append(last.Statements, r)
	}
	return out, nil
}
