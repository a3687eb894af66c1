// Package sweep holds rights against the listings that are already on sale. Scoring asks which rights a listing infringes; a
// sweep asks the other way round, for a right that is newer than the listings: which of them does it find?
//
// A sweep goes through four stages. It searches the right's pictures among the kept vectors of listing pictures and takes those
// whose raw score can matter; it reads all kept titles with a lexicon of the right's words alone; and it scores each candidate
// again with the whole detector, restricted to the right, from the stored pictures. Last it looks closer at all listings, with models: for marks in
// pictures, and for words as the word embedder reads them. What it finds becomes a report with the
// reason "sweep" and opens a case in the queues of everything else. Every step is a row: a sweep that was killed goes on where it was, and one that runs twice reports nothing
// twice.
package sweep

import (
	"context"
	"time"

	"touchstone/internal/intake"
)

// Reasons of a sweep.
const (
	ReasonAsked     = "asked"     // somebody asked for it
	ReasonReference = "reference" // a picture or word was registered
	ReasonVerified  = "verified"  // the right was verified
)

// States of a sweep.
const (
	StateWaiting = "waiting" // its time has not come, or what it needs is not indexed yet
	StateRunning = "running"
	StateDone    = "done"
	StateFailed  = "failed" // Problem says why; asking again begins anew
)

// Stages of a running sweep.
const (
	StagePictures = "pictures" // searching the listings' pictures
	StageWords    = "words"    // reading the listings' titles
	StageScoring  = "scoring"  // scoring the candidates again
	StageCloser   = "closer"   // looking for marks in the listings' pictures, and for words as the word embedder reads them
)

// Sweep is one right held against the kept listings.
type Sweep struct {
	ID         string     `json:"id"`
	RightID    string     `json:"right_id"`
	Reason     string     `json:"reason" enum:"asked,reference,verified"`
	State      string     `json:"state" enum:"waiting,running,done,failed"`
	Stage      string     `json:"stage,omitempty" enum:"pictures,words,scoring,closer"`
	CreatedAt  time.Time  `json:"created_at"`
	NotBefore  time.Time  `json:"not_before" doc:"it begins then at the earliest"`
	StartedAt  *time.Time `json:"started_at,omitempty"`
	FinishedAt *time.Time `json:"finished_at,omitempty"`
	Titles     int        `json:"titles" doc:"listings' titles read so far"`
	Candidates int        `json:"candidates" doc:"listings to be scored against the right, as far as they are known"`
	Scored     int        `json:"scored" doc:"of these, done"`
	Found      int        `json:"found" doc:"of these, above clear and not reported before"`
	Known      int        `json:"known" doc:"of these, above clear and reported before"`
	Truncated  bool       `json:"truncated,omitempty" doc:"of a sweep before 0.2: more listings are alike than one search gave. Nothing is left out any more"`
	Problem    string     `json:"problem,omitempty"`

	Cursor   string `json:"-"` // the last title read
	Attempts int    `json:"-"` // that failed
}

// Outcomes of a candidate.
const (
	OutcomeFound = "found" // above clear: there is a report
	OutcomeKnown = "known" // above clear, and reported before
	OutcomeClear = "clear"
	OutcomeGone  = "gone" // the listing is kept no longer
)

// Finding is a listing that a sweep found. Its ID is that of the report.
type Finding struct {
	ID          string    `json:"id" doc:"of the report"`
	SweepID     string    `json:"sweep_id"`
	RightID     string    `json:"right_id"`
	Entry       string    `json:"entry" doc:"of the listing"`
	Marketplace string    `json:"marketplace,omitempty"`
	Listing     string    `json:"listing,omitempty" doc:"the marketplace's own ID"`
	Seller      string    `json:"seller,omitempty"`
	Title       string    `json:"title,omitempty"`
	Original    string    `json:"original" doc:"the report of the scoring that the marketplace asked for"`
	Probability float64   `json:"probability" doc:"calibrated likelihood of infringement, 0 to 1"`
	Band        string    `json:"band" enum:"review,urgent,block"`
	CreatedAt   time.Time `json:"created_at"`

	Account     string `json:"-"` // whose listing it is
	ContentHash string `json:"-"` // with right, entry, Pack and RightState: what makes it the same finding
	Pack        string `json:"-"`
	RightState  string `json:"-"`
}

// Query selects sweeps or findings in the order of their IDs, which is that of time. Empty fields do not restrict; After is the
// last ID of the page before.
type Query struct {
	RightID, SweepID, Account string
	HolderID                  string // of the right; of sweeps only
	After                     string
	Limit                     int
}

// Title is a kept listing's title.
type Title struct {
	Entry, Title string
	Territories  []string
}

// A Store keeps sweeps. Each write is durable when it returns. What is not there is casework.ErrNotFound.
type Store interface {
	// QueueSweep keeps a sweep, unless one of the same right waits that has not begun: that one comes back, and queued is false.
	QueueSweep(ctx context.Context, s Sweep) (kept Sweep, queued bool, err error)
	Sweep(ctx context.Context, id string) (Sweep, error)
	Sweeps(ctx context.Context, q Query) ([]Sweep, error)
	// ClaimSweep leases the sweep that has waited longest of those whose time has come and that nobody has leased beyond now.
	ClaimSweep(ctx context.Context, owner string, now, until time.Time) (s Sweep, ok bool, err error)
	// SaveSweep writes what a sweep's owner has reached and extends the lease; held is false when the lease was lost.
	SaveSweep(ctx context.Context, s Sweep, owner string, until time.Time) (held bool, err error)
	// AddCandidates adds entries to a sweep's candidates; those that are there stay as they are.
	AddCandidates(ctx context.Context, sweepID string, entries []string) error
	// NextCandidates are those without an outcome, in a fixed order.
	NextCandidates(ctx context.Context, sweepID string, limit int) ([]string, error)
	// FinishCandidate gives a candidate its outcome; OutcomeFound with report and finding, all in one transaction. Where the same
	// finding was reported before, the outcome becomes OutcomeKnown and nothing else is kept.
	FinishCandidate(ctx context.Context, sweepID, entry, outcome string, r *intake.ReportRecord, f *Finding) (as string, err error)
	SweepFindings(ctx context.Context, q Query) ([]Finding, error)
	// ListingTitles pages through the titles of kept listings in the order of their entries' IDs.
	ListingTitles(ctx context.Context, after string, limit int) ([]Title, error)
	// ListingsWaiting counts kept listings scored up to a moment that the index does not hold as they are.
	ListingsWaiting(ctx context.Context, until time.Time) (int, error)
}
